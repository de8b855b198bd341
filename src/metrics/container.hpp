// One run of one container: what stays true from its start until it ends or is changed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/count.hpp"
#include "base/time.hpp"
#include "metrics/labels.hpp"

namespace cspy::metrics {

/// What a reading is about. All are kept, sent and ended alike; which metrics they have depends on it. The numbers
/// stand in journals, as those of State do: new ones are appended.
enum class Subject : std::uint8_t {
  container,  ///< that runs
  stopped,    ///< a container that exists and does not run
  cgroup,     ///< of the host's tree, not a container's
  machine,    ///< the engine's host
  agent,      ///< the agent and the engine it reads
};
inline constexpr std::size_t subject_count = 5;

/// What a container was given, in the kernel's units.
struct Limits {
  Count memory_bytes;         ///< 0: unlimited; absent where the machine has no memory controller
  Count memory_swap_bytes{};  ///< 0: unlimited or none. With cgroup v1 memory and swap together, with v2 swap alone
  Count memory_reservation_bytes{};  ///< 0: none
  Count cpu_period_us;               ///< absent where the engine does not tell
  std::uint64_t cpu_quota_us = 0;    ///< 0: none
  Count cpu_shares;                  ///< as cAdvisor shows them: on cgroup v2 computed back from the weight
  Count open_files_soft{};           ///< unlimited_files: unlimited; absent where it is inherited

  bool operator==(const Limits&) const = default;
};
/// Of open_files_soft: cAdvisor shows it as -1.
inline constexpr std::uint64_t unlimited_files = static_cast<std::uint64_t>(-2);

/// The engine's word for what a container is doing.
enum class State : std::uint8_t { unknown, created, running, paused, restarting, removing, exited, dead };
inline constexpr std::size_t state_count = 8;

/// What only the engine knows of a container.
struct Lifecycle {
  State state = State::unknown;
  bool oom_killed = false;   ///< in this run, or the last one
  Count restart_count;       ///< restarts by the engine since it was started by hand
  Count exit_code;           ///< of the last run; absent while it runs
  UnixNanos finished = 0;    ///< end of the last run; 0: it has had none
  Count failing_streak;      ///< failed health checks in a row; absent where there is no check
  std::string image_id;      ///< "sha256:..."
  std::string image_digest;  ///< of the manifest it was made from, where the engine tells
};

/// Immutable once it is in the fleet; a change (rename, new limits, a new run) makes another one. Rounds that wait to
/// be sent keep the one they were read with.
struct Container {
  std::string id;    ///< 64 hex digits; of a cgroup its path; of the others a name that begins with '#'
  std::string name;  ///< without the leading slash, for the log
  LabelSet labels;
  UnixNanos created = 0;
  UnixNanos started = 0;  ///< 0: the engine does not know
  Limits limits;
  Subject subject = Subject::container;
  bool windows = false;         ///< the engine runs on Windows, where nothing is a cgroup
  bool shares_network = false;  ///< the host's or another container's, whose counters are older than this one's start
  std::uint32_t pid = 0;        ///< of the first process, in the engine's numbers; 0: not known
  Lifecycle lifecycle;
};

}  // namespace cspy::metrics
