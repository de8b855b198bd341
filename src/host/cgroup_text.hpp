// What the files of both cgroup versions have in common: limits, devices by number, lines of a key and a number. Pure;
// text that means nothing gives nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "base/count.hpp"
#include "metrics/sample.hpp"

namespace cspy::host {

/// A whole number in decimal, and nothing else; absent otherwise.
[[nodiscard]] Count parse_number(std::string_view word);
/// A file of one number: "4096\n".
[[nodiscard]] Count parse_value(std::string_view text);
/// A limit, as cAdvisor shows it: 0 for "max" and for all beyond 2^62, which is how cgroup v1 says it.
[[nodiscard]] Count parse_limit(std::string_view text);

/// "254:0". nullopt where it is no device's number.
[[nodiscard]] std::optional<std::pair<std::uint32_t, std::uint32_t>> parse_device(std::string_view word);

/// A number of a file that has "key number" in each line, its place in the sample, and what it is multiplied by to get
/// the sample's unit.
struct Field {
  std::string_view key;
  Count metrics::Sample::* member;
  std::uint64_t factor = 1;
};
void parse_fields(std::string_view text, std::span<const Field> fields, metrics::Sample& sample);

// Whole files, for the tables of either version. What means nothing leaves the sample as it is.

/// A file of one number.
template<Count metrics::Sample::* member>
void value(std::string_view text, metrics::Sample& sample) {
  if (const auto number = parse_value(text)) sample.*member = number;
}
/// A file of one limit.
template<Count metrics::Sample::* member>
void limited(std::string_view text, metrics::Sample& sample) {
  if (const auto limit = parse_limit(text)) sample.*member = limit;
}
/// A file of keys and numbers.
template<const auto& fields>
void keyed(std::string_view text, metrics::Sample& sample) {
  parse_fields(text, fields, sample);
}

}  // namespace cspy::host
