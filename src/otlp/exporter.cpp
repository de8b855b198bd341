#include "otlp/exporter.hpp"

#include <utility>

#include "base/time.hpp"

namespace cspy::otlp {

using net::Task;
using queue::Waiting;

namespace {

Delivery::Settings in_bytes_of(const Encoder& encoder, Delivery::Settings settings) {
  settings.request_bytes /= encoder.expansion();
  settings.request_bytes_max /= encoder.expansion();
  settings.extra_point_bytes = encoder.extra_point_bytes();
  return settings;
}

std::uint64_t points_left(const Waiting& waiting) {
  std::uint64_t points = 0;
  for (auto i = waiting.progress.readings; i < waiting.round.readings.size(); ++i)
    points += waiting.round.readings[i]->points;
  return points;
}

}  // namespace

Exporter::Exporter(boost::asio::io_context& io, Settings settings, Encoder& encoder, Transport& transport, Log& log,
                   Restore restore, Random random)
    : encoder_{encoder},
      transport_{transport},
      restore_{std::move(restore)},
      random_{std::move(random)},
      log_{log},
      export_log_{log},
      backlog_{settings.queue},
      delivery_{in_bytes_of(encoder, settings.delivery), backlog_},
      store_{log},
      wake_{io} {
  if (settings.gzip) gzip_.emplace();
  if (settings.temporality == Temporality::delta) deltas_.emplace(system_now());
}

Result<void> Exporter::keep_in(const std::string& directory, const metrics::Selection& selection) {
  std::size_t dropped = 0;
  auto opened = store_.open(directory, backlog_.bytes_max(), selection, [&](Waiting waiting) {
    auto oldest = backlog_.push(std::move(waiting));
    dropped += oldest.size();
    lose(std::move(oldest));
  });
  if (!opened) return std::unexpected{std::move(opened).error()};
  next_sequence_ = *opened;
  if (dropped > 0) {
    log_.warn("rounds from before the restart do not fit into the queue: the oldest are dropped",
              {{"rounds", std::to_string(dropped)}, {"remedy", "raise queue_limit"}});
  }
  if (!backlog_.empty()) {
    log_.info("rounds from before the restart are waiting to be delivered",
              {{"rounds", std::to_string(backlog_.rounds().size())}});
  }
  return {};
}

void Exporter::push(metrics::Round round) {
  if (round.empty()) return;  // a request without points is useless
  if (!round.identity) {
    lose(Waiting{.sequence = next_sequence_++, .round = std::move(round)});
    return;
  }
  identity_ = round.identity;
  auto dropped = backlog_.push({.sequence = next_sequence_++, .round = std::move(round)});
  if (!dropped.empty()) export_log_.dropped("the queue is full", "check the receiver, or raise queue_limit");
  lose(std::move(dropped));
  store_waiting();
  wake_.notify();
}

void Exporter::close() {
  closed_ = true;
  delivery_.hurry();
  wake_.notify();
}

void Exporter::abandon() {
  abandoned_ = true;
  close();
}

Task<void> Exporter::run() {
  while (!abandoned_) {
    auto expired = backlog_.expire(system_now());
    if (!expired.empty()) export_log_.dropped("they are older than queue_age", "check the receiver");
    lose(std::move(expired));
    const auto step = delivery_.next(net::Clock::now());
    if (step.kind == Delivery::Step::Kind::send) {
      co_await send(step);
    } else if (step.kind == Delivery::Step::Kind::idle && closed_) {
      break;
    } else {
      co_await wake_.wait_until(step.until);
    }
  }
  lose(take_unstored());
  transport_.close();
}

Task<void> Exporter::send(Delivery::Step step) {
  auto& batch = step.batch;
  if (deltas_) {
    batch.temporality = Temporality::delta;
    batch.bases = deltas_->bases(batch);
  }
  auto body = encoder_.encode(*backlog_.front().round.identity, batch);
  if (gzip_) body = gzip_->compress(body);
  counts_.bytes += body.size();
  const auto outcome = co_await transport_.send(
      {.body = body, .content_type = encoder_.content_type(), .gzip = gzip_.has_value()}, step.until);
  apply(outcome, batch);
}

/// Updates counts, log, delivery and store with the outcome of a request.
void Exporter::apply(const Outcome& outcome, const Batch& batch) {
  ++counts_.requests[static_cast<std::size_t>(outcome.kind)];
  if (outcome.kind == Outcome::Kind::accepted) {
    counts_.last_success = system_now();
    counts_.failing_since.reset();
    last_error_.reset();
    counts_.points_sent += points_of(batch);
    counts_.points_rejected += outcome.rejected_points;
    if (deltas_) deltas_->delivered(batch);
    export_log_.accepted(outcome);
  } else {
    if (!counts_.failing_since) counts_.failing_since = net::Clock::now();
    last_error_ = Error{Code::refused, outcome.message, outcome.remedy};
  }
  auto change = delivery_.answered(outcome, net::Clock::now(), random_());
  counts_.points_lost += change.points_lost;
  if (change.refused && deltas_) deltas_->forget(batch.endings, batch.time);
  if (change.smaller_requests) {
    export_log_.smaller_requests(delivery_.request_bytes());
  } else if (outcome.kind != Outcome::Kind::accepted) {
    export_log_.failed(outcome);
  }
  pushed_back_ = change.retry;
  if (change.answered) {
    record_answered(*change.answered);
  } else if (!backlog_.empty()) {
    store_.update_progress(backlog_.front());
  }
  if (change.answered || change.retry) store_waiting();  // nothing else makes room
  if (change.give_up) abandon();
}

/// For a round that the receiver has answered completely.
void Exporter::record_answered(const Waiting& round) {
  store_.remove(round);
  if (round.refused) {
    ++counts_.rounds_lost;
    return;
  }
  ++counts_.rounds_sent;
  export_log_.delivered(counts_.points_sent, backlog_.rounds().size(), counts_.rounds_lost);
  log_.debug("round sent", {{"containers", std::to_string(round.round.readings.size())},
                            {"ended", std::to_string(round.round.endings.size())},
                            {"waiting", std::to_string(backlog_.rounds().size())},
                            {"points", std::to_string(counts_.points_sent)},
                            {"bytes", std::to_string(counts_.bytes)}});
}

void Exporter::lose(std::vector<Waiting> dropped) {
  for (auto& waiting : dropped)
    lose(std::move(waiting));
}

/// The points of a dropped round are lost, but its endings must still be sent.
void Exporter::lose(Waiting dropped) {
  store_.remove(dropped);
  ++counts_.rounds_lost;
  counts_.points_lost += points_left(dropped);
  auto& [time, readings, endings, identity] = dropped.round;
  endings.erase(endings.begin(), endings.begin() + static_cast<std::ptrdiff_t>(dropped.progress.endings));
  if (identity && (!identity_ || *identity != *identity_)) {
    if (deltas_) deltas_->forget(endings, time);
  } else {
    restore_(std::move(endings));
  }
}

/// Stores the rounds that have to wait: all but the oldest, and the oldest too after its delivery has failed. Files are
/// deleted from the oldest on, so no other round makes room while the oldest is held.
void Exporter::store_waiting() {
  if (backlog_.rounds().size() < 2 && !pushed_back_) return;
  while (store_.keep(backlog_.rounds()) == queue::Store::Kept::full && pushed_back_ && !backlog_.front_is_held()) {
    auto oldest = backlog_.drop_oldest();
    if (!oldest) return;
    export_log_.dropped("the queue directory is full", "check the receiver, or raise queue_limit");
    lose(*std::move(oldest));  // at once, because it makes room in the store
  }
}

/// Removes all rounds from the backlog, and returns those that the next run will not find in the queue directory.
std::vector<Waiting> Exporter::take_unstored() {
  store_.keep(backlog_.rounds());
  auto left = backlog_.clear();
  counts_.rounds_kept += std::erase_if(left, [this](const Waiting& waiting) { return store_.has(waiting); });
  return left;
}

}  // namespace cspy::otlp
