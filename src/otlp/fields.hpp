// Field numbers and constants of the OTLP metrics messages: one enumeration per message.
// Source: opentelemetry-proto, metrics/v1/metrics.proto and collector/metrics/v1/metrics_service.proto.
#pragma once

#include <cstdint>

#include <protozero/types.hpp>

#include "otlp/encoder.hpp"

namespace cspy::otlp::fields {

enum class ExportRequest : protozero::pbf_tag_type { resource_metrics = 1 };
enum class ResourceMetrics : protozero::pbf_tag_type { resource = 1, scope_metrics = 2 };
enum class Resource : protozero::pbf_tag_type { attributes = 1 };
enum class ScopeMetrics : protozero::pbf_tag_type { scope = 1, metrics = 2 };
enum class Scope : protozero::pbf_tag_type { name = 1 };
enum class Metric : protozero::pbf_tag_type { name = 1, description = 2, unit = 3, gauge = 5, sum = 7 };
enum class Gauge : protozero::pbf_tag_type { data_points = 1 };
enum class Sum : protozero::pbf_tag_type { data_points = 1, aggregation_temporality = 2, is_monotonic = 3 };
enum class NumberDataPoint : protozero::pbf_tag_type {
  start_time_unix_nano = 2,  // fixed64
  time_unix_nano = 3,        // fixed64
  as_double = 4,             // double
  as_int = 6,                // sfixed64
  attributes = 7,
  flags = 8,  // uint32
};
enum class KeyValue : protozero::pbf_tag_type { key = 1, value = 2 };
enum class AnyValue : protozero::pbf_tag_type { string_value = 1 };
enum class ExportResponse : protozero::pbf_tag_type { partial_success = 1 };
enum class PartialSuccess : protozero::pbf_tag_type { rejected_data_points = 1, error_message = 2 };
/// google.rpc.Status: the body of an error.
enum class Status : protozero::pbf_tag_type { code = 1, message = 2, details = 3 };
/// google.protobuf.Any: an element of Status.details.
enum class Any : protozero::pbf_tag_type { type_url = 1, value = 2 };
/// google.rpc.RetryInfo: one type of detail in a Status.
enum class RetryInfo : protozero::pbf_tag_type { retry_delay = 1 };
/// google.protobuf.Duration.
enum class Duration : protozero::pbf_tag_type { seconds = 1, nanos = 2 };

/// AggregationTemporality.
inline constexpr std::int32_t temporality_delta = 1;
inline constexpr std::int32_t temporality_cumulative = 2;
constexpr std::int32_t number_of(Temporality temporality) {
  return temporality == Temporality::delta ? temporality_delta : temporality_cumulative;
}

/// NumberDataPoint.flags: the series has ended; there is no value.
inline constexpr std::uint32_t flag_no_recorded_value = 1;

}  // namespace cspy::otlp::fields
