#include "otlp/exporter.hpp"

#include <utility>

#include "base/limits.hpp"
#include "otlp/batch.hpp"

namespace cspy::otlp {
namespace {

using net::Task;

std::uint64_t points_of(const Batch& batch) {
  std::uint64_t points = 0;
  for (const auto& reading : batch.readings)
    points += reading->points;
  return points;
}

}  // namespace

Exporter::Exporter(boost::asio::io_context& io, Encoder& encoder, Transport& transport, Log& log, Restore restore)
    : encoder_{encoder}, transport_{transport}, log_{log}, restore_{std::move(restore)}, wake_{io} {}

void Exporter::push(metrics::Round round) {
  if (round.empty()) return;  // An empty envelope says nothing.
  if (queue_.size() >= limits::rounds_queued_max) {
    say_failed({.kind = Outcome::Kind::transient,
                .message = "the receiver is slower than the interval: the oldest waiting round is dropped",
                .remedy = "lengthen otlp_export_interval, or look at the receiver"});
    lose(std::move(queue_.front()), 0);
    queue_.pop_front();
  }
  queue_.push_back(std::move(round));
  wake_.notify();
}

void Exporter::close() {
  closed_ = true;
  wake_.notify();
}

void Exporter::abandon() {
  for (auto& round : std::exchange(queue_, {}))
    lose(std::move(round), 0);
  close();
}

Task<void> Exporter::run() {
  while (!closed_ || !queue_.empty()) {
    if (queue_.empty()) {
      co_await wake_.wait();
      continue;
    }
    auto round = std::move(queue_.front());
    queue_.pop_front();
    co_await send_round(std::move(round));
  }
  transport_.close();
}

Task<void> Exporter::send_round(metrics::Round round) {
  Batches batches{round, limits::request_bytes_target};
  bool refused = false;
  while (!batches.done()) {
    const auto endings_sent = batches.endings_taken();
    const auto batch = batches.next();
    const auto body = encoder_.encode(resource_, batch);
    ++counts_.requests;
    counts_.bytes += body.size();
    auto outcome = co_await transport_.send({.body = body, .content_type = encoder_.content_type()},
                                            net::Clock::now() + limits::export_request_time_max);
    switch (outcome.kind) {
      case Outcome::Kind::accepted:
        counts_.points_sent += points_of(batch);
        counts_.points_rejected += outcome.rejected_points;
        say_rejected(outcome);
        break;
      case Outcome::Kind::transient:
        for (auto rest = batch;; rest = batches.next()) {
          counts_.points_lost += points_of(rest);
          if (batches.done()) break;
        }
        say_failed(outcome);
        lose(std::move(round), endings_sent);
        co_return;
      case Outcome::Kind::too_large:
      case Outcome::Kind::permanent:
        // This request is lost, and sending it again would not help; the others may still be taken.
        counts_.points_lost += points_of(batch);
        say_failed(outcome);
        refused = true;
        break;
    }
  }
  if (refused) {
    ++counts_.rounds_lost;
    co_return;
  }
  ++counts_.rounds_sent;
  say_works();
  log_.debug("round sent", {{"containers", std::to_string(round.readings.size())},
                            {"ended", std::to_string(round.endings.size())},
                            {"points", std::to_string(counts_.points_sent)},
                            {"bytes", std::to_string(counts_.bytes)}});
}

/// The points are gone, but that a series has ended stays true.
void Exporter::lose(metrics::Round round, std::size_t endings_sent) {
  ++counts_.rounds_lost;
  auto& endings = round.endings;
  endings.erase(endings.begin(), endings.begin() + static_cast<std::ptrdiff_t>(endings_sent));
  restore_(std::move(endings));
}

void Exporter::say_failed(const Outcome& outcome) {
  // One line for each kind of failure, and one when it works again.
  if (failing_ == outcome.status) return;
  if (!failing_) lost_before_ = counts_.rounds_lost;
  failing_ = outcome.status;
  if (outcome.remedy.empty()) {
    log_.warn("metrics cannot be delivered", {{"error", outcome.message}});
  } else {
    log_.warn("metrics cannot be delivered", {{"error", outcome.message}, {"remedy", outcome.remedy}});
  }
}

void Exporter::say_works() {
  if (!std::exchange(ever_sent_, true)) {
    log_.info("first metrics delivered", {{"points", std::to_string(counts_.points_sent)}});
  } else if (failing_) {
    log_.info("metrics are delivered again", {{"rounds_lost", std::to_string(counts_.rounds_lost - lost_before_)}});
  }
  failing_.reset();
}

void Exporter::say_rejected(const Outcome& outcome) {
  const bool rejects = outcome.rejected_points > 0 || !outcome.message.empty();
  if (rejects && !rejecting_) {
    log_.warn("the receiver did not take all points",
              {{"rejected", std::to_string(outcome.rejected_points)}, {"message", outcome.message}});
  }
  rejecting_ = rejects;
}

}  // namespace cspy::otlp
