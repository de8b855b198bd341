// One sample out of two of the same container and moment. Pure.
#pragma once

#include "metrics/sample.hpp"

namespace cspy::metrics {

/// Writes what `upper` has over `lower`: its counts, its devices and its interfaces where it has any, its CPUs where it
/// has the CPU time; the details of both stay, in order.
void overlay(Sample& lower, Sample&& upper);

}  // namespace cspy::metrics
