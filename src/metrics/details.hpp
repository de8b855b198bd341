// Fills in Sample::details.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "metrics/sample.hpp"

namespace cspy::metrics {

/// Adds a value with the values of the metric's own labels, in the order of its keys. Drops it beyond
/// limits::details_max. A label must be valid UTF-8 and is cut at a zero byte. Call sort_details() after the last one.
void add_detail(Sample& sample, Tail what, std::initializer_list<std::string_view> labels, std::uint64_t value);

/// Sorts the details. If a series has several values, keeps the smallest.
void sort_details(Sample& sample);

}  // namespace cspy::metrics
