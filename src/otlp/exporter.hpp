// Sends rounds in order, one request at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "base/log.hpp"
#include "metrics/reading.hpp"
#include "net/context.hpp"
#include "otlp/encoder.hpp"
#include "otlp/transport.hpp"

namespace cspy::otlp {

class Exporter {
 public:
  struct Counts {
    std::uint64_t rounds_sent = 0;
    std::uint64_t rounds_lost = 0;
    std::uint64_t points_sent = 0;
    std::uint64_t points_lost = 0;
    std::uint64_t points_rejected = 0;  ///< by the receiver, in a partial success
    std::uint64_t requests = 0;
    std::uint64_t bytes = 0;
  };
  /// Takes back the endings of a round that was lost, so that a later one sends them.
  using Restore = std::function<void(std::vector<metrics::Ending>)>;

  /// References outlive run().
  Exporter(boost::asio::io_context& io, Encoder& encoder, Transport& transport, Log& log, Restore restore);

  /// The resource of all points from now on. REQUIRES: called before the first push().
  void set_resource(Resource resource) { resource_ = std::move(resource); }
  /// Queues a round. Where the queue is full, the oldest round is lost, counted and said.
  void push(metrics::Round round);
  /// No more rounds will come: run() ends when those that wait are sent or lost.
  void close();
  /// As close(), and those that wait are lost: there is no more time.
  void abandon();

  /// Runs until close().
  net::Task<void> run();

  [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
  net::Task<void> send_round(metrics::Round round);
  void lose(metrics::Round round, std::size_t endings_sent);
  void say_failed(const Outcome& outcome);
  void say_works();
  void say_rejected(const Outcome& outcome);

  Encoder& encoder_;
  Transport& transport_;
  Log& log_;
  Restore restore_;
  Resource resource_;
  net::Alarm wake_;
  std::deque<metrics::Round> queue_;
  Counts counts_;
  bool closed_ = false;
  std::optional<unsigned> failing_;  ///< the status that the log last told of; none while it works
  std::uint64_t lost_before_ = 0;    ///< rounds lost when it began to fail
  bool ever_sent_ = false;
  bool rejecting_ = false;
};

}  // namespace cspy::otlp
