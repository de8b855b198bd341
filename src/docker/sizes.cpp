#include "docker/sizes.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <tuple>
#include <utility>

#include "base/limits.hpp"
#include "docker/inspect.hpp"
#include "metrics/details.hpp"

namespace cspy::docker {
namespace {

using Target = DiskReportReader::Target;
using Object = DiskReportReader::Object;

Target& target_of(void* target) {
  return *static_cast<Target*>(target);
}

/// Absent for -1.
Count known(std::optional<std::int64_t> value) {
  return value && *value >= 0 ? Count{static_cast<std::uint64_t>(*value)} : Count{};
}

void add(Count& sum, std::uint64_t value) {
  sum = sum.value_or(0) + value;
}

// Storing.

template<auto member>
bool set(Target& target, const json::Scalar& value) {
  if constexpr (requires { (target.object.*member).has_value(); }) {
    return json::read(value, (target.object.*member).emplace());
  } else {
    return json::read(value, target.object.*member);
  }
}

bool set_layers_bytes(Target& target, const json::Scalar& value) {
  return json::read(value, target.layers_bytes.emplace());
}

template<Usage Totals::* usage, Count Usage::* member>
bool set_summary(Target& target, const json::Scalar& value) {
  return json::read(value, target.summaries.*usage.*member);
}

bool begin_object(void* target, std::string_view) {
  target_of(target).object = {};
  return true;
}

constexpr Usage nothing{.objects = 0, .bytes = 0, .reclaimable_bytes = 0};

/// A list in the answer was counted, even an empty one. null means that it was not asked for.
template<Usage Totals::* usage>
bool begin_list(void* target, std::string_view) {
  target_of(target).report.totals.*usage = nothing;
  return true;
}

/// The engine leaves zeros out of its summaries.
template<Usage Totals::* usage>
bool begin_summary(void* target, std::string_view) {
  target_of(target).summaries.*usage = nothing;
  return true;
}

// Counting, by the rules of the engine's own summaries (moby, daemon/disk_usage.go).

bool is_active(std::string_view state) {
  return state == "running" || state == "paused" || state == "restarting";
}

bool end_container(void* target) {
  auto& [report, container, layers_bytes, summaries] = target_of(target);
  // A container that has written nothing has no SizeRw. If the engine could not calculate the sizes, SizeRootFs is
  // missing too.
  const auto root_fs = known(container.root_fs);
  const auto writable = container.writable ? known(container.writable) : root_fs ? Count{0} : Count{};
  auto& usage = report.totals.containers;
  add(usage.objects, 1);
  if (!writable) return true;
  add(usage.bytes, *writable);
  if (!is_active(container.state)) add(usage.reclaimable_bytes, *writable);
  if (!is_container_id(container.id)) return true;
  if (report.containers.size() >= limits::containers_max) return false;
  report.containers.insert_or_assign(std::move(container.id),
                                     Sizes{.writable = *writable, .root_fs = root_fs.value_or(*writable)});
  return true;
}

/// Images share layers, so their total is the engine's LayersSize. Removing unused images frees only the layers that
/// they do not share.
bool end_image(void* target) {
  auto& [report, image, layers_bytes, summaries] = target_of(target);
  auto& usage = report.totals.images;
  add(usage.objects, 1);
  const auto size = known(image.size), shared = known(image.shared_size);
  if (image.containers == 0 && size && shared) add(usage.reclaimable_bytes, *size - std::min(*size, *shared));
  return true;
}

bool end_volume(void* target) {
  auto& [report, volume, layers_bytes, summaries] = target_of(target);
  auto& usage = report.totals.volumes;
  add(usage.objects, 1);
  const auto size = known(volume.size);
  if (!size) return true;
  add(usage.bytes, *size);
  if (volume.references == 0) add(usage.reclaimable_bytes, *size);
  return true;
}

bool end_cache_record(void* target) {
  auto& [report, record, layers_bytes, summaries] = target_of(target);
  auto& usage = report.totals.build_cache;
  add(usage.objects, 1);
  const auto size = known(record.size);
  if (!size) return true;
  add(usage.bytes, *size);
  if (!record.in_use && !record.shared) add(usage.reclaimable_bytes, *size);
  return true;
}

// The schemas.

template<Usage Totals::* usage>
constexpr json::Node list_of(std::string_view key, std::span<const json::Node> elements) {
  return {.key = key, .type = json::Type::array, .begin = begin_list<usage>, .children = elements};
}

constexpr json::Node element(bool (*end)(void*), std::span<const json::Node> fields) {
  return {.key = "*", .type = json::Type::object, .begin = begin_object, .end = end, .children = fields};
}

template<Usage Totals::* usage>
constexpr std::array summary_fields{
    json::field<Target, set_summary<usage, &Usage::objects>>("TotalCount"),
    json::field<Target, set_summary<usage, &Usage::bytes>>("TotalSize"),
    json::field<Target, set_summary<usage, &Usage::reclaimable_bytes>>("Reclaimable"),
};
template<Usage Totals::* usage>
constexpr json::Node summary_of(std::string_view key) {
  return {.key = key, .type = json::Type::object, .begin = begin_summary<usage>, .children = summary_fields<usage>};
}

constexpr std::array container_fields{
    json::field<Target, set<&Object::id>>("Id"),
    json::field<Target, set<&Object::state>>("State"),
    json::field<Target, set<&Object::writable>>("SizeRw"),
    json::field<Target, set<&Object::root_fs>>("SizeRootFs"),
};
constexpr std::array image_fields{
    json::field<Target, set<&Object::containers>>("Containers"),
    json::field<Target, set<&Object::size>>("Size"),
    json::field<Target, set<&Object::shared_size>>("SharedSize"),
};
constexpr std::array usage_data_fields{
    json::field<Target, set<&Object::size>>("Size"),
    json::field<Target, set<&Object::references>>("RefCount"),
};
constexpr std::array volume_fields{json::object("UsageData", usage_data_fields)};
constexpr std::array cache_record_fields{
    json::field<Target, set<&Object::size>>("Size"),
    json::field<Target, set<&Object::in_use>>("InUse"),
    json::field<Target, set<&Object::shared>>("Shared"),
};
constexpr std::array containers{element(end_container, container_fields)};
constexpr std::array images{element(end_image, image_fields)};
constexpr std::array volumes{element(end_volume, volume_fields)};
constexpr std::array cache_records{element(end_cache_record, cache_record_fields)};

constexpr auto list_schema = list_of<&Totals::containers>("", containers);
constexpr std::array usage_fields{
    json::field<Target, set_layers_bytes>("LayersSize"),        list_of<&Totals::images>("Images", images),
    list_of<&Totals::containers>("Containers", containers),     list_of<&Totals::volumes>("Volumes", volumes),
    list_of<&Totals::build_cache>("BuildCache", cache_records), summary_of<&Totals::images>("ImageUsage"),
    summary_of<&Totals::containers>("ContainerUsage"),          summary_of<&Totals::volumes>("VolumeUsage"),
    summary_of<&Totals::build_cache>("BuildCacheUsage"),
};
constexpr auto usage_schema = json::object("", usage_fields);

}  // namespace

DiskQuestions disk_questions(const Engine& engine, Which which, bool usage_refused) {
  const bool usage_has_containers = engine.podman || engine.api() < ApiVersion{.major = 1, .minor = 42};
  DiskQuestions questions;
  if (usage_refused || !usage_has_containers) {
    questions.list = which == Which::all ? "/containers/json?size=1&all=1" : "/containers/json?size=1";
  }
  if (usage_refused) return questions;
  questions.usage = "/system/df";
  if (!usage_has_containers) questions.usage.append("?type=image&type=volume&type=build-cache");
  // Since API 1.52 there are summaries, which suffice.
  if (!usage_has_containers && engine.api() >= ApiVersion{.major = 1, .minor = 52})
    questions.usage.append("&verbose=0");
  return questions;
}

DiskReportReader::DiskReportReader(Answer answer)
    : answer_{answer},
      reader_{answer == Answer::usage ? usage_schema : list_schema, &target_, limits::label_value_bytes_max} {}

Result<DiskReport> DiskReportReader::finish() {
  if (auto ended = reader_.finish(); !ended) return std::unexpected{std::move(ended).error()};
  auto& totals = target_.report.totals;
  // Without layers the engine may omit the sum.
  if (totals.images.objects) totals.images.bytes = known(target_.layers_bytes.value_or(0));
  for (const auto usage : {&Totals::images, &Totals::containers, &Totals::volumes, &Totals::build_cache}) {
    if ((target_.summaries.*usage).objects) totals.*usage = target_.summaries.*usage;
  }
  if (answer_ == Answer::list_of_running) totals.containers = {};
  return std::move(target_.report);
}

void add_sizes(metrics::Sample& sample, const Sizes& sizes, std::string_view device) {
  metrics::add_detail(sample, metrics::Tail::fs_usage_bytes, {device}, sizes.writable);
}

void add_totals(metrics::Sample& sample, const Totals& totals) {
  struct Type {
    std::string_view name;
    Usage Totals::* usage;
  };
  static constexpr std::array types{Type{"build_cache", &Totals::build_cache}, Type{"containers", &Totals::containers},
                                    Type{"images", &Totals::images}, Type{"volumes", &Totals::volumes}};
  for (const auto& [name, member] : types) {
    const auto& usage = totals.*member;
    if (usage.bytes) metrics::add_detail(sample, metrics::Tail::engine_disk_usage_bytes, {name}, *usage.bytes);
    if (usage.reclaimable_bytes)
      metrics::add_detail(sample, metrics::Tail::engine_disk_reclaimable_bytes, {name}, *usage.reclaimable_bytes);
    if (usage.objects) metrics::add_detail(sample, metrics::Tail::engine_disk_objects, {name}, *usage.objects);
  }
}

}  // namespace cspy::docker
