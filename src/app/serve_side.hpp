// The side of the program that is scraped: what the paths of the server answer, and the reading behind them.
//
// Invariants:
// - A scrape sends nothing and ends nothing: the rounds that are pushed do not notice it. Only if nothing is pushed, it
//   closes rounds itself, so that the fleet knows the last readings.
// - One snapshot is made at a time. Scrapes that come meanwhile share it, and so do those that come within
//   scrape_max_age.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/collection.hpp"
#include "app/host_side.hpp"
#include "app/options.hpp"
#include "app/readiness.hpp"
#include "app/surroundings.hpp"
#include "base/log.hpp"
#include "docker/watch.hpp"
#include "metrics/fleet.hpp"
#include "net/context.hpp"
#include "net/single_flight.hpp"
#include "net/tls.hpp"
#include "otlp/exporter.hpp"
#include "serve/server.hpp"

namespace cspy::app {

class ServeSide {
 public:
  /// What it shows. All references must outlive it.
  struct Parts {
    Collection& collection;
    const docker::Watch& watch;
    metrics::Fleet& fleet;
    HostSide& host;
    const otlp::Exporter* exporter;  ///< null if nothing is pushed
    /// Adds what the rest of the program knows to the sample of the agent.
    std::function<void(metrics::Sample&)> add_to_agent;
  };

  ServeSide(boost::asio::io_context& io, const Options& options, Log& log, Parts parts);
  ServeSide(const ServeSide&) = delete;
  ServeSide& operator=(const ServeSide&) = delete;

  /// Opens the sockets and certificates of the settings. The message of an error starts with the key of the option.
  Result<void> prepare();
  /// Whether there is a socket: systemd may have passed none.
  [[nodiscard]] bool listens() const { return !server_.addresses().empty(); }
  /// Serves until stop().
  net::Task<void> run() { return server_.run(); }
  /// Accepts no more, and brings the deadline of a snapshot in progress forward.
  void stop(net::TimePoint deadline);
  /// Makes pending operations fail now.
  void expire_all() { context_.deadlines.expire_all(); }

 private:
  struct Snapshot {
    std::vector<metrics::ReadingPtr> readings;
    UnixNanos time = 0;
    net::TimePoint made;
  };

  [[nodiscard]] serve::Router routes();
  net::Task<serve::Response> metrics(serve::Request request);
  net::Task<serve::Response> ready();
  net::Task<std::shared_ptr<const Snapshot>> snapshot(net::TimePoint deadline);
  net::Task<Snapshot> make_snapshot(net::TimePoint deadline);

  const Options& options_;
  Log& log_;
  Parts parts_;
  net::Context context_;
  Surroundings surroundings_;
  net::SingleFlight<Snapshot> flight_;
  std::shared_ptr<const Snapshot> last_;
  std::unique_ptr<net::Tls> tls_;  ///< null without listen_certificate
  serve::Server server_;
};

}  // namespace cspy::app
