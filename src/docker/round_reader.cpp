#include "docker/round_reader.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "base/limits.hpp"
#include "metrics/missed.hpp"
#include "metrics/overlay.hpp"
#include "metrics/sample_parts.hpp"
#include "metrics/visit.hpp"

namespace cspy::docker {
namespace {

using metrics::Sample;
using net::Clock;
using net::Task;
using net::TimePoint;

/// The kernel's counters only grow during a run. If one fell, a new run has begun that we do not know yet.
bool went_back(const Sample& before, const Sample& now) {
  return !now.missed.has(&Sample::cpu_total_ns) && now.cpu_total_ns.value_or(0) < before.cpu_total_ns.value_or(0);
}

UnixNanos median(std::vector<UnixNanos> times) {
  if (times.empty()) return 0;
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::ranges::nth_element(times, middle);
  return *middle;
}

constexpr std::size_t index_of(metrics::Sources sources) {
  return (sources.tree ? 1U : 0U) + (sources.proc ? 2U : 0U);
}

}  // namespace

std::size_t stats_concurrency(const Engine& engine, std::size_t containers, std::chrono::milliseconds interval) {
  if (!engine.slow_stats()) return std::min(containers, limits::stats_concurrency_fast);
  constexpr double seconds_per_read = 1.2;
  const double seconds = std::chrono::duration<double>(interval).count() * 0.4;
  const auto needed = static_cast<std::size_t>(std::ceil(static_cast<double>(containers) * seconds_per_read / seconds));
  return std::min(containers, std::clamp(needed, limits::stats_concurrency_fast, limits::stats_concurrency_slow_max));
}

void name_devices(Sample& sample, const DeviceNamer& namer) {
  // Windows reports storage as a whole, without a device.
  for (auto& device : sample.devices)
    device.device = device.major == 0 && device.minor == 0 ? std::string{} : namer(device.major, device.minor);
  const auto order = [](const metrics::DeviceCounters& d) { return std::tie(d.device, d.major, d.minor); };
  std::ranges::sort(sample.devices, {}, order);
}

void RoundReader::hurry(TimePoint deadline) {
  deadlines_.all = std::min(deadlines_.all, deadline);
  deadlines_.stuck = std::min(deadlines_.stuck, deadline);
}

/// Moves the stuck containers out of the targets, in the order in which they have waited.
void RoundReader::sort_out_stuck() {
  stuck_targets_.clear();
  for (const auto& id : std::exchange(stuck_, {})) {
    const auto found =
        std::ranges::find(targets_, id, [](const Target& target) -> const std::string& { return target->id; });
    if (found == targets_.end()) continue;
    stuck_targets_.push_back(std::move(*found));
    targets_.erase(found);
  }
}

Task<RoundReader::Result> RoundReader::read(std::size_t concurrency, Deadlines deadlines, Ask ask) {
  targets_.clear();
  targets_.reserve(fleet_.size());
  for (const auto& [id, entry] : fleet_.entries()) {
    if (entry.container->subject == metrics::Subject::container) targets_.push_back(entry.container);
  }
  next_ = 0;
  deadlines_ = deadlines;
  ask_ = ask;
  result_ = {};
  answered_.clear();
  std::erase_if(lost_, [this](const std::string& id) { return fleet_.find(id) == nullptr; });
  for (const bool tree : {false, true}) {
    for (const bool proc : {false, true}) {
      needs_stats_[index_of({.tree = tree, .proc = proc})] =
          selection_.needs(metrics::Need::stats, client_.engine().platform(), tree, proc);
    }
  }
  result_.attempted = targets_.size();
  result_.readings.reserve(targets_.size());
  sort_out_stuck();
  // An engine with slow stats is not stuck.
  const auto at_once_max = client_.engine().slow_stats() ? concurrency : limits::requests_at_once_max;
  co_await net::run_steps(std::min(concurrency, targets_.size()), at_once_max, [this] { return read_next(); });
  // However late the round is, they need a turn: otherwise they would stay stuck after they have recovered.
  deadlines_.stuck = std::min(deadlines_.all, std::max(deadlines_.stuck, Clock::now() + limits::stuck_time_min));
  recovered_ = false;
  co_await net::run_steps(limits::stuck_reads_at_once, limits::stuck_reads_at_once,
                          [this] -> Task<bool> { co_return co_await read_stuck() && !recovered_; });
  // If one of them answers, the engine has recovered, and so may all the others have.
  if (recovered_) co_await net::run_steps(concurrency, at_once_max, [this] { return read_stuck(); });
  if (const auto unread = targets_.size() - next_ + stuck_targets_.size(); unread > 0) {
    result_.failed += unread;
    if (!result_.first_error)
      result_.first_error = Error{Code::timeout, "the round ran out of time before all containers were read"};
  }
  // Those that had no turn come first in the next round.
  for (std::size_t i = 0; i < stuck_targets_.size(); ++i)
    stuck_.insert(stuck_.begin() + static_cast<std::ptrdiff_t>(i), stuck_targets_[i]->id);
  stuck_targets_ = {};
  targets_ = {};
  for (const auto& [id, entry] : fleet_.entries()) {
    if (entry.container->subject == metrics::Subject::stopped) add(entry.container, {});
  }
  result_.time = median(std::exchange(answered_, {}));
  // Answers arrive in any order. Readings are sent in the order of ids.
  std::ranges::sort(result_.readings, {},
                    [](const auto& reading) -> const std::string& { return reading->container->id; });
  co_return std::exchange(result_, {});
}

Task<bool> RoundReader::read_next() {
  if (next_ >= targets_.size() || Clock::now() >= deadlines_.all) co_return false;
  auto container = targets_[next_++];
  co_await read_one(std::move(container), false);
  co_return true;
}

Task<bool> RoundReader::read_stuck() {
  if (stuck_targets_.empty() || Clock::now() >= deadlines_.stuck) co_return false;
  auto container = std::move(stuck_targets_.front());
  stuck_targets_.pop_front();
  co_await read_one(std::move(container), true);
  co_return true;
}

const metrics::Reading* RoundReader::last_of(const metrics::Container& container) const {
  const auto* const entry = fleet_.find(container.id);
  if (entry == nullptr || !entry->last) return nullptr;
  const auto& last = *entry->last->container;
  return last.started == container.started && last.subject == container.subject ? entry->last.get() : nullptr;
}

Task<void> RoundReader::read_one(Target container, bool was_stuck) {
  metrics::Sample local;
  std::optional<metrics::Sources> sources{metrics::Sources{}};
  if (local_ != nullptr) {
    const auto* const last = lost_.contains(container->id) ? nullptr : last_of(*container);
    sources = local_->read(*container, last != nullptr ? &last->sources : nullptr, local);
  }
  if (!sources) {
    result_.suspects.push_back(container->id);
    lost_.insert(container->id);
    co_return;
  }
  if (!needs_stats_[index_of(*sources)]) {
    take(container, std::move(local), *sources);
    // Reading files never waits, so let the other coroutines run.
    co_await net::pass_turn();
    co_return;
  }
  if (ask_ == Ask::files_only) {
    --result_.attempted;
    if (was_stuck) stuck_.push_back(container->id);
    co_return;
  }
  const auto time_max = client_.engine().slow_stats() ? limits::stats_time_max_slow : limits::stats_time_max_fast;
  const auto due = Clock::now() + time_max;
  const auto deadline = was_stuck ? deadlines_.stuck : deadlines_.all;
  auto sample = co_await client_.stats(container->id, std::min(deadline, due));
  if (was_stuck && sample) recovered_ = true;
  if (sample && *sample) {
    metrics::overlay(**sample, std::move(local));
    take(container, std::move(**sample), *sources);
  } else if (sample || sample.error().code == Code::not_found) {
    result_.suspects.push_back(container->id);
  } else {
    ++result_.failed;
    // The end of the round may cut any request short. Only a request that had all of its time tells.
    if (sample.error().code == Code::timeout && (was_stuck || due <= deadline)) stuck_.push_back(container->id);
    if (!result_.first_error) result_.first_error = std::move(sample).error();
  }
}

void RoundReader::take(const Target& container, Sample sample, metrics::Sources sources) {
  const auto* entry = fleet_.find(container->id);
  if (entry == nullptr || entry->container->started != container->started) return;
  // The container stopped in the meantime. read() adds it as a stopped one.
  if (entry->container->subject != container->subject) return;
  const auto* const last = last_of(*container);
  if (last != nullptr && went_back(last->sample, sample)) {
    result_.suspects.push_back(container->id);
    return;
  }
  name_devices(sample, namer_);
  sample.health = entry->health;
  fleet_.oom_kills().complete(*entry->container, sample);
  if (local_ != nullptr) local_->add_storage(*container, sample);
  metrics::keep_missed(sample, last != nullptr ? &last->sample : nullptr);
  add(entry->container, std::move(sample), sources);
  lost_.erase(container->id);
  answered_.push_back(system_now());
}

void RoundReader::add(const Target& container, Sample sample, metrics::Sources sources) {
  auto reading = std::make_shared<metrics::Reading>(
      metrics::Reading{.container = container, .sample = std::move(sample), .sources = sources});
  metrics::measure(*reading, selection_);
  result_.readings.push_back(std::move(reading));
}

}  // namespace cspy::docker
