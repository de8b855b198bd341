#include "otlp/encode_protobuf.hpp"

#include <algorithm>
#include <protozero/pbf_builder.hpp>
#include <protozero/varint.hpp>
#include <variant>

#include "base/version.hpp"
#include "metrics/visit.hpp"
#include "otlp/fields.hpp"

namespace cspy::otlp {
namespace {

using metrics::Kind;
using metrics::LabelValues;
using metrics::Metric;
using metrics::Number;
using protozero::pbf_builder;

std::size_t varint_size(std::uint64_t value) {
  return static_cast<std::size_t>(protozero::length_of_varint(value));
}

/// Size of a field with a length in front. All our field numbers fit into a tag of one byte.
std::size_t delimited_size(std::size_t content) {
  return 1 + varint_size(content) + content;
}

template<class Field>
void append_delimited_header(std::string& out, Field field, std::size_t content) {
  constexpr unsigned length_delimited = 2;
  out.push_back(static_cast<char>(static_cast<unsigned>(field) << 3U | length_delimited));
  protozero::add_varint_to_buffer(&out, content);
}

/// KeyValue{key, AnyValue{string_value}} as the field `field` of the message that is being written to `out`.
template<class Field>
void append_attribute(std::string& out, Field field, std::string_view key, std::string_view value) {
  const auto any_value = delimited_size(value.size());
  append_delimited_header(out, field, delimited_size(key.size()) + delimited_size(any_value));
  append_delimited_header(out, fields::KeyValue::key, key.size());
  out.append(key);
  append_delimited_header(out, fields::KeyValue::value, any_value);
  append_delimited_header(out, fields::AnyValue::string_value, value.size());
  out.append(value);
}

std::size_t attribute_size(std::string_view key, std::string_view value) {
  return delimited_size(delimited_size(key.size()) + delimited_size(delimited_size(value.size())));
}

/// Writes the points of one metric.
class PointWriter final : public metrics::PointSink {
 public:
  PointWriter(const Metric& metric, UnixNanos time, std::string& points)
      : metric_{metric}, time_{time}, points_{points} {}

  /// The points to come belong to this container. `ended`: their series have no value any more.
  void begin(const metrics::Container& container, std::string_view labels, bool ended) {
    labels_ = labels;
    ended_ = ended;
    // Of a clock that runs ahead of ours: a start after the point's own time would be refused.
    start_ = metric_.kind == Kind::counter ? std::min(container.started, time_) : 0;
  }

  void point(Number value, LabelValues label_values) override {
    std::size_t size = labels_.size() + fixed64_size;
    if (start_ != 0) size += fixed64_size;
    size += ended_ ? flags_size : fixed64_size;
    for (std::size_t i = 0; i < label_values.size(); ++i) {
      if (!label_values[i].empty()) size += attribute_size(metric_.label_keys[i], label_values[i]);
    }
    append_delimited_header(points_, fields::Gauge::data_points, size);
    const auto expected_end = points_.size() + size;

    pbf_builder<fields::NumberDataPoint> point{points_};
    if (start_ != 0) point.add_fixed64(fields::NumberDataPoint::start_time_unix_nano, start_);
    point.add_fixed64(fields::NumberDataPoint::time_unix_nano, time_);
    if (ended_) {
      point.add_uint32(fields::NumberDataPoint::flags, fields::flag_no_recorded_value);
    } else if (const auto* whole = std::get_if<std::int64_t>(&value)) {
      point.add_sfixed64(fields::NumberDataPoint::as_int, *whole);
    } else {
      point.add_double(fields::NumberDataPoint::as_double, std::get<double>(value));
    }
    points_.append(labels_);
    for (std::size_t i = 0; i < label_values.size(); ++i) {
      if (label_values[i].empty()) continue;
      append_attribute(points_, fields::NumberDataPoint::attributes, metric_.label_keys[i], label_values[i]);
    }
    if (points_.size() != expected_end) __builtin_trap();  // A wrong length would make every later byte a lie.
  }

 private:
  static constexpr std::size_t fixed64_size = 1 + 8;
  static constexpr std::size_t flags_size = 1 + 1;

  const Metric& metric_;
  UnixNanos time_;
  std::string& points_;
  std::string_view labels_;
  UnixNanos start_ = 0;
  bool ended_ = false;
};

// Gauge and Sum number their points alike, so a point is written without knowing which holds it.
static_assert(static_cast<unsigned>(fields::Gauge::data_points) == static_cast<unsigned>(fields::Sum::data_points));

/// Appends the Metric message around `points`, which are the data_points fields of its Gauge or Sum.
void append_metric(std::string& out, const Metric& metric, std::string_view points) {
  std::string sum_tail;
  if (metric.kind == Kind::counter) {
    pbf_builder<fields::Sum> sum{sum_tail};
    sum.add_enum(fields::Sum::aggregation_temporality, fields::temporality_cumulative);
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
  reading_labels_.clear();
  ending_labels_.clear();
  for (const auto& reading : batch.readings)
    reading_labels_.push_back(add_labels(reading->container->labels));
  for (const auto& ending : batch.endings)
    ending_labels_.push_back(add_labels(ending.last->container->labels));

  const auto resource_message = encode_resource(resource);
  const auto scope_message = encode_scope();
  // Three lengths of at most ten bytes each, and a tag before each of the five messages.
  const auto gap = resource_message.size() + scope_message.size() + 64;
  request_.assign(gap, '\0');
  for (const auto& metric : metrics::catalogue())
    add_metric(metric, batch);

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

ProtobufEncoder::Block ProtobufEncoder::add_labels(const metrics::LabelSet& labels) {
  const auto begin = labels_.size();
  labels.for_each([this](std::string_view key, std::string_view value) {
    append_attribute(labels_, fields::NumberDataPoint::attributes, key, value);
  });
  return {.begin = begin, .size = labels_.size() - begin};
}

void ProtobufEncoder::add_metric(const Metric& metric, const Batch& batch) {
  points_.clear();
  PointWriter writer{metric, batch.time, points_};
  const auto labels_at = [this](Block block) { return std::string_view{labels_}.substr(block.begin, block.size); };
  for (std::size_t i = 0; i < batch.readings.size(); ++i) {
    const auto& reading = *batch.readings[i];
    writer.begin(*reading.container, labels_at(reading_labels_[i]), false);
    metrics::visit(metric, reading, batch.time, writer);
  }
  for (std::size_t i = 0; i < batch.endings.size(); ++i) {
    const auto& ending = batch.endings[i];
    writer.begin(*ending.last->container, labels_at(ending_labels_[i]), true);
    metrics::visit_ended(metric, ending, batch.time, writer);
  }
  if (!points_.empty()) append_metric(request_, metric, points_);
}

}  // namespace cspy::otlp
