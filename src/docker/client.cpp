#include "docker/client.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <array>

#include "base/file.hpp"
#include "base/json_reader.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "base/user_namespace.hpp"
#include "base/utf8.hpp"
#include "docker/stats.hpp"

namespace cspy::docker {
namespace {

using net::Clock;
using net::Task;
using net::TimePoint;

/// A larger body is an exception. Its memory is not kept for the next one.
constexpr std::size_t kept_body_bytes = 32 * 1024;

TimePoint request_deadline() {
  return Clock::now() + limits::engine_request_time_max;
}

/// For what an engine that works answers at once.
TimePoint question_deadline() {
  return Clock::now() + limits::engine_question_time_max;
}

/// Copies what /version has told.
void copy_version(const Engine& from, Engine& to) {
  to.version = from.version;
  to.api_min = from.api_min;
  to.podman = from.podman;
  to.runc_version = from.runc_version;
}

/// Copies what /info has told: everything else.
void copy_info(const Engine& from, Engine& to) {
  auto copy = from;
  copy.api_max = to.api_max;
  copy.socket_owner = to.socket_owner;
  copy_version(to, copy);
  to = std::move(copy);
}

struct ErrorBody {
  std::string message;
};
constexpr std::array error_fields{json::into<&ErrorBody::message, ErrorBody>("message")};
constexpr auto error_schema = json::object("", error_fields);

std::optional<std::uint32_t> owner_of(const Endpoint& endpoint) {
  struct stat info{};
  if (endpoint.kind != Endpoint::Kind::unix_socket || ::stat(endpoint.path.c_str(), &info) != 0) return std::nullopt;
  // In a container of a rootless engine, the socket's owner looks like root. The cgroup's path has the number outside.
  constexpr std::size_t map_bytes_max = 16 * 1024;
  const auto map = read_file("/proc/self/uid_map", map_bytes_max);
  return map ? outer_user(*map, info.st_uid) : info.st_uid;
}

}  // namespace

Error http_error(unsigned status, std::string_view body) {
  ErrorBody error;
  if (!json::read_all(error_schema, &error, body)) error.message = body;
  const auto code = status == 404 ? Code::not_found : status == 401 || status == 403 ? Code::forbidden : Code::refused;
  const auto quote = printable(error.message, limits::error_quote_bytes_max);
  return {code, fmt::format("HTTP {}{}{}", status, quote.empty() ? "" : ": ", quote)};
}

std::optional<std::string_view> LineReader::take_line() {
  const auto end = buffer_.find('\n', consumed_);
  if (end == std::string::npos) return std::nullopt;
  const auto line = std::string_view{buffer_}.substr(consumed_, end - consumed_);
  consumed_ = end + 1;
  return line;
}

Task<Result<std::optional<std::string_view>>> LineReader::next() {
  constexpr std::size_t step = 4 * 1024;
  for (;;) {
    while (const auto line = take_line()) {
      if (line->find_first_not_of(" \r\t") != std::string_view::npos) co_return line;
    }
    buffer_.erase(0, std::exchange(consumed_, 0));
    if (buffer_.size() > limits::event_bytes_max)
      co_return fail(Code::too_large, fmt::format("an event is larger than {} bytes", limits::event_bytes_max));
    const auto filled = buffer_.size();
    buffer_.resize(filled + step);
    auto arrived = co_await connection_.read_some({buffer_.data() + filled, step});
    buffer_.resize(filled + arrived.value_or(0));
    if (!arrived) co_return std::unexpected{std::move(arrived).error()};
    if (*arrived == 0) co_return std::nullopt;
  }
}

EventStream::EventStream(net::http1::Connection connection, std::string context, ContainerFilter filter)
    : lines_{std::move(connection)}, context_{std::move(context)}, filter_{std::move(filter)} {
  lines_.connection().release_deadline();
}

Task<Result<Event>> EventStream::next() {
  auto line = co_await lines_.next();
  if (!line) co_return std::unexpected{std::move(line).error().in(context_)};
  if (!*line) co_return fail(Code::unreachable, context_ + ": the engine ended the stream");
  auto event = parse_event(**line, filter_);
  if (!event) co_return std::unexpected{std::move(event).error().in(context_)};
  co_return event;
}

std::string Client::operation(std::string_view target) const {
  // The query is an internal detail. People recognise the path.
  return fmt::format("GET {} over {}", target.substr(0, target.find('?')), endpoint_.text());
}

/// Sends the request, on a kept connection if there is one, and waits until an answer begins.
Task<Result<Client::Channel>> Client::begin(std::string target, TimePoint deadline) {
  for (;;) {
    const bool kept = !idle_.empty();
    std::optional<Channel> channel;
    if (kept) {
      channel.emplace(std::move(idle_.back()));
      idle_.pop_back();
    } else {
      auto opened = co_await net::http1::Connection::open(context_, {.endpoint = endpoint_}, deadline);
      if (!opened) co_return std::unexpected{std::move(opened).error().in(operation(target))};
      channel.emplace(std::move(*opened), std::string{});
    }
    const net::http1::Request request{.method = "GET", .target = target, .headers = {}, .body = {}};
    auto status = co_await channel->connection.exchange(request, deadline);
    if (!status) {
      const bool stale = kept && channel->connection.nothing_received() && status.error().code == Code::unreachable;
      if (stale) continue;
      co_return std::unexpected{std::move(status).error().in(operation(target))};
    }
    if (*status / 100 == 2) co_return std::move(*channel);
    auto read = co_await channel->connection.read_body(channel->body, limits::error_body_bytes_max);
    auto error = http_error(*status, read ? channel->body : std::string{}).in(operation(target));
    keep(std::move(*channel));
    co_return std::unexpected{std::move(error)};
  }
}

std::string_view Client::describe(Request request) {
  static constexpr std::array<std::string_view, request_count> names{"ping",    "version", "info",   "list",
                                                                     "inspect", "stats",   "events", "disk"};
  return names[static_cast<std::size_t>(request)];
}

void Client::count(Request request, TimePoint begun, bool answered) {
  auto& counts = counts_[static_cast<std::size_t>(request)];
  ++(answered ? counts.answered : counts.failed);
  counts.time += Clock::now() - begun;
}

Task<Result<Client::Channel>> Client::open(Request request, std::string target, TimePoint deadline) {
  const auto begun = Clock::now();
  auto channel = co_await begin(std::move(target), deadline);
  count(request, begun, channel.has_value());
  co_return channel;
}

Task<Result<Client::Channel>> Client::get(Request request, std::string target, std::size_t body_bytes_max,
                                          TimePoint deadline) {
  const auto begun = Clock::now();
  auto channel = co_await begin(target, deadline);
  auto read = channel ? co_await channel->connection.read_body(channel->body, body_bytes_max) : Result<void>{};
  count(request, begun, channel && read);
  if (!channel) co_return channel;
  if (!read) co_return std::unexpected{std::move(read).error().in(operation(target))};
  co_return channel;
}

void Client::keep(Channel channel) {
  if (!channel.connection.reusable() || idle_.size() >= limits::idle_connections_max) return;
  if (channel.body.capacity() > kept_body_bytes) channel.body = {};
  idle_.push_back(std::move(channel));
}

Task<Result<Engine>> Client::negotiate() {
  Engine engine;
  auto ping = co_await get(Request::ping, "/_ping", limits::error_body_bytes_max, question_deadline());
  if (!ping) co_return std::unexpected{std::move(ping).error()};
  apply_ping(engine, ping->connection.header("Server"), ping->connection.header("Api-Version"));
  keep(std::move(*ping));
  engine.socket_owner = owner_of(endpoint_);

  // An engine that is slow to tell what it is must not be taken for another one.
  auto version = co_await add_version(engine);
  if (engine.api_max == ApiVersion{}) {
    const bool refused = version || version.error().code == Code::forbidden || version.error().code == Code::not_found;
    if (!refused) co_return std::unexpected{std::move(version).error()};
    co_return fail(Code::malformed,
                   operation("/_ping") + ": the answer names no API version; is this a Docker engine?");
  }
  const bool same = engine_.api_max == engine.api_max && (!version || engine_.version == engine.version);
  if (!version && same) copy_version(engine_, engine);
  if (!co_await add_info(engine) && same && engine_.info_known) copy_info(engine_, engine);
  engine_ = engine;
  co_return engine;
}

Task<Result<void>> Client::add_version(Engine& engine) {
  auto version = co_await get(Request::version, "/version", limits::info_body_bytes_max, question_deadline());
  if (!version) co_return std::unexpected{std::move(version).error()};
  auto told = engine;
  if (auto applied = apply_version(told, version->body); !applied)
    co_return std::unexpected{std::move(applied).error().in(operation("/version"))};
  engine = std::move(told);
  keep(std::move(*version));
  co_return Result<void>{};
}

Task<Result<void>> Client::add_info(Engine& engine) {
  const auto target = "/v" + engine.api().text() + "/info";
  auto info = co_await get(Request::info, target, limits::info_body_bytes_max, Clock::now() + limits::info_time_max);
  if (!info) {
    engine.info_refused = info.error().code == Code::forbidden || info.error().code == Code::not_found;
    co_return std::unexpected{std::move(info).error()};
  }
  auto told = engine;
  if (auto applied = apply_info(told, info->body); !applied)
    co_return std::unexpected{std::move(applied).error().in(operation(target))};
  engine = std::move(told);
  keep(std::move(*info));
  co_return Result<void>{};
}

Task<bool> Client::ask_info() {
  auto engine = engine_;
  if (!co_await add_info(engine)) co_return false;
  engine_ = std::move(engine);
  co_return true;
}

Task<Result<void>> Client::ping() {
  auto answer = co_await get(Request::ping, "/_ping", limits::error_body_bytes_max, question_deadline());
  if (!answer) co_return std::unexpected{std::move(answer).error()};
  keep(std::move(*answer));
  co_return Result<void>{};
}

Task<Result<void>> Client::stream(Request request, std::string target, TimePoint deadline,
                                  std::function<Result<void>(std::string_view)> feed) {
  const auto begun = Clock::now();
  auto fed = co_await feed_answer(std::move(target), deadline, std::move(feed));
  count(request, begun, fed.has_value());
  co_return fed;
}

Task<Result<void>> Client::feed_answer(std::string target, TimePoint deadline,
                                       std::function<Result<void>(std::string_view)> feed) {
  auto channel = co_await begin(target, deadline);
  if (!channel) co_return std::unexpected{std::move(channel).error()};
  std::string part(16 * 1024, '\0');
  std::size_t total = 0;
  for (;;) {
    auto arrived = co_await channel->connection.read_some(part);
    if (!arrived) co_return std::unexpected{std::move(arrived).error().in(operation(target))};
    if (*arrived == 0) break;
    total += *arrived;
    if (total > limits::list_body_bytes_max) {
      co_return fail(Code::too_large, fmt::format("{}: the answer is larger than {} bytes", operation(target),
                                                  limits::list_body_bytes_max));
    }
    if (auto fed = feed(std::string_view{part}.substr(0, *arrived)); !fed) {
      co_return std::unexpected{std::move(fed).error().in(operation(target))};
    }
  }
  keep(std::move(*channel));
  co_return Result<void>{};
}

Task<Result<std::vector<Listed>>> Client::list(Which which, ContainerFilter filter) {
  const auto target = versioned(which == Which::all ? "/containers/json?all=1" : "/containers/json");
  ListReader reader{which, std::move(filter)};
  auto read = co_await stream(Request::list, target, request_deadline(),
                              [&](std::string_view part) { return reader.feed(part); });
  if (!read) co_return std::unexpected{std::move(read).error()};
  auto listed = reader.finish();
  if (!listed) co_return std::unexpected{std::move(listed).error().in(operation(target))};
  co_return listed;
}

Task<Result<DiskReport>> Client::disk_report(std::string question, DiskReportReader::Answer answer,
                                             TimePoint deadline) {
  const auto target = versioned(question);
  DiskReportReader reader{answer};
  auto read =
      co_await stream(Request::disk, target, deadline, [&](std::string_view part) { return reader.feed(part); });
  if (!read) co_return std::unexpected{std::move(read).error()};
  auto report = reader.finish();
  if (!report) co_return std::unexpected{std::move(report).error().in(operation(target))};
  co_return report;
}

Task<Result<Inspection>> Client::inspect(std::string id, LabelRules rules, ContainerFilter filter) {
  const auto target = versioned("/containers/" + id + "/json");
  auto channel = co_await get(Request::inspect, target, limits::inspect_body_bytes_max, question_deadline());
  if (!channel) co_return std::unexpected{std::move(channel).error()};
  auto inspection = parse_inspect(channel->body, rules, filter);
  keep(std::move(*channel));
  if (!inspection) co_return std::unexpected{std::move(inspection).error().in(operation(target))};
  co_return inspection;
}

Task<Result<std::optional<metrics::Sample>>> Client::stats(std::string id, TimePoint deadline) {
  auto target = versioned("/containers/" + id + "/stats?stream=false&one-shot=true");
  auto channel =
      co_await get(Request::stats, target, limits::stats_body_bytes_max, std::min(deadline, request_deadline()));
  if (!channel) co_return std::unexpected{std::move(channel).error()};
  auto sample = parse_stats(engine_, channel->body);
  keep(std::move(*channel));
  if (!sample) co_return std::unexpected{std::move(sample).error().in(operation(target))};
  co_return sample;
}

Task<Result<void>> Client::oom_history(UnixNanos since, UnixNanos until, std::function<void(const Event&)> take,
                                       ContainerFilter filter) {
  if (engine_.podman) co_return Result<void>{};
  const auto target = versioned("/events?" + oom_history_query(since, until));
  auto channel = co_await open(Request::events, target, Clock::now() + limits::event_history_time_max);
  if (!channel) co_return std::unexpected{std::move(channel).error()};
  LineReader lines{std::move(channel->connection)};
  for (;;) {
    auto line = co_await lines.next();
    if (!line && line.error().code == Code::timeout) break;
    if (!line) co_return std::unexpected{std::move(line).error().in(operation(target))};
    if (!*line) break;
    if (auto event = parse_event(**line, filter)) take(*event);
  }
  co_return Result<void>{};
}

Task<Result<EventStream>> Client::events(Which which, ContainerFilter filter) {
  const auto target = versioned("/events?" + events_query(which));
  // Docker sends the header at once. An engine that waits for the first event would fail here and be polled instead.
  auto channel = co_await open(Request::events, target, question_deadline());
  if (!channel) co_return std::unexpected{std::move(channel).error()};
  co_return EventStream{std::move(channel->connection), operation(target), std::move(filter)};
}

}  // namespace cspy::docker
