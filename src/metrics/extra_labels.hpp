// The setting `extra_labels`: constant labels for every series, as Prometheus' external labels. Pure.
#pragma once

#include <string_view>

#include "base/error.hpp"
#include "base/key_values.hpp"

namespace cspy::metrics {

/// NAME=VALUE[,NAME=VALUE...], with percent-encoded values. Names are those that Prometheus accepts for labels:
/// letters, digits and '_'. Neither a digit nor the reserved "__" comes first. Errors: invalid, also for an empty
/// value, for a name that is there twice, and above limits::extra_labels_max or limits::extra_label_bytes_max.
[[nodiscard]] Result<KeyValues> parse_extra_labels(std::string_view list);

}  // namespace cspy::metrics
