// Appending JSON to a string: for the log, --print-config and OTLP's JSON encoding.
#pragma once

#include <string>
#include <string_view>

namespace cspy::json {

/// Appends `text` as a JSON string with its quotes (RFC 8259, section 7). REQUIRES: valid UTF-8.
void append_string(std::string& out, std::string_view text);

}  // namespace cspy::json
