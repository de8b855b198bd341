// Answers of the receiver in JSON: the OTLP messages in the JSON mapping of protobuf. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "otlp/response.hpp"

namespace cspy::otlp {

/// ExportMetricsPartialSuccess of an ExportMetricsServiceResponse. An empty body means that all points were accepted.
/// The number of points may be a number, or a string as in the JSON mapping.
[[nodiscard]] Result<PartialSuccess> parse_partial_success_json(std::string_view body);

/// The message of a google.rpc.Status. nullopt if the body is not a Status with a message.
[[nodiscard]] std::optional<std::string> parse_status_message_json(std::string_view body);

}  // namespace cspy::otlp
