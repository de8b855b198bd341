// Sends rounds in order, one request at a time. Delivery decides what to do next; this coroutine does it.
//
// States: open, closed, abandoned; they only go forward. While it is open, push() adds rounds. close() ends that: run()
// sends the waiting rounds and ends; it also ends at the first transient failure. abandon() ends run() after the
// request in progress.
//
// Invariants:
// - From push() on, a round belongs to the backlog. It leaves the backlog once: when the receiver has answered for all
//   of it, when it is dropped (too old, or no space), or when run() ends.
// - Each request has the identity of its round as its resource. A round without an identity is not sent.
// - A dropped round returns its unsent endings through Restore, so that a later round sends them. A refused round does
//   not: the receiver has answered for its endings. Neither does a round of another identity than the newest one: its
//   series do not exist under the newest identity, and the receiver ends them by itself when they go stale.
// - run() suspends in two places only. While it waits for an answer, the front of the backlog is held, and
//   the buffer of the encoder must not change. While it waits for a round or a retry, nothing is held. push(), close()
//   and abandon() may be called in both cases. They touch neither the front nor the buffer.
// - Whenever run() suspends, the store has no round that the backlog does not have. From the oldest on, it has the
//   rounds that have to wait, as far as they fit on the disk.
// - A full queue directory costs the oldest rounds only after a failed request. While requests succeed, or one is on
//   its way, the newest rounds wait in memory until there is room.
// - Deltas advance only with accepted requests, so counts of a lost request are part of the next deltas.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "base/gzip.hpp"
#include "base/log.hpp"
#include "metrics/reading.hpp"
#include "net/context.hpp"
#include "otlp/delivery.hpp"
#include "otlp/deltas.hpp"
#include "otlp/encoder.hpp"
#include "otlp/export_log.hpp"
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
    std::uint64_t rounds_lost = 0;  ///< dropped from the queue, or refused at least in part
    std::uint64_t points_sent = 0;
    std::uint64_t points_lost = 0;
    std::uint64_t points_rejected = 0;                          ///< by the receiver, in a partial success
    std::uint64_t rounds_kept = 0;                              ///< left in the queue directory for the next run
    std::array<std::uint64_t, Outcome::kind_count> requests{};  ///< by Outcome::Kind; each attempt counts
    std::uint64_t bytes = 0;                                    ///< of requests, after compression
    UnixNanos last_success = 0;                                 ///< when the receiver accepted a request; 0: never
    std::optional<net::TimePoint> failing_since = {};           ///< of the first failed request since the last success
  };
  /// Receives the unsent endings of a lost round, so that a later round sends them.
  using Restore = std::function<void(std::vector<metrics::Ending>)>;
  /// Random numbers in [0, 1).
  using Random = std::function<double()>;

  /// The references must outlive run().
  Exporter(boost::asio::io_context& io, Settings settings, Encoder& encoder, Transport& transport, Log& log,
           Restore restore, Random random);

  /// Also stores waiting rounds in `directory`, and queues the rounds that an earlier run left there. Errors: as
  /// Journal::open. REQUIRES: called before the first push().
  Result<void> keep_in(const std::string& directory, const metrics::Selection& selection = {});
  /// Queues a round. If the queue is full, the oldest rounds are dropped. A round without an identity counts as lost.
  void push(metrics::Round round);
  /// No more rounds will come. run() tries once to send the waiting rounds, and ends.
  void close();
  /// Like close(), but without another request. Rounds that are not in the queue directory are lost.
  void abandon();

  /// Sends rounds until close() or abandon().
  net::Task<void> run();

  [[nodiscard]] const Counts& counts() const { return counts_; }
  [[nodiscard]] const queue::Backlog& backlog() const { return backlog_; }
  /// Of the last request that was not accepted; nullopt if the receiver has accepted one since.
  [[nodiscard]] const std::optional<Error>& last_error() const { return last_error_; }

 private:
  net::Task<void> send(Delivery::Step step);
  void apply(const Outcome& outcome, const Batch& batch);
  void record_answered(const queue::Waiting& round);
  void lose(std::vector<queue::Waiting> dropped);
  void lose(queue::Waiting dropped);
  void store_waiting();
  [[nodiscard]] std::vector<queue::Waiting> take_unstored();

  Encoder& encoder_;
  Transport& transport_;
  Restore restore_;
  Random random_;
  Log& log_;
  ExportLog export_log_;
  queue::Backlog backlog_;
  Delivery delivery_;
  queue::Store store_;
  std::optional<Deltas> deltas_;  ///< with Temporality::delta only
  std::optional<Gzip> gzip_;
  net::Alarm wake_;
  metrics::IdentityPtr identity_;  ///< of the newest pushed round; null before
  Counts counts_;
  std::optional<Error> last_error_;
  std::uint64_t next_sequence_ = 1;
  bool pushed_back_ = false;  ///< the last request failed and will be repeated
  bool closed_ = false;
  bool abandoned_ = false;
};

}  // namespace cspy::otlp
