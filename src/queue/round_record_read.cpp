#include <memory>
#include <protozero/exception.hpp>
#include <protozero/pbf_reader.hpp>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "base/utf8.hpp"
#include "metrics/details.hpp"
#include "metrics/sample_parts.hpp"
#include "metrics/visit.hpp"
#include "queue/record_fields.hpp"
#include "queue/round_record.hpp"

namespace cspy::queue {
namespace {

using metrics::DeviceCounters;
using metrics::NetworkCounters;
using metrics::Sample;
using protozero::pbf_reader;
using protozero::pbf_wire_type;
using record::tag;

/// Thrown besides protozero's own exceptions. read_round() catches all of them.
struct Malformed : protozero::exception {
  explicit Malformed(const char* why) : why_{why} {}
  [[nodiscard]] const char* what() const noexcept override { return why_; }

 private:
  const char* why_;
};

void require(bool holds, const char* why) {
  if (!holds) throw Malformed{why};
}

/// protozero only asserts the type of the field it reads, so check it here.
pbf_reader& typed(pbf_reader& in, pbf_wire_type type) {
  if (in.wire_type() != type) throw protozero::unknown_pbf_wire_type_exception{};
  return in;
}

std::uint64_t number(pbf_reader& in) {
  return typed(in, pbf_wire_type::varint).get_uint64();
}

pbf_reader message(pbf_reader& in) {
  return typed(in, pbf_wire_type::length_delimited).get_message();
}

std::string text(pbf_reader& in, std::size_t bytes_max = metrics::LabelSet::part_bytes_max) {
  const auto view = typed(in, pbf_wire_type::length_delimited).get_view();
  require(view.size() <= bytes_max, "a string is too long");
  std::string value{view.data(), view.size()};
  require(valid_utf8_prefix(value) == value.size(), "a string is not UTF-8");
  return value;
}

template<class Enum>
Enum enumerator(pbf_reader& in, std::size_t count, const char* otherwise) {
  const auto value = number(in);
  require(value < count, otherwise);
  return static_cast<Enum>(value);
}

template<class Table, class Owner>
bool read_count(pbf_reader& in, const Table& table, Owner& owner) {
  for (const auto& row : table) {
    if (in.tag() != row.number) continue;
    owner.*row.member = number(in);
    return true;
  }
  return false;
}

DeviceCounters read_device(pbf_reader in) {
  DeviceCounters device;
  while (in.next()) {
    switch (static_cast<record::Device>(in.tag())) {
      case record::Device::major: device.major = static_cast<std::uint32_t>(number(in)); break;
      case record::Device::minor: device.minor = static_cast<std::uint32_t>(number(in)); break;
      case record::Device::name: device.device = text(in); break;
      default:
        if (!read_count(in, metrics::device_counts, device)) in.skip();
    }
  }
  return device;
}

NetworkCounters read_network(pbf_reader in) {
  NetworkCounters network;
  while (in.next()) {
    if (in.tag() == tag(record::Network::interface)) {
      network.interface = text(in);
    } else if (!read_count(in, metrics::network_counts, network)) {
      in.skip();
    }
  }
  return network;
}

metrics::Detail read_detail(pbf_reader in) {
  metrics::Detail detail;
  while (in.next()) {
    switch (static_cast<record::Detail>(in.tag())) {
      case record::Detail::what:
        detail.what = enumerator<metrics::Tail>(in, metrics::tail_count, "unknown detail");
        break;
      case record::Detail::labels: detail.labels = text(in); break;
      case record::Detail::value: detail.value = number(in); break;
      default: in.skip();
    }
  }
  return detail;
}

metrics::Health health_of(std::int32_t value) {
  require(value >= -1 && value <= 1, "unknown health");
  return static_cast<metrics::Health>(value);
}

void read_cpus(pbf_reader& in, std::vector<std::uint64_t>& cpus) {
  cpus.clear();
  for (const auto cpu : typed(in, pbf_wire_type::length_delimited).get_packed_uint64()) {
    require(cpus.size() < limits::cpus_max, "too many CPUs");
    cpus.push_back(cpu);
  }
}

/// A newer version may miss what this one does not know.
void read_missed(pbf_reader& in, metrics::SampleParts& missed) {
  for (const auto field : typed(in, pbf_wire_type::length_delimited).get_packed_uint64()) {
    for (const auto& row : metrics::sample_counts) {
      if (row.number == field) missed.counts |= metrics::bit_of(row.member);
    }
    missed.cpus |= field == tag(record::Sample::cpu_each_ns);
    missed.devices |= field == tag(record::Sample::devices);
    missed.networks |= field == tag(record::Sample::networks);
  }
}

void read_missed_details(pbf_reader& in, metrics::SampleParts& missed) {
  for (const auto what : typed(in, pbf_wire_type::length_delimited).get_packed_uint64()) {
    if (what < metrics::tail_count) missed |= metrics::parts_of(static_cast<metrics::Tail>(what));
  }
}

Sample read_sample(pbf_reader in) {
  Sample sample;
  while (in.next()) {
    switch (static_cast<record::Sample>(in.tag())) {
      case record::Sample::cpu_each_ns: read_cpus(in, sample.cpu_each_ns); break;
      case record::Sample::devices:
        require(sample.devices.size() < limits::devices_max, "too many devices");
        sample.devices.push_back(read_device(message(in)));
        break;
      case record::Sample::networks:
        require(sample.networks.size() < limits::networks_max, "too many networks");
        sample.networks.push_back(read_network(message(in)));
        break;
      case record::Sample::details:
        require(sample.details.size() < limits::details_max, "too many details");
        sample.details.push_back(read_detail(message(in)));
        break;
      case record::Sample::health: sample.health = health_of(typed(in, pbf_wire_type::varint).get_sint32()); break;
      case record::Sample::missed: read_missed(in, sample.missed); break;
      case record::Sample::missed_details: read_missed_details(in, sample.missed); break;
      case record::Sample::booted: sample.booted = number(in); break;
      case record::Sample::agent_begun: sample.agent_begun = number(in); break;
      case record::Sample::kills_by_kernel: sample.kills_by_kernel = number(in) != 0; break;
      default:
        if (!read_count(in, metrics::sample_counts, sample)) in.skip();
    }
  }
  metrics::sort_details(sample);  // the walk searches in them
  return sample;
}

std::pair<std::string, std::string> read_label(pbf_reader in,
                                               std::size_t bytes_max = metrics::LabelSet::part_bytes_max) {
  std::pair<std::string, std::string> label;
  while (in.next()) {
    switch (static_cast<record::Label>(in.tag())) {
      case record::Label::key: label.first = text(in, bytes_max); break;
      case record::Label::value: label.second = text(in, bytes_max); break;
      default: in.skip();
    }
  }
  return label;
}

metrics::Container read_container(pbf_reader in) {
  metrics::Container container;
  std::vector<std::pair<std::string, std::string>> labels;
  // Docker's labels, as many variables, and the container's own labels.
  constexpr auto labels_max = 2 * limits::labels_max + 16;
  while (in.next()) {
    switch (static_cast<record::Container>(in.tag())) {
      case record::Container::id: container.id = text(in, limits::cgroup_path_bytes_max); break;
      case record::Container::name: container.name = text(in); break;
      case record::Container::labels:
        require(labels.size() < labels_max, "too many labels");
        labels.push_back(read_label(message(in)));
        break;
      case record::Container::created: container.created = number(in); break;
      case record::Container::started: container.started = number(in); break;
      case record::Container::cpu_quota_us: container.limits.cpu_quota_us = number(in); break;
      case record::Container::subject:
        container.subject = enumerator<metrics::Subject>(in, metrics::subject_count, "unknown subject");
        break;
      case record::Container::windows: container.windows = number(in) != 0; break;
      case record::Container::shares_network: container.shares_network = number(in) != 0; break;
      case record::Container::state:
        container.lifecycle.state = enumerator<metrics::State>(in, metrics::state_count, "unknown state");
        break;
      case record::Container::oom_killed: container.lifecycle.oom_killed = number(in) != 0; break;
      case record::Container::finished: container.lifecycle.finished = number(in); break;
      case record::Container::image_id: container.lifecycle.image_id = text(in); break;
      case record::Container::image_digest: container.lifecycle.image_digest = text(in); break;
      default:
        if (!read_count(in, record::limit_counts, container.limits) &&
            !read_count(in, record::lifecycle_counts, container.lifecycle)) {
          in.skip();
        }
    }
  }
  container.labels = metrics::LabelSet{labels};
  return container;
}

/// Refers to an entry that was read before: a record never refers forward.
template<class T>
const T& at(const std::vector<T>& table, std::uint64_t index) {
  require(index < table.size(), "a reference to a missing entry");
  return table[index];
}

class Reader {
 public:
  Reader(const metrics::Selection& selection, SharedParts& shared) : selection_{selection}, shared_{shared} {}

  metrics::Round read(pbf_reader in) {
    metrics::Round round;
    KeyValues identity;
    std::uint64_t sent = 0;
    // The attributes come from the configuration, and the shortest has four bytes there.
    constexpr auto attributes_max = limits::config_file_bytes_max / 4;
    constexpr auto entries_max = limits::containers_max + 2 * limits::departed_max;
    while (in.next()) {
      switch (static_cast<record::Round>(in.tag())) {
        case record::Round::time: round.time = typed(in, pbf_wire_type::fixed64).get_fixed64(); break;
        case record::Round::containers:
          require(containers_.size() < entries_max, "too many containers");
          containers_.push_back(shared_.container(read_container(message(in))));
          break;
        case record::Round::readings:
          require(readings_.size() < entries_max, "too many readings");
          readings_.push_back(read_reading(message(in)));
          break;
        case record::Round::readings_sent: sent = number(in); break;
        case record::Round::endings:
          require(round.endings.size() < entries_max, "too many endings");
          round.endings.push_back(read_ending(message(in)));
          break;
        case record::Round::identity:
          require(identity.size() < attributes_max, "too many attributes");
          identity.push_back(read_label(message(in), limits::config_file_bytes_max));
          break;
        default: in.skip();
      }
    }
    require(sent <= readings_.size(), "a reference to a missing entry");
    require(!identity.empty(), "a round without an identity");
    round.identity = shared_.identity(std::move(identity));
    round.readings.assign(readings_.begin(), readings_.begin() + static_cast<std::ptrdiff_t>(sent));
    return round;
  }

 private:
  metrics::ReadingPtr read_reading(pbf_reader in) {
    metrics::Reading reading;
    while (in.next()) {
      switch (static_cast<record::Reading>(in.tag())) {
        case record::Reading::container: reading.container = at(containers_, number(in)); break;
        case record::Reading::sample: reading.sample = read_sample(message(in)); break;
        default: in.skip();
      }
    }
    require(reading.container != nullptr, "a reading without a container");
    metrics::measure(reading, selection_);
    return std::make_shared<const metrics::Reading>(std::move(reading));
  }

  metrics::Ending read_ending(pbf_reader in) {
    metrics::Ending ending;
    while (in.next()) {
      switch (static_cast<record::Ending>(in.tag())) {
        case record::Ending::last: ending.last = at(readings_, number(in)); break;
        case record::Ending::now: {
          const auto now = number(in);
          if (now != 0) ending.now = at(readings_, now - 1);
          break;
        }
        default: in.skip();
      }
    }
    require(ending.last != nullptr, "an ending without a reading");
    return ending;
  }

  const metrics::Selection& selection_;
  SharedParts& shared_;
  std::vector<std::shared_ptr<const metrics::Container>> containers_;
  std::vector<metrics::ReadingPtr> readings_;
};

}  // namespace

std::shared_ptr<const metrics::Container> SharedParts::container(metrics::Container container) {
  auto& last = containers_[container.id];
  if (!last || *last != container) last = std::make_shared<const metrics::Container>(std::move(container));
  return last;
}

metrics::IdentityPtr SharedParts::identity(KeyValues identity) {
  if (!identity_ || *identity_ != identity) identity_ = std::make_shared<const KeyValues>(std::move(identity));
  return identity_;
}

Result<metrics::Round> read_round(std::string_view record, SharedParts& shared, const metrics::Selection& selection) {
  try {
    return Reader{selection, shared}.read(pbf_reader{record.data(), record.size()});
  } catch (const protozero::exception& error) {
    return fail(Code::malformed, std::string{"not a round record: "} + error.what());
  }
}

}  // namespace cspy::queue
