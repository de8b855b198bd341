#include "tests/fakes/otlp_decode.hpp"

#include <protozero/pbf_message.hpp>

#include "otlp/fields.hpp"

namespace cspy::fakes {
namespace {

namespace fields = otlp::fields;
using protozero::pbf_message;
using protozero::pbf_wire_type;

/// A peer may give a field any wire type; protozero only asserts that it is the right one.
template<class Message>
Message& typed(Message& message, pbf_wire_type type) {
  if (message.wire_type() != type) throw protozero::unknown_pbf_wire_type_exception{};
  return message;
}

template<class Message>
pbf_message<Message> nested(auto& parent) {
  return pbf_message<Message>{typed(parent, pbf_wire_type::length_delimited).get_message()};
}

std::string text(auto& message) {
  return typed(message, pbf_wire_type::length_delimited).get_string();
}

void decode_attribute(pbf_message<fields::KeyValue> message, Attributes& attributes) {
  std::string key, value;
  while (message.next()) {
    switch (message.tag()) {
      case fields::KeyValue::key: key = text(message); break;
      case fields::KeyValue::value: {
        auto any = nested<fields::AnyValue>(message);
        while (any.next(fields::AnyValue::string_value))
          value = text(any);
        break;
      }
      default: message.skip();
    }
  }
  attributes[key] = value;
}

Point decode_point(pbf_message<fields::NumberDataPoint> message) {
  using F = fields::NumberDataPoint;
  Point point;
  while (message.next()) {
    switch (message.tag()) {
      case F::start_time_unix_nano: point.start = typed(message, pbf_wire_type::fixed64).get_fixed64(); break;
      case F::time_unix_nano: point.time = typed(message, pbf_wire_type::fixed64).get_fixed64(); break;
      case F::as_double: point.value = typed(message, pbf_wire_type::fixed64).get_double(); break;
      case F::as_int: point.value = std::int64_t{typed(message, pbf_wire_type::fixed64).get_sfixed64()}; break;
      case F::attributes: decode_attribute(nested<fields::KeyValue>(message), point.attributes); break;
      case F::flags: point.flags = typed(message, pbf_wire_type::varint).get_uint32(); break;
      default: message.skip();
    }
  }
  return point;
}

DecodedMetric decode_metric(pbf_message<fields::Metric> message) {
  DecodedMetric metric;
  while (message.next()) {
    switch (message.tag()) {
      case fields::Metric::name: metric.name = text(message); break;
      case fields::Metric::description: metric.description = text(message); break;
      case fields::Metric::unit: metric.unit = text(message); break;
      case fields::Metric::gauge: {
        auto gauge = nested<fields::Gauge>(message);
        while (gauge.next(fields::Gauge::data_points)) {
          metric.points.push_back(decode_point(nested<fields::NumberDataPoint>(gauge)));
        }
        break;
      }
      case fields::Metric::sum: {
        metric.sum = true;
        auto sum = nested<fields::Sum>(message);
        while (sum.next()) {
          switch (sum.tag()) {
            case fields::Sum::data_points:
              metric.points.push_back(decode_point(nested<fields::NumberDataPoint>(sum)));
              break;
            case fields::Sum::aggregation_temporality:
              metric.temporality = typed(sum, pbf_wire_type::varint).get_enum();
              break;
            // Not get_bool(): it reads a byte where none may be left.
            case fields::Sum::is_monotonic:
              metric.monotonic = typed(sum, pbf_wire_type::varint).get_uint64() != 0;
              break;
            default: sum.skip();
          }
        }
        break;
      }
      default: message.skip();
    }
  }
  return metric;
}

void decode_resource_metrics(pbf_message<fields::ResourceMetrics> message, DecodedRequest& request) {
  while (message.next()) {
    switch (message.tag()) {
      case fields::ResourceMetrics::resource: {
        auto resource = nested<fields::Resource>(message);
        while (resource.next(fields::Resource::attributes)) {
          decode_attribute(nested<fields::KeyValue>(resource), request.resource);
        }
        break;
      }
      case fields::ResourceMetrics::scope_metrics: {
        auto scope = nested<fields::ScopeMetrics>(message);
        while (scope.next(fields::ScopeMetrics::metrics)) {
          request.metrics.push_back(decode_metric(nested<fields::Metric>(scope)));
        }
        break;
      }
      default: message.skip();
    }
  }
}

}  // namespace

double Point::number() const {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
  if (const auto* real = std::get_if<double>(&value)) return *real;
  return 0;
}

std::size_t DecodedRequest::points() const {
  std::size_t count = 0;
  for (const auto& metric : metrics)
    count += metric.points.size();
  return count;
}

Result<DecodedRequest> decode_request(std::string_view body) {
  DecodedRequest request;
  try {
    pbf_message<fields::ExportRequest> message{body.data(), body.size()};
    while (message.next()) {
      if (message.tag() == fields::ExportRequest::resource_metrics) {
        decode_resource_metrics(nested<fields::ResourceMetrics>(message), request);
      } else {
        message.skip();
      }
    }
  } catch (const protozero::exception& error) {
    return fail(Code::malformed, std::string{"not an ExportMetricsServiceRequest: "} + error.what());
  }
  return request;
}

}  // namespace cspy::fakes
