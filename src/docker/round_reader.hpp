// One round of reading: a one-shot sample of each running container.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "docker/client.hpp"
#include "metrics/fleet.hpp"
#include "metrics/selection.hpp"
#include "net/context.hpp"

namespace cspy::docker {

/// The name of a block device, "/dev/sda", or nothing where it cannot be told.
using DeviceNamer = std::function<std::string(std::uint32_t major, std::uint32_t minor)>;

/// What the machine's own files say about containers, where they can be seen.
class LocalSource {
 public:
  /// Which of the mounts had the container.
  struct Given {
    bool tree = false;
    bool proc = false;
  };
  /// Sets the wanted parts of a running container that the files have.
  virtual Given read(const metrics::Container& container, metrics::Sample& sample) = 0;
  /// Adds what this machine knows of the disks behind the container, once its own devices are read and named.
  virtual void add_storage(const metrics::Container& container, metrics::Sample& sample) = 0;

 protected:
  ~LocalSource() = default;
};

/// How many reads to keep in flight. An engine that answers at once needs few; one whose one-shot waits for a clock of
/// a second needs as many as bring all containers into two fifths of the interval.
[[nodiscard]] std::size_t stats_concurrency(const Engine& engine, std::size_t containers,
                                            std::chrono::milliseconds interval);

/// Gives the devices of `sample` their names, and their order.
void name_devices(metrics::Sample& sample, const DeviceNamer& namer);

class RoundReader {
 public:
  struct Result {
    std::vector<metrics::ReadingPtr> readings;
    /// When the answers came: the median, so that neither slow containers nor an engine that samples once a second move
    /// the round away from the time its numbers are of. 0 where there was none.
    UnixNanos time = 0;
    std::size_t attempted = 0;
    std::size_t failed = 0;
    std::optional<Error> first_error;
    /// Containers whose answers do not fit to what is known: gone, stopped, or counting from the start again.
    std::vector<std::string> suspects;
  };

  /// References outlive read(). `local` may be null.
  RoundReader(Client& client, metrics::Fleet& fleet, DeviceNamer namer, metrics::Selection selection = {},
              LocalSource* local = nullptr)
      : client_{client}, fleet_{fleet}, namer_{std::move(namer)}, selection_{selection}, local_{local} {}

  /// Reads every container that runs now, and takes down those that do not. What the machine gives is not asked from
  /// the engine, and nothing is that no wanted metric needs. What is not read by `deadline` counts as failed. One call
  /// at a time.
  net::Task<Result> read(std::size_t concurrency, net::TimePoint deadline);
  /// Brings the deadline of the reading under way forward.
  void hurry(net::TimePoint deadline) { deadline_ = std::min(deadline_, deadline); }

 private:
  using Target = std::shared_ptr<const metrics::Container>;

  net::Task<void> worker();
  net::Task<void> read_one(Target container);
  void take(const Target& container, metrics::Sample sample);
  void add(const Target& container, metrics::Sample sample);
  [[nodiscard]] bool needs_stats(LocalSource::Given given) const;

  Client& client_;
  metrics::Fleet& fleet_;
  DeviceNamer namer_;
  metrics::Selection selection_;
  LocalSource* local_;
  std::array<bool, 4> needs_stats_{};  ///< by what the mounts give
  std::vector<Target> targets_;
  std::size_t next_ = 0;
  net::TimePoint deadline_{};
  Result result_;
  std::vector<UnixNanos> answered_;
};

}  // namespace cspy::docker
