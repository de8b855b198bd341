#include "docker/event.hpp"

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "base/json_reader.hpp"
#include "docker/inspect.hpp"

namespace cspy::docker {
namespace {

struct Line {
  const ContainerFilter* filter = nullptr;
  std::string id, action, health_status, oom_killed, name, old_name, image;
  std::map<std::string, std::string, std::less<>> labels = {};
  std::uint64_t time_nanos = 0;
};

/// The labels of the container are among the attributes.
bool add_label(void* target, std::string_view key, const json::Scalar& value) {
  auto& line = *static_cast<Line*>(target);
  std::string text;
  if (line.filter->wants(key) && json::read(value, text))
    line.labels.insert_or_assign(std::string{key}, std::move(text));
  return true;
}

constexpr std::array attribute_fields{
    json::into<&Line::oom_killed, Line>("oomKilled"), json::into<&Line::name, Line>("name"),
    json::into<&Line::old_name, Line>("oldName"),     json::into<&Line::image, Line>("image"),
    json::Node{.key = "*", .store = add_label},
};
constexpr std::array actor_fields{json::into<&Line::id, Line>("ID"), json::object("Attributes", attribute_fields)};
constexpr std::array line_fields{
    json::into<&Line::action, Line>("Action"),
    json::into<&Line::time_nanos, Line>("timeNano"),
    json::into<&Line::health_status, Line>("HealthStatus"),
    json::object("Actor", actor_fields),
};
constexpr auto line_schema = json::object("", line_fields);

/// The filter: a JSON object, escaped as a value of the query.
std::string filters(std::string_view actions) {
  const auto json = fmt::format(R"({{"type":["container"],"event":[{}]}})", actions);
  std::string encoded{"filters="};
  for (const char c : json) {
    if (std::string_view{R"({}[]":,)"}.contains(c)) {
      fmt::format_to(std::back_inserter(encoded), "%{:02X}", static_cast<unsigned char>(c));
    } else {
      encoded.push_back(c);
    }
  }
  return encoded;
}

std::optional<std::string> if_known(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional<std::string>{text};
}

/// Docker names the old name with its slash. Without one, as in Podman's events, it is not sure which name the event
/// has.
void judge(const ContainerFilter& filter, Line& line, Event& event) {
  std::string_view before{line.old_name};
  if (before.starts_with('/')) before.remove_prefix(1);
  const bool sure = event.action != "rename" || !before.empty();
  Traits traits{.name = sure ? if_known(line.name) : std::nullopt,
                .image = if_known(line.image),
                .labels = std::move(line.labels)};
  event.watched = filter.judge(traits);
  if (event.action != "rename") return;
  traits.name = if_known(before);
  event.watched_before = filter.judge(traits);
}

/// Seconds with a fraction, as the engine expects times.
std::string seconds(UnixNanos time) {
  return fmt::format("{}.{:09}", time / nanos_per_second, time % nanos_per_second);
}

}  // namespace

Result<Event> parse_event(std::string_view line, const ContainerFilter& filter) {
  Line read_line;
  read_line.filter = &filter;
  if (auto read = json::read_all(line_schema, &read_line, line); !read) return std::unexpected{std::move(read).error()};
  if (!is_container_id(read_line.id)) return fail(Code::malformed, "'Actor.ID' is not a container's id");
  if (read_line.action.empty()) return fail(Code::malformed, "'Action' is missing");
  // Podman has a field of its own for what Docker appends to the action.
  if (read_line.action == "health_status" && !read_line.health_status.empty()) {
    read_line.action.append(": ").append(read_line.health_status);
  }
  Event event{.id = std::move(read_line.id),
              .action = std::move(read_line.action),
              .time = read_line.time_nanos,
              .oom_killed = read_line.oom_killed == "true"};
  judge(filter, read_line, event);
  event.name = std::move(read_line.name);
  return event;
}

std::string events_query(Which which) {
  return filters(
      fmt::format(R"("start","die","destroy","remove","rename","update","oom","pause","unpause","health_status"{})",
                  which == Which::all ? R"(,"create")" : ""));
}

std::string oom_history_query(UnixNanos since, UnixNanos until) {
  return fmt::format("since={}&until={}&{}", seconds(since), seconds(until), filters(R"("oom")"));
}

}  // namespace cspy::docker
