// What a receiver answers in JSON: OTLP's messages in the mapping of protobuf to JSON. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "otlp/response.hpp"

namespace cspy::otlp {

/// ExportMetricsPartialSuccess of an ExportMetricsServiceResponse; an empty body is full success, too. The number of
/// points is taken as a number or as a string, which is how the mapping writes it.
[[nodiscard]] Result<PartialSuccess> parse_partial_success_json(std::string_view body);

/// The message of a google.rpc.Status, nullopt where the body is none.
[[nodiscard]] std::optional<std::string> parse_status_message_json(std::string_view body);

}  // namespace cspy::otlp
