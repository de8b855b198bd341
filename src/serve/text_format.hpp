// Prometheus' text format, version 0.0.4: headers of families, names and values of labels, numbers. Pure.
// Source: prometheus.io/docs/instrumenting/exposition_formats.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "metrics/catalogue.hpp"

namespace cspy::serve {

inline constexpr std::string_view text_format_content_type = "text/plain; version=0.0.4; charset=utf-8";

/// Whether label_name_of() would return `name` itself.
[[nodiscard]] bool is_label_name(std::string_view name);

/// The label that Prometheus makes of an OTLP attribute called `name`, with its default settings: '_' for each
/// character outside [a-zA-Z0-9_], and "key_" before a digit, "key" before a single '_'. Empty if there is none: names
/// that begin with "__" are Prometheus' own.
[[nodiscard]] std::string label_name_of(std::string_view name);

/// Appends `value` as the text between the quotes: with '\\', '"' and line feeds escaped, and U+FFFD for each byte that
/// is not part of valid UTF-8.
void append_label_value(std::string& out, std::string_view value);

/// Appends the HELP and TYPE lines of a family. REQUIRES: `name` is a metric name, `help` is valid UTF-8.
void append_header(std::string& out, std::string_view name, std::string_view help, metrics::Kind kind);

/// Room for the longest value, as -2.2250738585072014e-308, and the end of its line.
inline constexpr std::size_t value_space = 32;

/// Writes a value and the end of its line to `to`: a whole number as it is, a double in its shortest exact text.
/// Returns the place after it. REQUIRES: room for value_space bytes.
[[nodiscard]] char* write_value(char* to, metrics::Number value);

}  // namespace cspy::serve
