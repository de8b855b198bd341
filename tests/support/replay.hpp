// From a folder of recorded answers to readings, through the agent's own parsers.
#pragma once

#include <string>
#include <vector>

#include "docker/engine.hpp"
#include "docker/round_reader.hpp"
#include "metrics/reading.hpp"

namespace cspy::test {

/// A time after everything that was recorded.
inline constexpr UnixNanos after_all_recordings = 1'795'500'000'000'000'000;

struct Recording {
  docker::Engine engine;
  std::vector<metrics::ReadingPtr> readings;  ///< of the running containers, by id
};

/// `folder` is below tests/data; it fails the test where an answer cannot be parsed.
[[nodiscard]] Recording replay(const std::string& folder, const docker::DeviceNamer& namer);

/// The points of `readings` as a request that is encoded and decoded again, one line each, sorted:
/// `name{key="value",...} value` and, where `with_times`, the start time. They are of a round at `round_time`.
[[nodiscard]] std::vector<std::string> points_as_text(const std::vector<metrics::ReadingPtr>& readings, bool with_times,
                                                      UnixNanos round_time = after_all_recordings);

}  // namespace cspy::test
