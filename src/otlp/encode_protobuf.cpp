#include "otlp/encode_protobuf.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <protozero/pbf_builder.hpp>
#include <protozero/varint.hpp>
#include <utility>
#include <variant>

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

/// Size of a length-delimited field. All our field numbers fit into a tag of one byte.
std::size_t delimited_size(std::size_t content) {
  return 1 + varint_size(content) + content;
}

/// Writes fields into a buffer whose size was computed before. A wrong size would corrupt the request, so it ends the
/// program.
class Cursor {
 public:
  Cursor(char* begin, std::size_t size) : at_{begin}, end_{begin + size} {}

  /// The tag and length of a field. The content follows.
  template<class Field>
  void delimited(Field field, std::size_t content) {
    constexpr unsigned length_delimited = 2;
    tag(field, length_delimited);
    number(content);
  }
  template<class Field>
  void text(Field field, std::string_view content) {
    delimited(field, content.size());
    bytes(content);
  }
  template<class Field>
  void fixed64(Field field, std::uint64_t value) {
    static_assert(std::endian::native == std::endian::little, "protobuf is little-endian");
    constexpr unsigned fixed = 1;
    tag(field, fixed);
    claim(sizeof value);
    std::memcpy(at_, &value, sizeof value);
    at_ += sizeof value;
  }
  template<class Field>
  void varint(Field field, std::uint64_t value) {
    tag(field, 0);
    number(value);
  }
  /// KeyValue{key, AnyValue{string_value}}.
  template<class Field>
  void attribute(Field field, std::string_view key, std::string_view value) {
    const auto any_value = delimited_size(value.size());
    delimited(field, delimited_size(key.size()) + delimited_size(any_value));
    text(fields::KeyValue::key, key);
    delimited(fields::KeyValue::value, any_value);
    text(fields::AnyValue::string_value, value);
  }
  void bytes(std::string_view content) {
    claim(content.size());
    std::memcpy(at_, content.data(), content.size());
    at_ += content.size();
  }
  [[nodiscard]] bool at_end() const { return at_ == end_; }

 private:
  template<class Field>
  void tag(Field field, unsigned wire_type) {
    claim(1);
    *at_++ = static_cast<char>(static_cast<unsigned>(field) << 3U | wire_type);
  }
  void number(std::uint64_t value) {
    claim(varint_size(value));
    at_ += protozero::add_varint_to_buffer(at_, value);
  }
  void claim(std::size_t size) const {
    if (std::cmp_greater(size, end_ - at_)) __builtin_trap();
  }

  char* at_;
  char* end_;
};

/// Appends the `size` bytes that `write(Cursor&)` writes. The buffer grows once.
template<class Write>
void append(std::string& out, std::size_t size, Write write) {
  const auto begin = out.size();
  out.resize_and_overwrite(begin + size, [&](char* data, std::size_t) {
    Cursor cursor{data + begin, size};
    write(cursor);
    if (!cursor.at_end()) __builtin_trap();
    return begin + size;  // not the argument, which may be larger
  });
}

template<class Field>
void append_delimited_header(std::string& out, Field field, std::size_t content) {
  append(out, delimited_size(content) - content, [&](Cursor& cursor) { cursor.delimited(field, content); });
}

std::size_t attribute_size(std::string_view key, std::string_view value) {
  return delimited_size(delimited_size(key.size()) + delimited_size(delimited_size(value.size())));
}

/// Appends an attribute as the field `field`.
template<class Field>
void append_attribute(std::string& out, Field field, std::string_view key, std::string_view value) {
  append(out, attribute_size(key, value), [&](Cursor& cursor) { cursor.attribute(field, key, value); });
}

/// Writes the points of one metric.
class PointWriter final : public Points {
 public:
  /// `labels`: the encoded labels of all containers of the batch.
  PointWriter(const Metric& metric, const Batch& batch, const LabelBlocks& labels, const ExtraLabels& extra,
              std::string& points)
      : metric_{metric}, batch_{batch}, labels_{labels}, extra_{extra}, points_{points} {}

  void point(const Point& point) override {
    const auto labels = labels_.of(point.container);
    std::size_t size = labels.size() + fixed64_size;
    if (point.start != 0) size += fixed64_size;
    size += point.ended ? flags_size : fixed64_size;
    for (std::size_t i = 0; i < point.labels.size(); ++i) {
      if (!point.labels[i].empty()) size += attribute_size(metric_.label_keys[i], point.labels[i]);
    }
    for_each_other(point, [&](std::string_view key, std::string_view value) { size += attribute_size(key, value); });
    append(points_, delimited_size(size), [&](Cursor& cursor) {
      cursor.delimited(fields::Gauge::data_points, size);
      write(cursor, point, labels);
    });
  }

 private:
  static constexpr std::size_t fixed64_size = 1 + 8;
  static constexpr std::size_t flags_size = 1 + 1;

  template<class Visit>
  void for_each_other(const Point& point, Visit&& visit) const {
    extra_.for_each_other(container_of(batch_, point.container), metric_, point.labels, visit);
  }

  void write(Cursor& cursor, const Point& point, std::string_view labels) const {
    if (point.start != 0) cursor.fixed64(fields::NumberDataPoint::start_time_unix_nano, point.start);
    cursor.fixed64(fields::NumberDataPoint::time_unix_nano, point.time);
    if (point.ended) {
      cursor.varint(fields::NumberDataPoint::flags, fields::flag_no_recorded_value);
    } else if (const auto* whole = std::get_if<std::int64_t>(&point.value)) {
      cursor.fixed64(fields::NumberDataPoint::as_int, static_cast<std::uint64_t>(*whole));
    } else {
      cursor.fixed64(fields::NumberDataPoint::as_double, std::bit_cast<std::uint64_t>(std::get<double>(point.value)));
    }
    cursor.bytes(labels);
    for (std::size_t i = 0; i < point.labels.size(); ++i) {
      if (point.labels[i].empty()) continue;
      cursor.attribute(fields::NumberDataPoint::attributes, metric_.label_keys[i], point.labels[i]);
    }
    for_each_other(point, [&](std::string_view key, std::string_view value) {
      cursor.attribute(fields::NumberDataPoint::attributes, key, value);
    });
  }

  const Metric& metric_;
  const Batch& batch_;
  const LabelBlocks& labels_;
  const ExtraLabels& extra_;
  std::string& points_;
};

// Gauge and Sum have the same number for their points, so a point needs not know which of them holds it.
static_assert(static_cast<unsigned>(fields::Gauge::data_points) == static_cast<unsigned>(fields::Sum::data_points));

/// Appends the Metric message around `points`, which are the data_points fields of its Gauge or Sum.
void append_metric(std::string& out, const Metric& metric, Temporality temporality, std::string_view points) {
  const bool counter = metric.kind == Kind::counter;
  constexpr std::size_t sum_tail = 2 * (1 + 1);
  const auto data = points.size() + (counter ? sum_tail : 0);
  const auto head = delimited_size(metric.name.size()) + delimited_size(metric.help.size()) +
                    (metric.unit.empty() ? 0 : delimited_size(metric.unit.size()));
  const auto content = head + delimited_size(data);
  append(out, delimited_size(content), [&](Cursor& cursor) {
    cursor.delimited(fields::ScopeMetrics::metrics, content);
    cursor.text(fields::Metric::name, metric.name);
    cursor.text(fields::Metric::description, metric.help);
    if (!metric.unit.empty()) cursor.text(fields::Metric::unit, metric.unit);
    cursor.delimited(counter ? fields::Metric::sum : fields::Metric::gauge, data);
    cursor.bytes(points);
    if (!counter) return;
    cursor.varint(fields::Sum::aggregation_temporality, static_cast<std::uint64_t>(fields::number_of(temporality)));
    cursor.varint(fields::Sum::is_monotonic, 1);
  });
}

std::string encode_resource(const Resource& resource) {
  std::string message;
  for (const auto& [key, value] : resource)
    append_attribute(message, fields::Resource::attributes, key, value);
  return message;
}

/// Without a version: VictoriaMetrics makes it a label of every series, so an upgrade of the agent would rename them
/// all.
std::string encode_scope() {
  std::string message;
  pbf_builder<fields::Scope> scope{message};
  scope.add_string(fields::Scope::name, "containerspy");
  return message;
}

}  // namespace

std::string_view ProtobufEncoder::encode(const Resource& resource, const Batch& batch) {
  labels_.clear();
  for_each_container(batch, [this](const metrics::Container& container) {
    const auto add = [this](std::string_view key, std::string_view value) {
      append_attribute(labels_.bytes(), fields::NumberDataPoint::attributes, key, value);
    };
    container.labels.for_each(add);
    extra_.for_each_common(container, add);
    labels_.close();
  });

  const auto resource_message = encode_resource(resource);
  const auto scope_message = encode_scope();
  // 64 bytes are enough for all tags and lengths of the outermost messages.
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
  PointWriter writer{metric, batch, labels_, extra_, points_};
  walk(metric, batch, writer);
  if (!points_.empty()) append_metric(request_, metric, batch.temporality, points_);
}

}  // namespace cspy::otlp
