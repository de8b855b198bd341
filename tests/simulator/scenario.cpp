#include "tests/simulator/scenario.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "app/daemon.hpp"
#include "app/resolve.hpp"

namespace cspy::simulator {
namespace {

namespace fs = std::filesystem;
using fakes::HttpRequest;
using fakes::HttpResponse;
using std::chrono::milliseconds;
using std::chrono::seconds;

const std::string engine_path{"/simulated/engine.sock"};
const std::string receiver_name{"receiver.test"};
const std::string receiver_address{"10.0.0.1"};
const std::string dead_address{"10.0.0.9"};
constexpr unsigned receiver_port = 4318;
const std::string instance{"agent-under-test"};

/// Enough kinds of numbers to see every rule of the series at work, and few enough to run thousands of scenarios.
constexpr std::string_view metrics{
    "-*,container_last_seen,container_start_time_seconds,container_cpu_user_seconds_total,container_memory_usage_bytes,"
    "container_network_receive_bytes_total,container_spec_memory_limit_bytes,container_fs_reads_bytes_total"};

// Promises of the documentation.
constexpr Duration stop_time_max = milliseconds{3'500};
/// A container's points go on so soon after a fault, besides two intervals: the engine is asked every 10 s at least,
/// and a round takes up to 3 s.
constexpr Duration recovery_max = seconds{13};
/// Until a list finds what no event has told: limits::reconcile_interval, and the polling without events.
constexpr Duration list_interval = seconds{310};
constexpr Duration poll_time = seconds{35};
/// Attempts to reach an engine in a minute, and lines in the log.
constexpr std::size_t sessions_a_minute_max = 40;
constexpr std::size_t log_lines_a_minute_max = 120;

double in_seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

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

}  // namespace

void Summary::add(const Summary& other) {
  for (const auto& [kind, count] : other.faults)
    faults[kind] += count;
  requests += other.requests;
  points += other.points;
  endings += other.endings;
  agents += other.agents;
  simulated += other.simulated;
}

Scenario::Scenario(std::uint64_t seed, std::function<void(std::string_view)> trace)
    : world_{seed}, receiver_{world_.io(), [this](const Request& request) { return answer_metrics(request); }} {
  world_.trace = std::move(trace);
  interval_ = world_.one_of(std::vector<Duration>{seconds{1}, seconds{2}, seconds{5}, seconds{10}});
  chaos_ = world_.duration(seconds{60}, seconds{240});
  make_options();
  make_engine();
  make_receiver();
  make_fleet();
  plan_fleet();
  plan_faults();
  // Long enough for the longest waits between two attempts, twice.
  end_ = chaos_ + seconds{90};
  world_.at(end_, [this] {
    over_ = true;
    stop_agent();
  });
}

Scenario::~Scenario() {
  std::error_code ignored;
  if (!directory_.empty()) fs::remove_all(directory_, ignored);
}

void Scenario::make_options() {
  std::map<std::string, std::string, std::less<>> settings{
      {"CSPY_DOCKER_SOCKET", engine_path},
      {"CSPY_OTLP_ENDPOINT", fmt::format("http://{}:{}", receiver_name, receiver_port)},
      {"CSPY_OTLP_INTERVAL", std::to_string(std::chrono::duration_cast<milliseconds>(interval_).count())},
      {"CSPY_METRICS", std::string{metrics}},
      {"CSPY_CGROUP_ROOT", "none"},
      {"CSPY_PROC_ROOT", "none"},
      {"CSPY_INSTANCE_ID", instance}};
  if (world_.chance(0.5)) {
    directory_ = fs::temp_directory_path() / "containerspy-simulator-XXXXXX";
    if (::mkdtemp(directory_.data()) == nullptr) throw std::runtime_error{"cannot make a directory for the queue"};
    settings["CSPY_QUEUE_DIR"] = directory_;
  }
  auto resolved = app::resolve({},
                               [&](std::string_view name) -> std::optional<std::string> {
                                 const auto found = settings.find(name);
                                 return found == settings.end() ? std::nullopt : std::optional{found->second};
                               },
                               {});
  if (!resolved.mistakes.empty()) throw std::runtime_error{resolved.mistakes.front()};
  options_ = std::move(resolved.options);
}

void Scenario::make_fleet() {
  const auto count = world_.chance(0.05) ? 60 : world_.number(2, 12);
  for (std::int64_t i = 0; i < count; ++i)
    start_new();
}

void Scenario::make_engine() {
  engine_.record_requests = false;
  engine_.answers_in_parts = world_.chance(0.5);
  world_.places[engine_path] = {.reach = Reach::accepts,
                                .accept = [this](net::Socket socket) { engine_.server().adopt(std::move(socket)); }};
  engine_.intercept = [this](const Request& request) -> std::optional<Answer> {
    if (request.target == "/_ping") sessions_.push_back(world_.age());
    if (engine_spoils_.empty()) return std::nullopt;
    auto answer = engine_.truth(request);
    for (const auto& [number, spoil] : engine_spoils_)
      spoil(request, answer);
    return answer;
  };
}

void Scenario::make_receiver() {
  world_.names[receiver_name] = {receiver_address};
  world_.places[fmt::format("{}:{}", receiver_address, receiver_port)] = {
      .reach = Reach::accepts, .accept = [this](net::Socket socket) { receiver_.adopt(std::move(socket)); }};
}

Scenario::Answer Scenario::answer_metrics(const Request& request) {
  ++summary_.requests;
  Answer answer{.content_type = "application/x-protobuf"};
  for (const auto& [number, spoil] : receiver_spoils_)
    spoil(request, answer);
  const bool taken = answer.status / 100 == 2;
  const bool whole = !answer.hang && !answer.cut_after && !answer.raw && answer.drip == milliseconds{};
  // What OTLP does not let the agent repeat is settled, too.
  const bool refused =
      !taken && answer.status != 429 && answer.status != 502 && answer.status != 503 && answer.status != 504;
  if (taken || refused) {
    try {
      const auto decoded = fakes::decode_request(request.body);
      if (!decoded) throw Violation{"a request that is no OTLP: " + decoded.error().message};
      ledger_.deliver(*decoded, !whole ? Taken::unclear : taken ? Taken::accepted : Taken::refused, instance);
    } catch (const Violation& violation) {
      world_.fail(violation.what());
    }
  }
  world_.say(fmt::format("receiver: {} bytes, answered {}{}", request.body.size(), answer.status,
                         whole ? "" : ", but not as it should be"));
  return answer;
}

void Scenario::begin(const std::string& kind) {
  ++summary_.faults[kind];
  world_.say("fault: " + kind);
}

void Scenario::spoil(std::map<std::uint64_t, Spoil>& spoils, Duration from, Duration until, Spoil how) {
  const auto number = next_spoil_++;
  world_.at(from, [&spoils, number, how = std::move(how)] { spoils[number] = how; });
  world_.at(until, [&spoils, number] { spoils.erase(number); });
}

// The fleet.

void Scenario::start_new() {
  const auto number = next_container_++;
  const auto id = fakes::EngineModel::id_of(number);
  auto& container = engine_.add(number, fmt::format("c{}", number));
  container.created = world_.wall();
  container.memory = world_.chance(0.5) ? 64 * 1024 * 1024 : 0;
  container.labels = {{"team", world_.chance(0.5) ? "core" : "web"}};
  running_.push_back(id);
  begin_run(id);
  engine_.start(id, world_.wall());
}

/// Until when a change of now may go unnoticed.
Duration Scenario::noticed(const std::string& id) const {
  const auto now = world_.age();
  auto latest = now;
  if (engine_.event_copies == 0) latest = now + list_interval;
  if (now < events_fail_until_) latest = std::max(latest, events_fail_until_ + poll_time);
  if (now < lists_fail_until_) latest = std::max(latest, lists_fail_until_ + poll_time);
  // A failed inspection is repeated after a wait.
  if (now < inspections_fail_until_) latest = std::max(latest, inspections_fail_until_ + recovery_max);
  const auto stuck = stuck_until_.find(id);
  if (stuck != stuck_until_.end() && now < stuck->second) latest = std::max(latest, stuck->second + recovery_max);
  return latest;
}

void Scenario::begin_run(const std::string& id) {
  const auto latest = noticed(id);
  ledger_.begins(id, latest);
  if (latest > world_.age()) ledger_.excuse(id, world_.age(), latest);
}

void Scenario::plan_fleet() {
  const auto pause = world_.duration(seconds{1}, seconds{40});
  for (auto when = world_.duration(seconds{0}, pause); when < chaos_; when += world_.duration(milliseconds{1}, pause))
    world_.at(when, [this] { change_fleet(); });
}

void Scenario::change_fleet() {
  const auto now = world_.wall();
  const auto take = [this](std::vector<std::string>& from) {
    const auto i = static_cast<std::ptrdiff_t>(world_.number(0, static_cast<std::int64_t>(from.size()) - 1));
    auto id = from[static_cast<std::size_t>(i)];
    from.erase(from.begin() + i);
    return id;
  };
  const auto what = world_.number(0, 7);
  if (what == 0 || running_.size() < 2) {
    start_new();
    return;
  }
  const auto id = take(running_);
  world_.say(fmt::format("fleet: {} of {}", what, id.substr(0, 8)));
  if (what == 1 || what == 2) {  // stops, and perhaps is removed
    ledger_.ends(id, noticed(id));
    engine_.die(id, now);
    if (what == 1) engine_.destroy(id);
    if (what == 2) stopped_.push_back(id);
    return;
  }
  if (what == 3 || (what == 4 && stopped_.empty())) {  // restarts under the same id
    ledger_.ends(id, noticed(id));
    engine_.die(id, now);
    begin_run(id);
    engine_.start(id, now + 1'000'000);
  } else if (what == 4) {
    const auto again = take(stopped_);
    begin_run(again);
    engine_.start(again, now);
    running_.push_back(again);
  } else if (what == 5) {
    ledger_.changes(id, noticed(id));
    engine_.rename(id, fmt::format("{}-{}", engine_.at(id).name.substr(0, 4), world_.number(1, 99)));
  } else if (what == 6) {
    ledger_.changes(id, noticed(id));
    engine_.limit_memory(id, world_.number(0, 3) * 32 * 1024 * 1024);
  } else {
    engine_.set_health(id, world_.chance(0.5) ? "healthy" : "unhealthy", now);
  }
  running_.push_back(id);
}

// The agent.

void Scenario::stop_agent() {
  if (!agent_runs_) return;
  stop_asked_at_ = world_.age();
  std::raise(SIGTERM);
}

void Scenario::take_log(std::string_view line) {
  if (!line.contains("level=debug")) log_lines_.push_back(world_.age());
  if (line.contains("level=warn") || line.contains("level=info") || line.contains("level=error"))
    world_.say(line.substr(line.find(' ') + 1, line.size() - line.find(' ') - 2));
}

void Scenario::run_agent() {
  ++summary_.agents;
  // An agent that has never seen a list or an inspection knows of no container.
  ledger_.excuse({}, world_.age() - interval_, std::max({world_.age(), lists_fail_until_, inspections_fail_until_}));
  stop_asked_at_ = {};
  Log log{LogLevel::info, LogFormat::logfmt, [this](std::string_view line) { take_log(line); }};
  app::Daemon daemon{options_, log, static_cast<std::uint32_t>(world_.random())};
  if (auto prepared = daemon.prepare(); !prepared)
    throw Violation{"the agent does not start: " + prepared.error().message};
  agent_runs_ = true;
  try {
    daemon.run();
    if (const auto took = world_.age() - stop_asked_at_; took > stop_time_max)
      throw Violation{fmt::format("the agent took {:.3f} s to stop", in_seconds(took))};
  } catch (const Killed&) {
    ledger_.killed();
    if (directory_.empty()) ledger_.allow_gaps();
  }
  agent_runs_ = false;
}

namespace {

/// More of one kind of happening in a minute than there may be.
void check_rate(const std::vector<Duration>& times, std::size_t max, std::string_view what) {
  for (std::size_t i = max; i < times.size(); ++i) {
    if (times[i] - times[i - max] < std::chrono::minutes{1})
      throw Violation{fmt::format("more than {} {} in a minute at {:.1f} s", max, what, in_seconds(times[i]))};
  }
}

}  // namespace

void Scenario::run() {
  world_.pass({});  // what happens at once happens before the agent starts
  while (!over_) {
    run_agent();
    if (over_) break;
    const auto down_since = world_.age();
    world_.pass(down_for_);
    ledger_.excuse({}, down_since - interval_, world_.age());
  }
  check_rate(sessions_, sessions_a_minute_max, "sessions with the engine");
  check_rate(log_lines_, log_lines_a_minute_max, "lines in the log");
  ledger_.check_gaps(recovery_max + 2 * interval_, end_);
}

Summary Scenario::summary() const {
  auto summary = summary_;
  summary.points = ledger_.points();
  summary.endings = ledger_.endings();
  summary.simulated = world_.age();
  return summary;
}

// The faults.

/// The kinds of faults; each plans one from `from` to `until`.
struct FaultKinds {
  using Plan = void (*)(Scenario&, Duration from, Duration until);

  static void whole_engine(Scenario& s, Duration from, Duration until, Reach reach, const std::string& kind) {
    const bool drops = s.world_.chance(0.6);
    s.ledger_.excuse({}, from, until);
    s.world_.at(from, [&s, reach, drops, kind] {
      s.begin(kind);
      s.world_.places[engine_path].reach = reach;
      if (drops) s.engine_.server().drop_connections();
    });
    s.world_.at(until, [&s] { s.world_.places[engine_path].reach = Reach::accepts; });
  }
  static void engine_refuses(Scenario& s, Duration from, Duration until) {
    whole_engine(s, from, until, Reach::refuses, "engine: refuses connections");
  }
  static void engine_absent(Scenario& s, Duration from, Duration until) {
    whole_engine(s, from, until, Reach::is_absent, "engine: its socket vanishes");
  }
  static void engine_denies(Scenario& s, Duration from, Duration until) {
    whole_engine(s, from, until, Reach::denies, "engine: its socket is forbidden");
  }
  static void engine_silent(Scenario& s, Duration from, Duration until) {
    whole_engine(s, from, until, Reach::is_silent, "engine: connecting hangs");
  }
  static void engine_drops(Scenario& s, Duration from, Duration until) {
    for (auto when = from; when < until; when += s.world_.duration(seconds{3}, seconds{30})) {
      s.ledger_.excuse({}, when, when + milliseconds{1});
      s.world_.at(when, [&s] {
        s.begin("engine: drops all connections");
        s.engine_.server().drop_connections();
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
      if (drops) {
        s.ledger_.excuse({}, s.world_.age(), s.world_.age() + milliseconds{1});
        s.engine_.server().drop_connections();
      }
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
    });
    question(s, from, until, is_list, "engine: the list fails");
  }
  static void inspections(Scenario& s, Duration from, Duration until) {
    s.world_.at(from, [&s, until] { s.inspections_fail_until_ = std::max(s.inspections_fail_until_, until); });
    question(s, from, until, is_inspection, "engine: inspections fail");
  }
  static void stream(Scenario& s, Duration from, Duration until) {
    s.world_.at(from, [&s, until] { s.events_fail_until_ = std::max(s.events_fail_until_, until); });
    question(s, from, until, is_stream, "engine: the stream of events fails");
  }
  static void stream_ends_at_once(Scenario& s, Duration from, Duration until) {
    s.world_.at(from, [&s, until] {
      s.begin("engine: the stream of events ends at once");
      s.events_fail_until_ = std::max(s.events_fail_until_, until);
      s.ledger_.excuse({}, s.world_.age(), s.world_.age() + milliseconds{1});
      s.engine_.server().drop_connections();
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
      s.engine_.event_prefix = s.world_.chance(0.5) ? "{\"Type\":\"conta\n" : "\xff\xfe garbage\n";
    });
    s.world_.at(until, [&s] { s.engine_.event_prefix.clear(); });
  }

  static void clock_jumps(Scenario& s, Duration from, Duration) {
    s.ledger_.clock_jumped();
    const auto by = s.world_.duration(seconds{-600}, seconds{600});
    s.world_.at(from, [&s, by] {
      s.begin("clock: jumps");
      s.world_.step_wall(by);
    });
  }

  static void receiver_reach(Scenario& s, Duration from, Duration until, Reach reach, const std::string& kind) {
    s.world_.at(from, [&s, reach, kind] {
      s.begin(kind);
      s.world_.places[fmt::format("{}:{}", receiver_address, receiver_port)].reach = reach;
      s.receiver_.drop_connections();
    });
    s.world_.at(
        until, [&s] { s.world_.places[fmt::format("{}:{}", receiver_address, receiver_port)].reach = Reach::accepts; });
  }
  static void receiver_refuses(Scenario& s, Duration from, Duration until) {
    receiver_reach(s, from, until, Reach::refuses, "receiver: refuses connections");
  }
  static void receiver_silent(Scenario& s, Duration from, Duration until) {
    receiver_reach(s, from, until, Reach::is_silent, "receiver: connecting hangs");
  }
  static void receiver_drops(Scenario& s, Duration from, Duration until) {
    for (auto when = from; when < until; when += s.world_.duration(seconds{1}, seconds{20})) {
      s.world_.at(when, [&s] {
        s.begin("receiver: drops all connections");
        s.receiver_.drop_connections();
      });
    }
  }
  static void names_silent(Scenario& s, Duration from, Duration until) {
    s.world_.at(from, [&s] {
      s.begin("names: no answer");
      s.world_.names_silent = true;
      s.receiver_.drop_connections();
    });
    s.world_.at(until, [&s] { s.world_.names_silent = false; });
  }
  static void dead_address_first(Scenario& s, Duration from, Duration until) {
    s.world_.at(from, [&s] {
      s.begin("names: a dead address first");
      s.world_.names[receiver_name] = {dead_address, receiver_address};
      s.world_.places[fmt::format("{}:{}", dead_address, receiver_port)].reach = Reach::is_silent;
      s.receiver_.drop_connections();
    });
    s.world_.at(until, [&s] { s.world_.names[receiver_name] = {receiver_address}; });
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
  static const std::vector<K::Plan> kinds{K::engine_refuses,
                                          K::engine_absent,
                                          K::engine_denies,
                                          K::engine_silent,
                                          K::engine_drops,
                                          K::ping,
                                          K::version,
                                          K::info,
                                          K::list,
                                          K::inspections,
                                          K::stream,
                                          K::stream,
                                          K::stream_ends_at_once,
                                          K::history,
                                          K::all_stats,
                                          K::stuck,
                                          K::stuck,
                                          K::events_lost,
                                          K::events_doubled,
                                          K::events_malformed,
                                          K::clock_jumps,
                                          K::receiver_refuses,
                                          K::receiver_silent,
                                          K::receiver_drops,
                                          K::names_silent,
                                          K::dead_address_first,
                                          K::overloaded,
                                          K::overloaded,
                                          K::refusing,
                                          K::receiver_hangs,
                                          K::receiver_cuts,
                                          K::receiver_drips,
                                          K::receiver_is_none,
                                          K::restart};
  const auto count = world_.number(1, 4);
  for (std::int64_t i = 0; i < count; ++i) {
    const auto from = world_.chance(0.2) ? Duration{} : world_.duration(seconds{0}, chaos_);
    const auto length =
        world_.chance(0.3) ? world_.duration(milliseconds{1}, seconds{2}) : world_.duration(seconds{2}, chaos_);
    world_.one_of(kinds)(*this, from, std::min(from + length, chaos_));
  }
}

}  // namespace cspy::simulator
