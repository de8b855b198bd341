// One round of reading: a one-shot sample of each running container.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "docker/client.hpp"
#include "metrics/fleet.hpp"
#include "metrics/selection.hpp"
#include "net/context.hpp"

namespace cspy::docker {

/// The name of a block device, "/dev/sda"; empty if it is not known.
using DeviceNamer = std::function<std::string(std::uint32_t major, std::uint32_t minor)>;

/// Reads the machine's own files about containers, if they are visible.
class LocalSource {
 public:
  /// Sets the wanted parts that the files of a running container have. `decided`: the sources of the run's last
  /// reading; null if this is the first one, which decides for the run. What a decided source cannot read now is
  /// missed. Returns the sources, or nullopt if the container is no longer where it was.
  virtual std::optional<metrics::Sources> read(const metrics::Container& container, const metrics::Sources* decided,
                                               metrics::Sample& sample) = 0;
  /// Adds what this machine knows about itself and the disks behind the container. Call it after the container's own
  /// devices are read and named.
  virtual void add_storage(const metrics::Container& container, metrics::Sample& sample) = 0;

 protected:
  ~LocalSource() = default;
};

/// How many reads to keep in flight. An engine that answers at once needs few. An engine whose one-shot stats wait for
/// its one-second clock needs enough to read all containers in two fifths of the interval.
[[nodiscard]] std::size_t stats_concurrency(const Engine& engine, std::size_t containers,
                                            std::chrono::milliseconds interval);

/// Gives the devices of `sample` their names and sorts them.
void name_devices(metrics::Sample& sample, const DeviceNamer& namer);

class RoundReader {
 public:
  struct Result {
    std::vector<metrics::ReadingPtr> readings;
    /// When the answers came: the median. So neither slow containers nor an engine that samples once a second move the
    /// round away from the time of its numbers. 0 if there was no answer.
    UnixNanos time = 0;
    std::size_t attempted = 0;
    std::size_t failed = 0;
    std::optional<Error> first_error;
    /// Containers whose answers contradict what is known: gone, stopped, or counting from the start again.
    std::vector<std::string> suspects;
  };

  /// The references must outlive read(). `local` may be null.
  RoundReader(Client& client, metrics::Fleet& fleet, DeviceNamer namer, metrics::Selection selection = {},
              LocalSource* local = nullptr)
      : client_{client}, fleet_{fleet}, namer_{std::move(namer)}, selection_{selection}, local_{local} {}

  /// When a round ends.
  struct Deadlines {
    net::TimePoint all;  ///< containers that are not read by then count as failed
    /// The same for containers that are known to be stuck: they must not delay the next round. If the others need the
    /// time, the stuck ones still get limits::stuck_time_min.
    net::TimePoint stuck;
  };
  /// Whom it may ask.
  enum class Ask : std::uint8_t { engine, files_only };

  /// Reads every container that runs now, and adds the stopped ones. Does not ask the engine for what the machine's
  /// files have, nor for numbers that no wanted metric needs. With Ask::files_only, containers that need the engine are
  /// left out, and do not count as failed. One call at a time.
  ///
  /// Each request has a deadline of its own. A container that misses it is stuck: from then on it is read after the
  /// others, and with few requests at a time, until it answers. Requests that are slow do not hold up the others.
  net::Task<Result> read(std::size_t concurrency, Deadlines deadlines, Ask ask = Ask::engine);
  /// Brings the deadline of the current read() forward.
  void hurry(net::TimePoint deadline);

 private:
  using Target = std::shared_ptr<const metrics::Container>;

  /// Reads one container. False: none is left, or no time.
  net::Task<bool> read_next();
  net::Task<bool> read_stuck();
  net::Task<void> read_one(Target container, bool was_stuck);
  void sort_out_stuck();
  void take(const Target& container, metrics::Sample sample, metrics::Sources sources);
  void add(const Target& container, metrics::Sample sample, metrics::Sources sources = {});
  /// The last reading of the container's current run. Null before the first.
  [[nodiscard]] const metrics::Reading* last_of(const metrics::Container& container) const;

  Client& client_;
  metrics::Fleet& fleet_;
  DeviceNamer namer_;
  metrics::Selection selection_;
  LocalSource* local_;
  std::array<bool, 4> needs_stats_{};  ///< indexed by the sources of the container
  std::vector<Target> targets_;
  std::size_t next_ = 0;
  std::deque<Target> stuck_targets_;
  /// Containers whose last request got no answer in time, those that wait longest first.
  std::vector<std::string> stuck_;
  bool recovered_ = false;  ///< in this round, a stuck container has answered
  /// Containers whose files are no longer where they were. Those that run on have their sources decided anew.
  std::set<std::string> lost_;
  Deadlines deadlines_{};
  Ask ask_ = Ask::engine;
  Result result_;
  std::vector<UnixNanos> answered_;
};

}  // namespace cspy::docker
