// What ContainerSpy reports about its own work: the group "self".
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "app/collection.hpp"
#include "docker/client.hpp"
#include "docker/watch.hpp"
#include "metrics/sample.hpp"
#include "otlp/exporter.hpp"

namespace cspy::app {

/// Whose work it is. `exporter` is null if nothing is pushed.
struct Workers {
  const docker::Client& client;
  const docker::Watch& watch;
  const Collection& collection;
  const otlp::Exporter* exporter = nullptr;
  std::uint64_t rounds = 0;
  std::uint64_t rounds_skipped = 0;
  std::uint64_t log_lines_lost = 0;
};

/// Adds the numbers to the sample of the agent. The caller sorts the details afterwards.
void add_self(metrics::Sample& sample, const Workers& workers);

}  // namespace cspy::app
