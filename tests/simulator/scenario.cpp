#include "tests/simulator/scenario.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string_view>

#include "app/daemon.hpp"
#include "app/resolve.hpp"
#include "base/limits.hpp"

namespace cspy::simulator {
namespace {

namespace fs = std::filesystem;
using fakes::HttpRequest;
using fakes::HttpResponse;
using std::chrono::milliseconds;
using std::chrono::seconds;

const std::string instance{"agent-under-test"};

/// Enough kinds of numbers to see every rule of the series at work, and few enough to run thousands of scenarios.
constexpr std::string_view metrics{
    "-*,container_last_seen,container_start_time_seconds,container_cpu_user_seconds_total,container_memory_usage_bytes,"
    "container_network_receive_bytes_total,container_spec_memory_limit_bytes,container_fs_reads_bytes_total"};

// Promises of the documentation.
constexpr Duration stop_time_max = milliseconds{3'500};
/// Until a list finds what no event has told: limits::reconcile_interval, and some more.
constexpr Duration list_interval = seconds{310};
/// Attempts to reach an engine in a minute, and lines in the log.
constexpr std::size_t sessions_a_minute_max = 40;
constexpr std::size_t log_lines_a_minute_max = 120;

double in_seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
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
    : world_{seed},
      receiver_{world_.io(), [this](const Request& request) { return receive(request); }},
      grpc_receiver_{world_.io(), [this](const test::Http2Request& request) { return answer_call(request); },
                     test::Http2Peer::Listens::no} {
  world_.trace = std::move(trace);
  interval_ = world_.one_of(std::vector<Duration>{seconds{1}, seconds{2}, seconds{5}, seconds{10}});
  chaos_ = world_.duration(seconds{60}, seconds{240});
  grpc_ = world_.chance(0.3);
  make_options();
  make_engine();
  make_receiver();
  make_fleet();
  ledger_.set_round_time(std::max<Duration>(interval_, limits::round_time_min));
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
      {"CSPY_OTLP_ENDPOINT", fmt::format("http://{}:4318", receiver_name)},
      {"CSPY_OTLP_INTERVAL", std::to_string(std::chrono::duration_cast<milliseconds>(interval_).count())},
      {"CSPY_OTLP_PROTO", grpc_ ? "grpc" : "httpbinary"},
      {"CSPY_METRICS", std::string{metrics}},
      {"CSPY_CGROUP_ROOT", "none"},
      {"CSPY_PROC_ROOT", "none"},
      {"CSPY_INSTANCE_ID", instance}};
  if (world_.chance(0.5)) {
    directory_ = fs::temp_directory_path() / "containerspy-simulator-XXXXXX";
    if (::mkdtemp(directory_.data()) == nullptr) throw std::runtime_error{"cannot make a directory for the queue"};
    settings["CSPY_QUEUE_DIR"] = directory_;
  }
  if (world_.chance(0.15)) {
    // A queue that is soon full drops rounds.
    settings["CSPY_QUEUE_LIMIT"] = std::to_string(limits::queue_bytes_min);
    ledger_.allow_gaps();
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
  const auto count = world_.chance(0.1) ? 60 : world_.number(2, 12);
  for (std::int64_t i = 0; i < count; ++i)
    start_new();
}

void Scenario::make_engine() {
  engine_.record_requests = false;
  engine_.answers_in_parts = world_.chance(0.5);
  // An answer that is on its way while things happen is from before them.
  engine_delay_max_ = world_.one_of(std::vector{milliseconds{0}, milliseconds{5}, milliseconds{300}});
  world_.places[engine_path] = {.reach = Reach::accepts,
                                .accept = [this](net::Socket socket) { engine_.server().adopt(std::move(socket)); }};
  engine_.intercept = [this](const Request& request) -> std::optional<Answer> {
    if (request.target == "/_ping") sessions_.push_back(world_.age());
    if (request.target.contains("/events") && !request.target.contains("until=")) streams_.push_back(world_.age());
    if (!request.target.contains("/stats?")) world_.say("engine: " + request.target.substr(0, 60));
    auto answer = engine_.truth(request);
    answer.in_parts = engine_.answers_in_parts && !answer.stream;
    answer.delay = milliseconds{world_.number(0, engine_delay_max_.count())};
    for (const auto& [number, spoil] : engine_spoils_)
      spoil(request, answer);
    return answer;
  };
}

void Scenario::make_receiver() {
  world_.names[receiver_name] = {"10.0.0.1"};
  world_.places[receiver_address] = {.reach = Reach::accepts, .accept = [this](net::Socket socket) {
                                       if (grpc_) {
                                         grpc_receiver_.adopt(std::move(socket));
                                       } else {
                                         receiver_.adopt(std::move(socket));
                                       }
                                     }};
}

/// Inspections fail until then. After that, they are repeated after a wait.
void Scenario::fail_inspections(Duration until) {
  inspections_fail_until_ = std::max(inspections_fail_until_, until);
  ledger_.delay({}, until + recovery_max);
}

/// The engine closes all connections. What it answered at this moment is lost, and the stream of events may be away for
/// the longest wait between two attempts.
void Scenario::drop_engine() {
  ledger_.excuse({}, world_.age(), world_.age() + milliseconds{1});
  events_fail_until_ = std::max(events_fail_until_, world_.age() + limits::events_backoff_max);
  engine_.server().drop_connections();
}

void Scenario::drop_receiver() {
  receiver_.drop_connections();
  grpc_receiver_.drop_connections();
}

Scenario::Answer Scenario::receive(const Request& request) {
  ++summary_.requests;
  Answer answer{.content_type = "application/x-protobuf"};
  for (const auto& [number, spoil] : receiver_spoils_)
    spoil(request, answer);
  const bool taken = answer.status / 100 == 2 && !answer.raw;
  const bool whole = !answer.hang && !answer.cut_after && !answer.raw && answer.drip == milliseconds{};
  // What OTLP does not let the agent repeat is settled, too. What is too large comes again in parts.
  static const std::set<unsigned> to_be_repeated{413, 429, 502, 503, 504};
  const bool refused = !taken && !answer.raw && !to_be_repeated.contains(answer.status);
  // What never spoke OTLP is believed to be the wrong peer, and what it was sent is lost.
  accepted_before_ = accepted_before_ || (taken && whole);
  if (answer.raw && !accepted_before_) ledger_.excuse({}, {}, world_.age());
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

/// What gRPC has for the same answer.
test::Http2Answer Scenario::answer_call(const test::Http2Request& call) {
  constexpr std::size_t prefix_bytes = 5;
  const Request request{.method = "POST",
                        .target = {},
                        .body = call.body.substr(std::min(prefix_bytes, call.body.size())),
                        .headers = {}};
  const auto http = receive(request);
  test::Http2Answer answer;
  if (http.hang || http.drip > milliseconds{}) {
    answer.hang = true;
  } else if (http.raw || http.cut_after) {
    answer.close = true;
  } else if (http.status == 200) {
    const auto size = static_cast<char>(http.body.size());
    answer.body = std::string{'\0', '\0', '\0', '\0', size} + http.body;
  } else {
    static const std::map<unsigned, std::string> codes{{400, "3"},  {401, "16"}, {403, "7"}, {404, "12"},
                                                       {408, "13"}, {413, "8"},  {429, "8"}, {500, "13"}};
    const auto code = codes.find(http.status);
    answer.only_trailers = true;
    answer.headers.emplace_back("grpc-status", code == codes.end() ? "14" : code->second);
    answer.headers.emplace_back("grpc-message",
                                http.status == 413 ? "grpc: received message larger than max (9999 vs. 4096)" : "busy");
  }
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
  if (engine_.event_garbled) latest = std::max<Duration>(latest, now + seconds{5});
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

/// What a power failure, or somebody, may have done to the files of the queue.
void Scenario::damage_queue() {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator{directory_})
    files.push_back(entry.path().string());
  if (files.empty()) return;
  std::ranges::sort(files);
  begin("disk: a damaged file in queue_dir");
  ledger_.allow_gaps();
  const auto& file = world_.one_of(files);
  const auto size = static_cast<std::int64_t>(fs::file_size(file));
  if (world_.chance(0.5)) {
    fs::resize_file(file, static_cast<std::uintmax_t>(world_.number(0, size)));
  } else if (size > 0) {
    std::fstream bytes{file, std::ios::in | std::ios::out | std::ios::binary};
    bytes.seekp(world_.chance(0.5) ? 0 : world_.number(0, size - 1));
    bytes << "damaged";
  }
}

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
  // The receiver may still take what a killed agent had sent.
  if (std::exchange(killed_, false) || (summary_.agents > 0 && ledger_.has_clock_jumped())) ledger_.forget_order();
  ++summary_.agents;
  // An agent that has never seen a list or an inspection knows of no container.
  ledger_.excuse({}, world_.age() - interval_, std::max({world_.age(), lists_fail_until_, inspections_fail_until_}));
  stop_asked_at_.reset();
  accepted_before_ = false;
  Log log{LogLevel::info, LogFormat::logfmt, [this](std::string_view line) {
            take_log(line);
            return true;
          }};
  app::Daemon daemon{options_, log, static_cast<std::uint32_t>(world_.random())};
  if (auto prepared = daemon.prepare(); !prepared)
    throw Violation{"the agent does not start: " + prepared.error().message};
  agent_runs_ = true;
  try {
    daemon.run();
    if (!stop_asked_at_) throw Interrupted{};
    if (const auto took = world_.age() - *stop_asked_at_; took > stop_time_max)
      throw Violation{fmt::format("the agent took {:.3f} s to stop", in_seconds(took))};
  } catch (const Killed&) {
    killed_ = true;
    ledger_.forget_order();
    // Rounds that had not yet been told to wait are not in the directory.
    ledger_.excuse({}, {}, world_.age());
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
    if (!directory_.empty() && world_.chance(0.3)) damage_queue();
    world_.pass(down_for_);
    ledger_.excuse({}, down_since - interval_, world_.age());
  }
  check_rate(sessions_, sessions_a_minute_max, "sessions with the engine");
  check_rate(streams_, sessions_a_minute_max, "streams of events");
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

}  // namespace cspy::simulator
