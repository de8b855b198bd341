// One run of one container: what stays true from its start until it ends or changes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/count.hpp"
#include "base/time.hpp"
#include "metrics/labels.hpp"

namespace cspy::metrics {

/// What a reading is about. All subjects are kept, sent and ended in the same way; their metrics differ. Queue files
/// contain the numbers of Subject and State, so new values go at the end.
enum class Subject : std::uint8_t {
  container,  ///< a container that runs
  stopped,    ///< a container that exists but does not run
  cgroup,     ///< a cgroup of the host that is not a container
  machine,    ///< the engine's host
  agent,      ///< the agent and the engine it reads
};
inline constexpr std::size_t subject_count = 5;

/// The container's limits, in the kernel's units.
struct Limits {
  Count memory_bytes;                ///< 0: unlimited; absent if the machine has no memory controller
  Count memory_swap_bytes{};         ///< 0: unlimited or none. cgroup v1: memory and swap together; v2: swap alone
  Count memory_reservation_bytes{};  ///< 0: none
  Count cpu_period_us;               ///< absent if the engine does not report it
  std::uint64_t cpu_quota_us = 0;    ///< 0: none
  Count cpu_shares;                  ///< as cAdvisor shows them: on cgroup v2 converted back from the weight
  Count open_files_soft{};           ///< unlimited_files: unlimited; absent if the container inherits the limit

  bool operator==(const Limits&) const = default;
};
/// The value of open_files_soft without a limit. cAdvisor shows it as -1.
inline constexpr std::uint64_t unlimited_files = static_cast<std::uint64_t>(-2);

/// The engine's name for a container's state.
enum class State : std::uint8_t { unknown, created, running, paused, restarting, removing, exited, dead };
inline constexpr std::size_t state_count = 8;

/// Facts about a container that only the engine knows.
struct Lifecycle {
  State state = State::unknown;
  bool oom_killed = false;   ///< in this run, or the last one
  Count restart_count;       ///< restarts by the engine since the last manual start
  Count exit_code;           ///< of the last run; absent while it runs
  UnixNanos finished = 0;    ///< end of the last run; 0: no run has ended
  Count failing_streak;      ///< failed health checks in a row; absent without a check
  std::string image_id;      ///< "sha256:..."
  std::string image_digest;  ///< of the image's manifest, if the engine reports it

  bool operator==(const Lifecycle&) const = default;
};

/// Immutable once it is in the fleet. A change (a rename, new limits, a new run) makes a new Container. Rounds that
/// wait to be sent keep the one they were read with.
struct Container {
  std::string id;    ///< 64 hex digits; for a cgroup its path; for the others a name that starts with '#'
  std::string name;  ///< without the leading slash, for the log
  LabelSet labels;
  UnixNanos created = 0;
  UnixNanos started = 0;  ///< 0: not known
  Limits limits;
  Subject subject = Subject::container;
  bool windows = false;         ///< the engine runs on Windows, which has no cgroups
  bool shares_network = false;  ///< the host's or another container's network, whose counters are older than this run
  std::uint32_t pid = 0;        ///< the first process, as the engine numbers it; 0: not known
  Lifecycle lifecycle;

  bool operator==(const Container&) const = default;
};

}  // namespace cspy::metrics
