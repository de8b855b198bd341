// Sends rounds in order, one request at a time: the coroutine around Delivery, which decides.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "base/log.hpp"
#include "metrics/reading.hpp"
#include "net/context.hpp"
#include "otlp/delivery.hpp"
#include "otlp/deltas.hpp"
#include "otlp/encoder.hpp"
#include "otlp/export_log.hpp"
#include "otlp/gzip.hpp"
#include "otlp/transport.hpp"
#include "queue/backlog.hpp"
#include "queue/store.hpp"

namespace cspy::otlp {

class Exporter {
 public:
  struct Settings {
    queue::Backlog::Bounds queue = {};
    Delivery::Settings delivery = {};
    Temporality temporality = Temporality::cumulative;
    bool gzip = false;
  };
  struct Counts {
    std::uint64_t rounds_sent = 0;
    std::uint64_t rounds_lost = 0;  ///< dropped from the queue, or refused in a part
    std::uint64_t points_sent = 0;
    std::uint64_t points_lost = 0;
    std::uint64_t points_rejected = 0;  ///< by the receiver, in a partial success
    std::uint64_t rounds_kept = 0;      ///< left in the queue's directory for the next run
    std::uint64_t requests = 0;         ///< attempts are counted, each
    std::uint64_t bytes = 0;            ///< of requests, as they were sent
  };
  /// Takes back the endings of a round that was lost, so that a later one sends them.
  using Restore = std::function<void(std::vector<metrics::Ending>)>;
  /// Random numbers in [0, 1).
  using Random = std::function<double()>;

  /// References outlive run().
  Exporter(boost::asio::io_context& io, Settings settings, Encoder& encoder, Transport& transport, Log& log,
           Restore restore, Random random);

  /// The resource of all points from now on. REQUIRES: called before the first push().
  void set_resource(Resource resource) { resource_ = std::move(resource); }
  /// Keeps the rounds that wait in `directory` too, and takes over those that an earlier run left there. Errors as
  /// Journal::open. REQUIRES: called before the first push().
  Result<void> keep_in(const std::string& directory, const metrics::Selection& selection = {});
  /// Queues a round. Where the queue is full, the oldest goes, is counted and said.
  void push(metrics::Round round);
  /// No more rounds will come: run() ends when those that wait are sent; the first failure is the end of trying.
  void close();
  /// As close(), but without trying: there is no more time. What is not in the queue's directory is lost.
  void abandon();

  /// Runs until close().
  net::Task<void> run();

  [[nodiscard]] const Counts& counts() const { return counts_; }
  [[nodiscard]] const queue::Backlog& backlog() const { return backlog_; }

 private:
  net::Task<void> send(Delivery::Step step);
  void apply(const Outcome& outcome, const Batch& batch);
  void leave(const queue::Waiting& round);
  void lose(std::vector<queue::Waiting> dropped);
  void write_waiting();
  [[nodiscard]] std::vector<queue::Waiting> kept_for_later();

  Encoder& encoder_;
  Transport& transport_;
  Restore restore_;
  Random random_;
  Resource resource_;
  Log& log_;
  ExportLog say_;
  queue::Backlog backlog_;
  Delivery delivery_;
  queue::Store store_;
  std::optional<Deltas> deltas_;  ///< with that temporality only
  std::optional<Gzip> gzip_;
  net::Alarm wake_;
  Counts counts_;
  std::uint64_t next_sequence_ = 1;
  bool pushed_back_ = false;  ///< the oldest round has been tried in vain
  bool closed_ = false;
  bool abandoned_ = false;
};

}  // namespace cspy::otlp
