#include "tests/simulator/ledger.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace cspy::simulator {
namespace {

using std::chrono::seconds;

/// A round is read before it is closed, and an event takes its way: both may lie so far from the moment of the truth.
constexpr Duration slack = seconds{4};

std::string key_of(const fakes::DecodedMetric& metric, const fakes::Point& point) {
  std::string key{metric.name};
  for (const auto& [name, value] : point.attributes)
    key.append(" ").append(name).append("=").append(value);
  return key;
}

/// "/system.slice/docker-ID.scope" -> "ID"; empty for what is not of a container.
std::string container_of(const fakes::Point& point) {
  const auto found = point.attributes.find("id");
  if (found == point.attributes.end()) return {};
  const auto& path = found->second;
  const auto begin = path.rfind("docker-");
  if (begin == std::string::npos) return {};
  return path.substr(begin + 7, 64);
}

double in_seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

void Ledger::begins(const std::string& id, Duration noticed) {
  changes(id, noticed);
  lives_of_[id].running.push_back({world_.age(), Duration::max()});
}

void Ledger::changes(const std::string& id, Duration noticed) {
  lives_of_[id].changes.push_back({world_.age(), noticed});
}

void Ledger::ends(const std::string& id, Duration noticed) {
  changes(id, noticed);
  lives_of_[id].running.back().until = world_.age();
}

void Ledger::delay(const std::string& id, Duration until) {
  for (auto& [known, life] : lives_of_) {
    if (!id.empty() && known != id) continue;
    for (auto& change : life.changes) {
      if (change.until <= world_.age() || change.until >= until) continue;
      excuse(known, world_.age(), until);
      change.until = until;
    }
  }
}

void Ledger::excuse(const std::string& id, Duration from, Duration until) {
  excuses_[id].push_back({from, until});
}

Duration Ledger::age_of(std::uint64_t time) const {
  // Without jumps, the offset of the wall clock is the same all the time.
  return Duration{static_cast<Duration::rep>(time) - static_cast<Duration::rep>(world_.wall())} + world_.age();
}

void Ledger::deliver(const fakes::DecodedRequest& request, Taken how, const std::string& instance) {
  const auto identity = request.resource.find("service.instance.id");
  if (identity == request.resource.end() || identity->second.empty())
    throw Violation{fmt::format("a request of {} points has no identity", request.points())};
  if (identity->second != instance)
    throw Violation{fmt::format("a request has the identity of '{}', not of '{}'", identity->second, instance)};
  std::set<std::string> times;
  for (const auto& metric : request.metrics) {
    for (const auto& point : metric.points) {
      if (!times.insert(fmt::format("{} {}", point.time, key_of(metric, point))).second)
        throw Violation{fmt::format("twice in one request: {}", key_of(metric, point))};
      take(metric, point, how);
    }
  }
}

void Ledger::take(const fakes::DecodedMetric& metric, const fakes::Point& point, Taken how) {
  ++points_;
  const auto key = key_of(metric, point);
  const auto id = container_of(point);
  auto& series = series_[key];
  const bool again = series.last_time != 0 && point.time <= series.last_time;
  if (again && series.how != Taken::unclear && series.life == lives_) {
    throw Violation{fmt::format("{} comes for {:.3f} s after it came for {:.3f} s", key, in_seconds(age_of(point.time)),
                                in_seconds(age_of(series.last_time)))};
  }
  if (point.ended()) {
    ++endings_;
    if (!again) check_ending(id, series, point, key);
  } else if (metric.sum && metric.monotonic && !again && point.start == series.start && point.start != 0 &&
             point.number() < series.value) {
    throw Violation{fmt::format("{} falls from {} to {} within one start", key, series.value, point.number())};
  }
  if (!point.ended() && !id.empty()) lives_of_[id].seen.insert(age_of(point.time));
  if (again && point.time < series.last_time) return;
  series = {.last_time = point.time,
            .last_value = point.ended() ? series.last_value : point.time,
            .start = point.ended() ? series.start : point.start,
            .value = point.ended() ? series.value : point.number(),
            .ended = point.ended(),
            .how = how,
            .life = lives_};
}

/// A series may end only if something about its container has changed since its last point.
void Ledger::check_ending(const std::string& id, const Series& series, const fakes::Point& point,
                          const std::string& key) const {
  if (id.empty() || clock_jumped_) return;
  const auto life = lives_of_.find(id);
  if (life == lives_of_.end()) throw Violation{"a container that never was: " + key};
  if (series.ended && series.how == Taken::accepted && series.life == lives_ && !gaps_allowed_)
    throw Violation{"ends twice: " + key};
  const auto from = (series.last_value == 0 ? Duration{} : age_of(series.last_value)) - slack;
  const auto until = age_of(point.time) + round_time_ + slack;
  const auto& changes = life->second.changes;
  if (std::ranges::none_of(changes, [&](const Span& span) { return from <= span.until && span.from <= until; })) {
    throw Violation{fmt::format("{} ended at {:.3f} s although nothing has changed since {:.3f} s", key,
                                in_seconds(age_of(point.time)), in_seconds(from))};
  }
}

bool Ledger::excused(const std::string& id, Duration from, Duration until) const {
  for (const auto& who : {std::string{}, id}) {
    const auto found = excuses_.find(who);
    if (found == excuses_.end()) continue;
    for (const auto& span : found->second) {
      if (span.from < until && from < span.until) return true;
    }
  }
  return false;
}

void Ledger::check_gaps(Duration gap_max, Duration until) const {
  if (gaps_allowed_ || clock_jumped_) return;
  for (const auto& [id, life] : lives_of_) {
    for (const auto& span : life.running) {
      auto last = span.from;
      const auto end = std::min(span.until, until);
      const auto check = [&](Duration next) {
        // The part of the gap that is nobody's excuse has to be short: look at it in steps.
        auto silent_since = last;
        for (auto t = last; t < next; t += std::chrono::milliseconds{500}) {
          if (excused(id, t, t + std::chrono::milliseconds{500})) silent_since = t;
          if (t - silent_since > gap_max) {
            throw Violation{fmt::format("container {} has no points from {:.1f} s to {:.1f} s", id.substr(0, 12),
                                        in_seconds(last), in_seconds(next))};
          }
        }
      };
      for (auto seen = life.seen.lower_bound(span.from); seen != life.seen.end() && *seen <= end; ++seen) {
        check(*seen);
        last = *seen;
      }
      check(end);
    }
  }
}

}  // namespace cspy::simulator
