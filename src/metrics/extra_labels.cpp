#include "metrics/extra_labels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "metrics/labels.hpp"

namespace cspy::metrics {
namespace {

constexpr std::size_t quote_bytes = 40;

bool is_name(std::string_view name) {
  if (name.empty() || name.starts_with("__") || (name.front() >= '0' && name.front() <= '9')) return false;
  return label_name("", name) == name;
}

}  // namespace

Result<KeyValues> parse_extra_labels(std::string_view list) {
  KeyValues labels;
  for (auto entry : split(list, ',')) {
    entry = trimmed(entry);
    if (entry.empty()) continue;  // a trailing comma is common and harmless
    const auto equals = entry.find('=');
    const auto name = trimmed(entry.substr(0, equals));
    const auto shown = printable(name, quote_bytes);
    if (equals == std::string_view::npos)
      return fail(Code::invalid, fmt::format("'{}' has no '=': expected NAME=VALUE[,NAME=VALUE...]", shown));
    if (!is_name(name)) {
      return fail(Code::invalid, fmt::format("'{}' is not the name of a label: expected letters, digits and '_', and "
                                             "neither a digit nor '__' first",
                                             shown));
    }
    auto value = percent_decoded(trimmed(entry.substr(equals + 1)));
    if (!value || valid_utf8_prefix(*value) != value->size()) {
      return fail(Code::invalid, fmt::format("the value of {} is not percent-encoded UTF-8: write '%' as %25", shown));
    }
    if (value->empty()) return fail(Code::invalid, fmt::format("{} has no value", shown));
    if (std::max(name.size(), value->size()) > limits::extra_label_bytes_max) {
      return fail(Code::invalid, fmt::format("the name or the value of {} is longer than {} bytes", shown,
                                             limits::extra_label_bytes_max));
    }
    if (std::ranges::find(labels, name, &KeyValues::value_type::first) != labels.end())
      return fail(Code::invalid, fmt::format("{} is there twice", shown));
    if (labels.size() >= limits::extra_labels_max)
      return fail(Code::invalid, fmt::format("there are more than {} labels", limits::extra_labels_max));
    labels.emplace_back(name, *std::move(value));
  }
  return labels;
}

}  // namespace cspy::metrics
