#include "otlp/encode_protobuf.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <protozero/pbf_builder.hpp>
#include <protozero/varint.hpp>
#include <variant>

#include "base/version.hpp"
#include "otlp/fields.hpp"
#include "otlp/points.hpp"

namespace cspy::otlp {
namespace {

using metrics::Kind;
using metrics::Metric;
using protozero::pbf_builder;

std::size_t varint_size(std::uint64_t value) {
  return static_cast<std::size_t>(protozero::length_of_varint(value));
}

/// Size of a field with a length in front. All our field numbers fit into a tag of one byte.
std::size_t delimited_size(std::size_t content) {
  return 1 + varint_size(content) + content;
}

/// The small fields before a long one, collected so that the request's buffer grows once for all of them: these are the
/// most frequent bytes of all.
class Head {
 public:
  /// The tag and the length of a field whose content follows.
  template<class Field>
  void delimited(Field field, std::size_t content) {
    constexpr unsigned length_delimited = 2;
    bytes_[size_++] = static_cast<char>(static_cast<unsigned>(field) << 3U | length_delimited);
    size_ += static_cast<std::size_t>(protozero::add_varint_to_buffer(bytes_.data() + size_, content));
  }
  template<class Field>
  void fixed64(Field field, std::uint64_t value) {
    static_assert(std::endian::native == std::endian::little, "protobuf's order of bytes");
    constexpr unsigned fixed = 1;
    bytes_[size_++] = static_cast<char>(static_cast<unsigned>(field) << 3U | fixed);
    std::memcpy(bytes_.data() + size_, &value, sizeof value);
    size_ += sizeof value;
  }
  template<class Field>
  void varint(Field field, std::uint64_t value) {
    bytes_[size_++] = static_cast<char>(static_cast<unsigned>(field) << 3U);
    size_ += static_cast<std::size_t>(protozero::add_varint_to_buffer(bytes_.data() + size_, value));
  }
  void append_to(std::string& out) const { out.append(bytes_.data(), size_); }

 private:
  std::array<char, 64> bytes_;  // a delimited field and three more take at most 44
  std::size_t size_ = 0;
};

template<class Field>
void append_delimited_header(std::string& out, Field field, std::size_t content) {
  Head head;
  head.delimited(field, content);
  head.append_to(out);
}

/// KeyValue{key, AnyValue{string_value}} as the field `field` of the message that is being written to `out`.
template<class Field>
void append_attribute(std::string& out, Field field, std::string_view key, std::string_view value) {
  const auto any_value = delimited_size(value.size());
  Head before_key, before_value;
  before_key.delimited(field, delimited_size(key.size()) + delimited_size(any_value));
  before_key.delimited(fields::KeyValue::key, key.size());
  before_key.append_to(out);
  out.append(key);
  before_value.delimited(fields::KeyValue::value, any_value);
  before_value.delimited(fields::AnyValue::string_value, value.size());
  before_value.append_to(out);
  out.append(value);
}

std::size_t attribute_size(std::string_view key, std::string_view value) {
  return delimited_size(delimited_size(key.size()) + delimited_size(delimited_size(value.size())));
}

/// Writes the points of one metric.
class PointWriter final : public Points {
 public:
  /// `labels` gives the encoded labels of a container by its index in the batch.
  PointWriter(const Metric& metric, const LabelBlocks& labels, std::string& points)
      : metric_{metric}, labels_{labels}, points_{points} {}

  void point(const Point& point) override {
    const auto labels = labels_.of(point.container);
    std::size_t size = labels.size() + fixed64_size;
    if (point.start != 0) size += fixed64_size;
    size += point.ended ? flags_size : fixed64_size;
    for (std::size_t i = 0; i < point.labels.size(); ++i) {
      if (!point.labels[i].empty()) size += attribute_size(metric_.label_keys[i], point.labels[i]);
    }
    Head head;
    head.delimited(fields::Gauge::data_points, size);
    const auto expected_end = points_.size() + delimited_size(size);
    if (point.start != 0) head.fixed64(fields::NumberDataPoint::start_time_unix_nano, point.start);
    head.fixed64(fields::NumberDataPoint::time_unix_nano, point.time);
    if (point.ended) {
      head.varint(fields::NumberDataPoint::flags, fields::flag_no_recorded_value);
    } else if (const auto* whole = std::get_if<std::int64_t>(&point.value)) {
      head.fixed64(fields::NumberDataPoint::as_int, static_cast<std::uint64_t>(*whole));
    } else {
      head.fixed64(fields::NumberDataPoint::as_double, std::bit_cast<std::uint64_t>(std::get<double>(point.value)));
    }
    head.append_to(points_);
    points_.append(labels);
    for (std::size_t i = 0; i < point.labels.size(); ++i) {
      if (point.labels[i].empty()) continue;
      append_attribute(points_, fields::NumberDataPoint::attributes, metric_.label_keys[i], point.labels[i]);
    }
    if (points_.size() != expected_end) __builtin_trap();  // A wrong length would make every later byte a lie.
  }

 private:
  static constexpr std::size_t fixed64_size = 1 + 8;
  static constexpr std::size_t flags_size = 1 + 1;

  const Metric& metric_;
  const LabelBlocks& labels_;
  std::string& points_;
};

// Gauge and Sum number their points alike, so a point is written without knowing which holds it.
static_assert(static_cast<unsigned>(fields::Gauge::data_points) == static_cast<unsigned>(fields::Sum::data_points));

/// Appends the Metric message around `points`, which are the data_points fields of its Gauge or Sum.
void append_metric(std::string& out, const Metric& metric, Temporality temporality, std::string_view points) {
  std::string sum_tail;
  if (metric.kind == Kind::counter) {
    pbf_builder<fields::Sum> sum{sum_tail};
    sum.add_enum(fields::Sum::aggregation_temporality, fields::number_of(temporality));
    sum.add_bool(fields::Sum::is_monotonic, true);
  }
  const auto data = points.size() + sum_tail.size();
  std::string head;
  {
    pbf_builder<fields::Metric> message{head};
    message.add_string(fields::Metric::name, metric.name.data(), metric.name.size());
    message.add_string(fields::Metric::description, metric.help.data(), metric.help.size());
    if (!metric.unit.empty()) message.add_string(fields::Metric::unit, metric.unit.data(), metric.unit.size());
  }
  append_delimited_header(head, metric.kind == Kind::counter ? fields::Metric::sum : fields::Metric::gauge, data);
  append_delimited_header(out, fields::ScopeMetrics::metrics, head.size() + data);
  out.append(head).append(points).append(sum_tail);
}

std::string encode_resource(const Resource& resource) {
  std::string message;
  for (const auto& [key, value] : resource)
    append_attribute(message, fields::Resource::attributes, key, value);
  return message;
}

std::string encode_scope() {
  std::string message;
  pbf_builder<fields::Scope> scope{message};
  scope.add_string(fields::Scope::name, "containerspy");
  scope.add_string(fields::Scope::version, version().data(), version().size());
  return message;
}

}  // namespace

std::string_view ProtobufEncoder::encode(const Resource& resource, const Batch& batch) {
  labels_.clear();
  for_each_container(batch, [this](const metrics::Container& container) {
    container.labels.for_each([this](std::string_view key, std::string_view value) {
      append_attribute(labels_.bytes(), fields::NumberDataPoint::attributes, key, value);
    });
    labels_.close();
  });

  const auto resource_message = encode_resource(resource);
  const auto scope_message = encode_scope();
  // Three lengths of at most ten bytes each, and a tag before each of the five messages.
  const auto gap = resource_message.size() + scope_message.size() + 64;
  request_.assign(gap, '\0');
  for (const auto& metric : metrics::catalogue()) {
    if (selection_.has(metric)) add_metric(metric, batch);
  }

  const auto metrics_bytes = request_.size() - gap;
  const auto scope_metrics = delimited_size(scope_message.size()) + metrics_bytes;
  const auto resource_metrics = delimited_size(resource_message.size()) + delimited_size(scope_metrics);
  std::string head;
  append_delimited_header(head, fields::ExportRequest::resource_metrics, resource_metrics);
  append_delimited_header(head, fields::ResourceMetrics::resource, resource_message.size());
  head.append(resource_message);
  append_delimited_header(head, fields::ResourceMetrics::scope_metrics, scope_metrics);
  append_delimited_header(head, fields::ScopeMetrics::scope, scope_message.size());
  head.append(scope_message);
  const auto begin = gap - head.size();
  std::ranges::copy(head, request_.begin() + static_cast<std::ptrdiff_t>(begin));
  return std::string_view{request_}.substr(begin);
}

void ProtobufEncoder::add_metric(const Metric& metric, const Batch& batch) {
  points_.clear();
  PointWriter writer{metric, labels_, points_};
  walk(metric, batch, writer);
  if (!points_.empty()) append_metric(request_, metric, batch.temporality, points_);
}

}  // namespace cspy::otlp
