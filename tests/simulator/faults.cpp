// The kinds of faults that a scenario draws from.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "tests/simulator/scenario.hpp"

namespace cspy::simulator {
namespace {

using fakes::HttpRequest;
using fakes::HttpResponse;
using std::chrono::milliseconds;
using std::chrono::seconds;

bool is_stats(const HttpRequest& request) {
  return request.target.contains("/stats?");
}
bool is_list(const HttpRequest& request) {
  return request.target.contains("/containers/json");
}
bool is_inspection(const HttpRequest& request) {
  return !is_list(request) && request.target.contains("/containers/") && !is_stats(request);
}
bool is_history(const HttpRequest& request) {
  return request.target.contains("/events") && request.target.contains("until=");
}
bool is_stream(const HttpRequest& request) {
  return request.target.contains("/events") && !is_history(request);
}
std::string id_in(const HttpRequest& request) {
  const auto begin = request.target.find("/containers/");
  return begin == std::string::npos ? std::string{} : request.target.substr(begin + 12, 64);
}

/// Wraps what spoils an answer.
using Spoil = std::function<void(const HttpRequest&, HttpResponse&)>;

/// One way in which an HTTP server fails. The last ones give an answer that looks like one.
Spoil random_failure(World& world) {
  switch (world.number(0, 9)) {
    case 0: return [](const HttpRequest&, HttpResponse& answer) { answer.hang = true; };
    case 1: {
      // The header and a part of the body, and then nothing more: a length that is never reached.
      return [](const HttpRequest&, HttpResponse& answer) {
        const auto half = answer.body.substr(0, answer.body.size() / 2);
        answer = {.stream = true};
        answer.body = half;
      };
    }
    case 2: return [](const HttpRequest&, HttpResponse& answer) { answer.drip = seconds{1}; };
    case 3: {
      const auto bytes = static_cast<std::size_t>(world.number(0, 400));
      return [bytes](const HttpRequest&, HttpResponse& answer) { answer.cut_after = bytes; };
    }
    case 4: return [](const HttpRequest&, HttpResponse& answer) { answer = {.status = 403, .body = "{}"}; };
    case 5: return [](const HttpRequest&, HttpResponse& answer) { answer = {.status = 500, .body = "{}"}; };
    case 6: return [](const HttpRequest&, HttpResponse& answer) { answer = {.status = 503, .close = true}; };
    case 7: return [](const HttpRequest&, HttpResponse& answer) { answer = {.body = answer.body + "]"}; };
    case 8:
      return [](const HttpRequest&, HttpResponse& answer) {
        answer = {.body = answer.body.substr(0, answer.body.size() * 2 / 3)};
      };
    default: return [](const HttpRequest&, HttpResponse& answer) { answer = {.raw = "SSH-2.0-OpenSSH_9.6\r\n"}; };
  }
}

std::string_view name_of(Reach reach) {
  switch (reach) {
    case Reach::accepts: return "accepts connections";
    case Reach::refuses: return "refuses connections";
    case Reach::is_absent: return "is not there";
    case Reach::denies: return "permits no connections";
    case Reach::is_silent: return "leaves connections without an answer";
  }
  return {};
}

}  // namespace

/// The kinds of faults; each plans one from `from` to `until`.
struct FaultKinds {
  using Plan = void (*)(Scenario&, Duration from, Duration until);

  /// What a connection to the engine meets.
  template<Reach reach>
  static void engine_is(Scenario& s, Duration from, Duration until) {
    const bool drops = s.world_.chance(0.6);
    s.ledger_.excuse({}, from, until);
    s.world_.at(from, [&s, drops, until] {
      s.begin(fmt::format("engine: {}", name_of(reach)));
      s.fail_inspections(until);
      s.world_.places[engine_path].reach = reach;
      if (drops) s.drop_engine();
    });
    s.world_.at(until, [&s] { s.world_.places[engine_path].reach = Reach::accepts; });
  }
  static void engine_drops(Scenario& s, Duration from, Duration until) {
    for (auto when = from; when < until; when += s.world_.duration(seconds{3}, seconds{30})) {
      s.world_.at(when, [&s] {
        s.begin("engine: drops all connections");
        s.drop_engine();
      });
    }
  }

  /// Answers to one kind of question fail.
  static void question(Scenario& s, Duration from, Duration until, bool (*asks)(const HttpRequest&),
                       const std::string& kind) {
    const auto fails = random_failure(s.world_);
    const bool drops = s.world_.chance(0.5);
    s.world_.at(from, [&s, kind, drops] {
      s.begin(kind);
      if (drops) s.drop_engine();
    });
    s.spoil(s.engine_spoils_, from, until, [asks, fails](const HttpRequest& request, HttpResponse& answer) {
      if (asks(request)) fails(request, answer);
    });
  }
  static void ping(Scenario& s, Duration from, Duration until) {
    s.ledger_.excuse({}, from, until);  // without it, nothing tells that an engine is there
    question(
        s, from, until, [](const HttpRequest& request) { return request.target == "/_ping"; }, "engine: /_ping fails");
  }
  static void version(Scenario& s, Duration from, Duration until) {
    question(
        s, from, until, [](const HttpRequest& request) { return request.target == "/version"; },
        "engine: /version fails");
  }
  static void info(Scenario& s, Duration from, Duration until) {
    question(
        s, from, until, [](const HttpRequest& request) { return request.target.ends_with("/info"); },
        "engine: /info fails");
  }
  static void list(Scenario& s, Duration from, Duration until) {
    // A session that begins meanwhile knows nothing new, and has lost the events before it.
    s.world_.at(from, [&s, until] {
      s.events_fail_until_ = std::max(s.events_fail_until_, until);
      s.lists_fail_until_ = std::max(s.lists_fail_until_, until);
      s.ledger_.delay({}, until + poll_time);
      if (s.ledger_.points() == 0) s.ledger_.excuse({}, s.world_.age(), until);
    });
    question(s, from, until, is_list, "engine: the list fails");
  }
  static void inspections(Scenario& s, Duration from, Duration until) {
    s.world_.at(from, [&s, until] {
      s.fail_inspections(until);
      // An agent that knows no container yet gets to know none.
      if (s.ledger_.points() == 0) s.ledger_.excuse({}, s.world_.age(), until);
    });
    question(s, from, until, is_inspection, "engine: inspections fail");
  }
  static void stream(Scenario& s, Duration from, Duration until) {
    // What is refused is asked for again late, and a stream that is silent looks like one without news.
    s.world_.at(from, [&s, until] {
      s.events_fail_until_ = std::max(s.events_fail_until_, until + limits::refused_retry_interval);
    });
    question(s, from, until, is_stream, "engine: the stream of events fails");
  }
  static void stream_ends_at_once(Scenario& s, Duration from, Duration until) {
    s.world_.at(from, [&s, until] {
      s.begin("engine: the stream of events ends at once");
      s.events_fail_until_ = std::max(s.events_fail_until_, until);
      s.drop_engine();
    });
    s.spoil(s.engine_spoils_, from, until, [](const HttpRequest& request, HttpResponse& answer) {
      if (is_stream(request)) answer = {.body = "", .close = true};
    });
  }
  static void history(Scenario& s, Duration from, Duration until) {
    question(s, from, until, is_history, "engine: past events fail");
  }
  static void all_stats(Scenario& s, Duration from, Duration until) {
    s.ledger_.excuse({}, from, until);
    question(s, from, until, is_stats, "engine: all stats fail");
  }
  /// Some containers are stuck; the others must not notice.
  static void stuck(Scenario& s, Duration from, Duration until) {
    const auto fails = random_failure(s.world_);
    const auto share = s.world_.number(1, 9);
    const auto is_stuck = [share](const std::string& id) { return !id.empty() && (id[7] % 10) < share; };
    s.world_.at(from, [&s, is_stuck, until] {
      s.begin("engine: some containers are stuck");
      for (unsigned i = 1; i < 200; ++i) {
        const auto id = fakes::EngineModel::id_of(i);
        if (!is_stuck(id)) continue;
        s.ledger_.excuse(id, s.world_.age(), until);
        s.stuck_until_[id] = std::max(s.stuck_until_[id], until);
        s.ledger_.delay(id, until + recovery_max);
      }
    });
    s.spoil(s.engine_spoils_, from, until, [is_stuck, fails](const HttpRequest& request, HttpResponse& answer) {
      if ((is_stats(request) || is_inspection(request)) && is_stuck(id_in(request))) fails(request, answer);
    });
  }

  static void events_lost(Scenario& s, Duration from, Duration until) {
    s.world_.at(from, [&s] {
      s.begin("events: lost");
      s.engine_.event_copies = 0;
    });
    s.world_.at(until, [&s] { s.engine_.event_copies = 1; });
  }
  static void events_doubled(Scenario& s, Duration from, Duration until) {
    s.world_.at(from, [&s] {
      s.begin("events: doubled");
      s.engine_.event_copies = 2;
    });
    s.world_.at(until, [&s] { s.engine_.event_copies = 1; });
  }
  static void events_malformed(Scenario& s, Duration from, Duration until) {
    s.world_.at(from, [&s] {
      s.begin("events: malformed lines");
      s.engine_.event_garbled = true;
    });
    s.world_.at(until, [&s] { s.engine_.event_garbled = false; });
  }

  static void clock_jumps(Scenario& s, Duration from, Duration) {
    s.ledger_.clock_jumped();
    const auto by = s.world_.duration(seconds{-600}, seconds{600});
    s.world_.at(from, [&s, by] {
      s.begin("clock: jumps");
      s.world_.step_wall(by);
    });
  }

  template<Reach reach>
  static void receiver_is(Scenario& s, Duration from, Duration until) {
    s.world_.at(from, [&s] {
      s.begin(fmt::format("receiver: {}", name_of(reach)));
      s.world_.places[receiver_address].reach = reach;
      s.drop_receiver();
    });
    s.world_.at(until, [&s] { s.world_.places[receiver_address].reach = Reach::accepts; });
  }
  static void receiver_drops(Scenario& s, Duration from, Duration until) {
    for (auto when = from; when < until; when += s.world_.duration(seconds{1}, seconds{20})) {
      s.world_.at(when, [&s] {
        s.begin("receiver: drops all connections");
        s.drop_receiver();
      });
    }
  }
  static void names_silent(Scenario& s, Duration from, Duration until) {
    s.world_.at(from, [&s] {
      s.begin("names: no answer");
      s.world_.names_silent = true;
      s.drop_receiver();
    });
    s.world_.at(until, [&s] { s.world_.names_silent = false; });
  }
  static void dead_address_first(Scenario& s, Duration from, Duration until) {
    s.world_.at(from, [&s] {
      s.begin("names: a dead address first");
      s.world_.names[receiver_name] = {"10.0.0.9", "10.0.0.1"};
      s.world_.places["10.0.0.9:4318"].reach = Reach::is_silent;
      s.drop_receiver();
    });
    // It may stay so: then the agent has to live with it.
    if (s.world_.chance(0.5)) s.world_.at(until, [&s] { s.world_.names[receiver_name] = {"10.0.0.1"}; });
  }
  static void receiver_fails(Scenario& s, Duration from, Duration until, Spoil how, const std::string& kind) {
    s.world_.at(from, [&s, kind] { s.begin(kind); });
    s.spoil(s.receiver_spoils_, from, until, std::move(how));
  }
  static void overloaded(Scenario& s, Duration from, Duration until) {
    const auto status = s.world_.one_of(std::vector<unsigned>{408, 429, 500, 502, 503, 504});
    std::vector<std::pair<std::string, std::string>> headers;
    if (s.world_.chance(0.5)) headers.emplace_back("Retry-After", std::to_string(s.world_.number(0, 20)));
    receiver_fails(
        s, from, until,
        [status, headers](const HttpRequest&, HttpResponse& answer) {
          answer = {.status = status, .body = "busy", .headers = headers};
        },
        fmt::format("receiver: answers {}", status));
  }
  static void refusing(Scenario& s, Duration from, Duration until) {
    const auto status = s.world_.one_of(std::vector<unsigned>{400, 401, 403, 404});
    receiver_fails(
        s, from, until,
        [status](const HttpRequest&, HttpResponse& answer) { answer = {.status = status, .body = "no"}; },
        fmt::format("receiver: answers {}", status));
  }
  static void receiver_hangs(Scenario& s, Duration from, Duration until) {
    receiver_fails(
        s, from, until, [](const HttpRequest&, HttpResponse& answer) { answer.hang = true; }, "receiver: hangs");
  }
  static void receiver_cuts(Scenario& s, Duration from, Duration until) {
    const auto bytes = static_cast<std::size_t>(s.world_.number(0, 80));
    receiver_fails(
        s, from, until, [bytes](const HttpRequest&, HttpResponse& answer) { answer.cut_after = bytes; },
        "receiver: cuts its answers short");
  }
  static void receiver_drips(Scenario& s, Duration from, Duration until) {
    receiver_fails(
        s, from, until, [](const HttpRequest&, HttpResponse& answer) { answer.drip = seconds{1}; },
        "receiver: one byte a second");
  }
  static void receiver_is_none(Scenario& s, Duration from, Duration until) {
    receiver_fails(
        s, from, until, [](const HttpRequest&, HttpResponse& answer) { answer = {.raw = "220 mail.test ESMTP\r\n"}; },
        "receiver: does not speak HTTP");
  }

  static void partly_taken(Scenario& s, Duration from, Duration until) {
    // ExportMetricsServiceResponse: partial_success { rejected_data_points: 5 }
    receiver_fails(
        s, from, until, [](const HttpRequest&, HttpResponse& answer) { answer.body = "\x0a\x02\x08\x05"; },
        "receiver: takes only a part");
  }
  static void small_requests_only(Scenario& s, Duration from, Duration until) {
    const auto bytes_max = static_cast<std::size_t>(s.world_.number(4'000, 12'000));
    receiver_fails(
        s, from, until,
        [bytes_max](const HttpRequest& request, HttpResponse& answer) {
          if (request.body.size() > bytes_max) answer = {.status = 413, .body = "too large"};
        },
        "receiver: takes only small requests");
  }
  static void restart(Scenario& s, Duration from, Duration until) {
    s.world_.at(from, [&s, from, until] {
      s.begin("agent: stopped and started");
      if (s.directory_.empty()) s.ledger_.excuse({}, {}, s.world_.age());
      s.down_for_ = until - from;
      s.stop_agent();
    });
  }
  static void kill(Scenario& s, Duration from, Duration until) {
    const auto steps = static_cast<std::uint64_t>(s.world_.number(1, 3'000));
    s.world_.at(from, [&s, from, until, steps] {
      s.begin("agent: killed and started");
      s.ledger_.excuse({}, {}, s.world_.age());
      s.down_for_ = until - from;
      s.world_.kill_after(steps);
    });
  }
};

void Scenario::plan_faults() {
  using K = FaultKinds;
  // Those with many forms are there twice.
  // clang-format off
  static const std::vector<K::Plan> kinds{
      K::engine_is<Reach::refuses>, K::engine_is<Reach::is_absent>, K::engine_is<Reach::denies>, K::engine_is<Reach::is_silent>, K::engine_drops,
      K::ping, K::version, K::info, K::list, K::inspections, K::stream, K::stream, K::stream_ends_at_once, K::history,
      K::all_stats, K::stuck, K::stuck, K::events_lost, K::events_doubled, K::events_malformed, K::clock_jumps,
      K::receiver_is<Reach::refuses>, K::receiver_is<Reach::is_silent>, K::receiver_drops, K::names_silent, K::dead_address_first,
      K::overloaded, K::overloaded, K::refusing, K::receiver_hangs, K::receiver_cuts, K::receiver_drips,
      K::receiver_is_none, K::partly_taken, K::small_requests_only, K::restart, K::kill};
  // clang-format on
  const auto count = world_.number(1, 4);
  for (std::int64_t i = 0; i < count; ++i) {
    const auto from = world_.chance(0.2) ? Duration{} : world_.duration(seconds{0}, chaos_);
    const auto length =
        world_.chance(0.3) ? world_.duration(milliseconds{1}, seconds{2}) : world_.duration(seconds{2}, chaos_);
    world_.one_of(kinds)(*this, from, std::min(from + length, chaos_));
  }
}

}  // namespace cspy::simulator
