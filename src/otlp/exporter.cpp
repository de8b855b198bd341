#include "otlp/exporter.hpp"

#include <algorithm>
#include <utility>

#include "base/time.hpp"

namespace cspy::otlp {

using net::Task;
using queue::Waiting;

namespace {

Delivery::Settings in_bytes_of(const Encoder& encoder, Delivery::Settings settings) {
  settings.request_bytes /= encoder.expansion();
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
      say_{log},
      backlog_{settings.queue},
      delivery_{in_bytes_of(encoder, settings.delivery), backlog_},
      store_{log},
      wake_{io} {
  if (settings.gzip) gzip_.emplace();
  if (settings.temporality == Temporality::delta) deltas_.emplace(system_now());
}

Result<void> Exporter::keep_in(const std::string& directory, const metrics::Selection& selection) {
  auto found = store_.open(directory, backlog_.bytes_max(), selection);
  if (!found) return std::unexpected{std::move(found).error()};
  for (auto& waiting : *found) {
    next_sequence_ = std::max(next_sequence_, waiting.sequence + 1);
    lose(backlog_.push(std::move(waiting)));
  }
  return {};
}

void Exporter::push(metrics::Round round) {
  if (round.empty()) return;  // An empty envelope says nothing.
  auto dropped = backlog_.push({.sequence = next_sequence_++, .round = std::move(round)});
  if (!dropped.empty()) say_.dropped("the queue is full", "raise queue_limit, or look at the receiver");
  lose(std::move(dropped));
  write_waiting();
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
    if (!expired.empty()) say_.dropped("they are older than queue_age", "look at the receiver");
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
  lose(kept_for_later());
  transport_.close();
}

Task<void> Exporter::send(Delivery::Step step) {
  auto& batch = step.batch;
  if (deltas_) {
    batch.temporality = Temporality::delta;
    batch.bases = deltas_->bases(batch);
  }
  auto body = encoder_.encode(resource_, batch);
  if (gzip_) body = gzip_->compress(body);
  ++counts_.requests;
  counts_.bytes += body.size();
  const auto outcome = co_await transport_.send(
      {.body = body, .content_type = encoder_.content_type(), .gzip = gzip_.has_value()}, step.until);
  apply(outcome, batch);
}

/// Applies what the answer means to the counts, the log, the delivery and the files.
void Exporter::apply(const Outcome& outcome, const Batch& batch) {
  if (outcome.kind == Outcome::Kind::accepted) {
    counts_.points_sent += points_of(batch);
    counts_.points_rejected += outcome.rejected_points;
    if (deltas_) deltas_->delivered(batch);
    say_.taken(outcome);
  }
  auto change = delivery_.answered(outcome, net::Clock::now(), random_());
  counts_.points_lost += change.points_lost;
  if (change.smaller_requests) {
    say_.smaller_requests(delivery_.request_bytes());
  } else if (outcome.kind != Outcome::Kind::accepted) {
    say_.failed(outcome);
  }
  pushed_back_ = outcome.kind == Outcome::Kind::transient;
  if (pushed_back_) write_waiting();
  if (change.give_up) abandon();
  if (change.delivered) {
    leave(*change.delivered);
  } else if (!backlog_.empty()) {
    store_.update_progress(backlog_.front());
  }
}

/// Counts and logs a round that the receiver has answered for as a whole.
void Exporter::leave(const Waiting& round) {
  store_.remove(round);
  if (round.refused) {
    ++counts_.rounds_lost;
    return;
  }
  ++counts_.rounds_sent;
  say_.delivered(counts_.points_sent, backlog_.rounds().size(), counts_.rounds_lost);
  log_.debug("round sent", {{"containers", std::to_string(round.round.readings.size())},
                            {"ended", std::to_string(round.round.endings.size())},
                            {"waiting", std::to_string(backlog_.rounds().size())},
                            {"points", std::to_string(counts_.points_sent)},
                            {"bytes", std::to_string(counts_.bytes)}});
}

/// The points are gone, but that a series has ended stays true.
void Exporter::lose(std::vector<Waiting> dropped) {
  for (auto& waiting : dropped) {
    store_.remove(waiting);
    ++counts_.rounds_lost;
    counts_.points_lost += points_left(waiting);
    auto& endings = waiting.round.endings;
    endings.erase(endings.begin(), endings.begin() + static_cast<std::ptrdiff_t>(waiting.progress.endings));
    restore_(std::move(endings));
  }
}

/// Writes the rounds that have to wait: all behind the oldest, and the oldest too once a delivery of it has failed.
void Exporter::write_waiting() {
  if (backlog_.rounds().size() < 2 && !pushed_back_) return;
  for (std::size_t i = 0; i < backlog_.rounds().size();) {
    if (store_.keep(backlog_.rounds()[i])) {
      ++i;
      continue;
    }
    auto oldest = backlog_.drop_oldest();
    if (!oldest) return;
    say_.dropped("the queue's directory is full", "raise queue_limit, or look at the receiver");
    std::vector<Waiting> dropped;
    dropped.push_back(*std::move(oldest));
    lose(std::move(dropped));  // at once: it makes the room
    i = 0;
  }
}

/// At the end: the rounds that are left, except those that the next run will find in the directory.
std::vector<Waiting> Exporter::kept_for_later() {
  auto left = backlog_.clear();
  std::erase_if(left, [this](const Waiting& waiting) {
    const bool kept = store_.keep(waiting) && store_.has(waiting);
    if (kept) ++counts_.rounds_kept;
    return kept;
  });
  return left;
}

}  // namespace cspy::otlp
