// The running program: its coroutines, what they share, and how it ends.
#pragma once

#include <boost/asio/signal_set.hpp>
#include <exception>
#include <optional>
#include <random>

#include "app/collection.hpp"
#include "app/export_side.hpp"
#include "app/host_side.hpp"
#include "app/loop.hpp"
#include "app/options.hpp"
#include "app/self_report.hpp"
#include "app/serve_side.hpp"
#include "app/surroundings.hpp"
#include "base/limits.hpp"
#include "base/log.hpp"
#include "base/time.hpp"
#include "base/trouble.hpp"
#include "docker/client.hpp"
#include "docker/disk_usage.hpp"
#include "docker/watch.hpp"
#include "metrics/fleet.hpp"
#include "net/context.hpp"

namespace cspy::app {

/// The watch keeps the fleet true, tick() reads it at fixed times, and the exporter sends what was read. One thread,
/// one loop.
class Daemon {
 public:
  /// `log` must outlive it. `seed`: of the random numbers for backoffs.
  Daemon(const Options& options, Log& log, std::uint32_t seed = std::random_device{}());
  ~Daemon() { io_.destroy_coroutines(); }
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  /// Opens the files and places of the settings. Call it once, before run(). Errors are mistakes in the configuration.
  Result<void> prepare();
  /// Runs until SIGTERM or SIGINT. Then pushes a last round and returns within limits::shutdown_time_max. Throws only
  /// because of a bug or a lack of memory.
  void run();

 private:
  net::Task<void> tick();
  net::Task<void> round(docker::RoundReader::Deadlines deadlines, std::chrono::milliseconds time_for_reading);
  net::Task<void> await_signal();
  void spawn(net::Task<void> task);
  void take_identity(UnixNanos time);
  void on_connected(const docker::Engine& engine);
  void say_instance(const docker::Engine& engine);
  void report_self(metrics::Sample& sample) const;
  void say_skipped(std::int64_t rounds);
  void say_clock(UnixNanos ahead);
  [[nodiscard]] otlp::Resource resource_for(const docker::Engine& engine) const;
  double random() { return std::uniform_real_distribution{}(random_); }

  Options options_;
  Log& log_;
  Loop io_;
  net::Context engine_side_{io_};
  net::Context disk_side_{io_};  ///< also for the engine, for its slow questions

  std::minstd_rand random_;
  metrics::Fleet fleet_{system_now()};
  HostSide host_;
  docker::Client client_;
  docker::Watch watch_;
  Collection collection_;
  std::optional<docker::DiskUsage> disk_usage_;  ///< if it is wanted
  Surroundings surroundings_;
  ExportSide export_side_;
  otlp::Exporter& exporter_;
  std::optional<ServeSide> serve_side_;  ///< if something listens
  metrics::IdentityPtr identity_;        ///< of the last round; null before the engine is known
  metrics::IdentityPtr next_identity_;   ///< of the next round, if it changes
  bool identity_guessed_ = false;        ///< the engine has not told the name of its host

  boost::asio::basic_signal_set<net::Executor> signals_{io_, SIGTERM, SIGINT};
  net::Alarm tick_alarm_{io_};
  net::Alarm progress_{io_};  ///< notified when a coroutine has ended
  int running_ = 0;
  bool ticking_;  ///< rounds are read
  bool stopping_ = false;
  net::TimePoint stop_at_{};  ///< when reading must end, once the program is stopping
  std::exception_ptr failure_;
  std::uint64_t rounds_ = 0;
  std::uint64_t rounds_skipped_ = 0;
  Trouble rounds_skipping_{limits::trouble_free_rounds};
  Trouble clock_back_{limits::trouble_free_rounds};
};

}  // namespace cspy::app
