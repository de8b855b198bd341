// Merges two samples of the same container and moment. Pure.
#pragma once

#include "metrics/sample.hpp"

namespace cspy::metrics {

/// Writes the values of `upper` over `lower`: the counts, the devices and interfaces if it has any, and the CPUs if it
/// has the CPU time. The details of both stay, sorted. What `upper` missed is missed: `lower` has it from another
/// source, and the source of a number does not change within a run.
void overlay(Sample& lower, Sample&& upper);

}  // namespace cspy::metrics
