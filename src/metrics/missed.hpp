// Parts of a sample that could not be read in this round. Pure.
#pragma once

#include "metrics/sample.hpp"

namespace cspy::metrics {

/// Gives the missed parts of `sample` the values of `before`, the sample of the same run in the last round. Without it
/// (null), they are empty.
void keep_missed(Sample& sample, const Sample* before);

}  // namespace cspy::metrics
