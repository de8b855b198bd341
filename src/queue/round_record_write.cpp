#include <boost/pfr/tuple_size.hpp>
#include <map>
#include <protozero/pbf_writer.hpp>
#include <string_view>
#include <vector>

#include "metrics/sample_parts.hpp"
#include "queue/record_fields.hpp"
#include "queue/round_record.hpp"

namespace cspy::queue {
namespace {

using metrics::Sample;
using protozero::pbf_writer;
using record::tag;

// Does not compile if one of these structs gets a member that is neither a count of its table nor known to the writer.
// For a new member: write it, read it, and give it a number in record_fields.def.
static_assert(boost::pfr::tuple_size_v<metrics::Sample> == metrics::sample_counts.size() + 9);
static_assert(boost::pfr::tuple_size_v<metrics::SampleParts> == 5);
static_assert(boost::pfr::tuple_size_v<metrics::DeviceCounters> == metrics::device_counts.size() + 3);
static_assert(boost::pfr::tuple_size_v<metrics::NetworkCounters> == metrics::network_counts.size() + 1);
static_assert(boost::pfr::tuple_size_v<metrics::Detail> == 3);
static_assert(boost::pfr::tuple_size_v<metrics::Limits> == record::limit_counts.size() + 1);
static_assert(boost::pfr::tuple_size_v<metrics::Lifecycle> == record::lifecycle_counts.size() + 5);
static_assert(boost::pfr::tuple_size_v<metrics::Container> == 11);
static_assert(boost::pfr::tuple_size_v<metrics::Round> == 4);

template<class Table, class Owner>
void write_counts(pbf_writer& out, const Table& table, const Owner& owner) {
  for (const auto& row : table) {
    if (const Count count = owner.*row.member) out.add_uint64(row.number, *count);
  }
}

/// By the fields' numbers: the bits may change with a version.
void write_missed(pbf_writer& out, const metrics::SampleParts& missed) {
  if (missed == metrics::SampleParts{}) return;
  std::vector<std::uint64_t> fields, details;
  for (const auto& row : metrics::sample_counts) {
    if (missed.has(row.member)) fields.push_back(row.number);
  }
  if (missed.cpus) fields.push_back(tag(record::Sample::cpu_each_ns));
  if (missed.devices) fields.push_back(tag(record::Sample::devices));
  if (missed.networks) fields.push_back(tag(record::Sample::networks));
  for (std::size_t what = 0; what < metrics::tail_count; ++what) {
    if (missed.has(static_cast<metrics::Tail>(what))) details.push_back(what);
  }
  out.add_packed_uint64(tag(record::Sample::missed), fields.begin(), fields.end());
  out.add_packed_uint64(tag(record::Sample::missed_details), details.begin(), details.end());
}

void write_sample(pbf_writer& out, const Sample& sample) {
  write_counts(out, metrics::sample_counts, sample);
  out.add_packed_uint64(tag(record::Sample::cpu_each_ns), sample.cpu_each_ns.begin(), sample.cpu_each_ns.end());
  for (const auto& device : sample.devices) {
    pbf_writer message{out, tag(record::Sample::devices)};
    message.add_uint32(tag(record::Device::major), device.major);
    message.add_uint32(tag(record::Device::minor), device.minor);
    message.add_string(tag(record::Device::name), device.device);
    write_counts(message, metrics::device_counts, device);
  }
  for (const auto& network : sample.networks) {
    pbf_writer message{out, tag(record::Sample::networks)};
    message.add_string(tag(record::Network::interface), network.interface);
    write_counts(message, metrics::network_counts, network);
  }
  for (const auto& detail : sample.details) {
    pbf_writer message{out, tag(record::Sample::details)};
    message.add_uint64(tag(record::Detail::what), static_cast<std::uint64_t>(detail.what));
    message.add_bytes(tag(record::Detail::labels), detail.labels);
    message.add_uint64(tag(record::Detail::value), detail.value);
  }
  out.add_sint32(tag(record::Sample::health), static_cast<std::int32_t>(sample.health));
  out.add_uint64(tag(record::Sample::booted), sample.booted);
  out.add_uint64(tag(record::Sample::agent_begun), sample.agent_begun);
  out.add_bool(tag(record::Sample::kills_by_kernel), sample.kills_by_kernel);
  write_missed(out, sample.missed);
}

void write_label(pbf_writer& out, record::Tag field, std::string_view key, std::string_view value) {
  pbf_writer label{out, field};
  label.add_string(tag(record::Label::key), key.data(), key.size());
  label.add_string(tag(record::Label::value), value.data(), value.size());
}

void write_container(pbf_writer& out, const metrics::Container& container) {
  out.add_string(tag(record::Container::id), container.id);
  out.add_string(tag(record::Container::name), container.name);
  container.labels.for_each([&](std::string_view key, std::string_view value) {
    write_label(out, tag(record::Container::labels), key, value);
  });
  out.add_uint64(tag(record::Container::created), container.created);
  out.add_uint64(tag(record::Container::started), container.started);
  write_counts(out, record::limit_counts, container.limits);
  out.add_uint64(tag(record::Container::cpu_quota_us), container.limits.cpu_quota_us);
  out.add_uint64(tag(record::Container::subject), static_cast<std::uint64_t>(container.subject));
  out.add_bool(tag(record::Container::windows), container.windows);
  out.add_bool(tag(record::Container::shares_network), container.shares_network);
  const auto& lifecycle = container.lifecycle;
  write_counts(out, record::lifecycle_counts, lifecycle);
  out.add_uint64(tag(record::Container::state), static_cast<std::uint64_t>(lifecycle.state));
  out.add_bool(tag(record::Container::oom_killed), lifecycle.oom_killed);
  out.add_uint64(tag(record::Container::finished), lifecycle.finished);
  out.add_string(tag(record::Container::image_id), lifecycle.image_id);
  out.add_string(tag(record::Container::image_digest), lifecycle.image_digest);
}

/// Writes shared objects once, and returns their numbers.
class Writer {
 public:
  explicit Writer(std::string& out) : out_{out} {}

  void write(const metrics::Round& round) {
    out_.add_fixed64(tag(record::Round::time), round.time);
    for (const auto& [key, value] : *round.identity)
      write_label(out_, tag(record::Round::identity), key, value);
    for (const auto& reading : round.readings)
      index_of(reading);
    out_.add_uint64(tag(record::Round::readings_sent), round.readings.size());
    for (const auto& ending : round.endings) {
      const auto last = index_of(ending.last);
      const auto now = ending.now ? index_of(ending.now) + 1 : 0;
      pbf_writer message{out_, tag(record::Round::endings)};
      message.add_uint64(tag(record::Ending::last), last);
      message.add_uint64(tag(record::Ending::now), now);
    }
  }

 private:
  std::size_t index_of(const metrics::Container* container) {
    const auto [known, added] = containers_.try_emplace(container, containers_.size());
    if (added) {
      pbf_writer message{out_, tag(record::Round::containers)};
      write_container(message, *container);
    }
    return known->second;
  }

  std::size_t index_of(const metrics::ReadingPtr& reading) {
    const auto container = index_of(reading->container.get());
    const auto [known, added] = readings_.try_emplace(reading.get(), readings_.size());
    if (added) {
      pbf_writer message{out_, tag(record::Round::readings)};
      message.add_uint64(tag(record::Reading::container), container);
      pbf_writer sample{message, tag(record::Reading::sample)};
      write_sample(sample, reading->sample);
    }
    return known->second;
  }

  pbf_writer out_;
  std::map<const metrics::Container*, std::size_t> containers_;
  std::map<const metrics::Reading*, std::size_t> readings_;
};

}  // namespace

void write_round(const metrics::Round& round, std::string& out) {
  out.clear();
  Writer{out}.write(round);
}

}  // namespace cspy::queue
