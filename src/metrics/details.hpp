// Filling in Sample::details.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "metrics/sample.hpp"

namespace cspy::metrics {

/// Adds a value with those of the metric's own labels, in the order of its keys; nothing beyond limits::details_max. A
/// label ends before a zero byte; it must be valid UTF-8. settle() comes after the last one.
void note(Sample& sample, Tail what, std::initializer_list<std::string_view> labels, std::uint64_t value);

/// Brings the details into their order. Of several of one series the least stays.
void settle(Sample& sample);

}  // namespace cspy::metrics
