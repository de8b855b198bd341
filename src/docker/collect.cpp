#include "docker/collect.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/limits.hpp"
#include "metrics/visit.hpp"

namespace cspy::docker {
namespace {

using metrics::Sample;
using net::Clock;
using net::Task;
using net::TimePoint;

Count sum(Count a, Count b) {
  return a && b ? Count{*a + *b} : (a ? a : b);
}

/// The kernel's counters only grow during a run. Where one fell, another run has begun that we do not know of yet.
bool went_back(const Sample& before, const Sample& now) {
  return now.cpu_total_ns.value_or(0) < before.cpu_total_ns.value_or(0);
}

UnixNanos median(std::vector<UnixNanos> times) {
  if (times.empty()) return 0;
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::ranges::nth_element(times, middle);
  return *middle;
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
  auto& devices = sample.devices;
  for (auto& device : devices)
    device.device = namer(device.major, device.minor);
  std::ranges::sort(devices, {}, &metrics::DeviceCounters::device);
  std::vector<metrics::DeviceCounters> merged;
  merged.reserve(devices.size());
  for (auto& device : devices) {
    if (merged.empty() || merged.back().device != device.device) {
      merged.push_back(std::move(device));
    } else {
      merged.back().read_bytes = sum(merged.back().read_bytes, device.read_bytes);
      merged.back().write_bytes = sum(merged.back().write_bytes, device.write_bytes);
    }
  }
  devices = std::move(merged);
}

Task<Collector::Result> Collector::collect(std::size_t concurrency, TimePoint deadline) {
  targets_.clear();
  targets_.reserve(fleet_.size());
  for (const auto& [id, entry] : fleet_.entries())
    targets_.push_back(entry.container);
  next_ = 0;
  deadline_ = deadline;
  result_ = {};
  answered_.clear();
  result_.attempted = targets_.size();
  result_.readings.reserve(targets_.size());
  co_await net::run_workers(std::min(concurrency, targets_.size()), [this](std::size_t) { return worker(); });
  if (next_ < targets_.size()) {
    result_.failed += targets_.size() - next_;
    if (!result_.first_error)
      result_.first_error = Error{Code::timeout, "the round's time was over before all containers were read"};
  }
  targets_ = {};
  result_.time = median(std::exchange(answered_, {}));
  // Answers come in any order; what is sent has one.
  std::ranges::sort(result_.readings, {},
                    [](const auto& reading) -> const std::string& { return reading->container->id; });
  co_return std::exchange(result_, {});
}

Task<void> Collector::worker() {
  while (next_ < targets_.size() && Clock::now() < deadline_) {
    auto container = targets_[next_++];
    co_await read_one(std::move(container));
  }
}

Task<void> Collector::read_one(Target container) {
  auto sample = co_await client_.stats(container->id, deadline_);
  if (sample && *sample) {
    take(container, std::move(**sample));
  } else if (sample || sample.error().code == Code::missing) {
    result_.suspects.push_back(container->id);
  } else {
    ++result_.failed;
    if (!result_.first_error) result_.first_error = std::move(sample).error();
  }
}

void Collector::take(const Target& container, Sample sample) {
  const auto* entry = fleet_.find(container->id);
  if (entry == nullptr || entry->container->started != container->started) return;
  if (entry->sent && entry->sent->container->started == container->started && went_back(entry->sent->sample, sample)) {
    result_.suspects.push_back(container->id);
    return;
  }
  name_devices(sample, namer_);
  sample.health = entry->health;
  auto reading =
      std::make_shared<metrics::Reading>(metrics::Reading{.container = entry->container, .sample = std::move(sample)});
  metrics::measure(*reading);
  result_.readings.push_back(std::move(reading));
  answered_.push_back(system_now());
}

}  // namespace cspy::docker
