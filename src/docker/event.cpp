#include "docker/event.hpp"

#include <array>

#include "base/json_reader.hpp"
#include "docker/inspect.hpp"

namespace cspy::docker {
namespace {

struct Line {
  std::string id, action, health_status;
  std::uint64_t time_nanos = 0;
};

constexpr std::array actor_fields{json::into<&Line::id, Line>("ID")};
constexpr std::array line_fields{
    json::into<&Line::action, Line>("Action"),
    json::into<&Line::time_nanos, Line>("timeNano"),
    json::into<&Line::health_status, Line>("HealthStatus"),
    json::object("Actor", actor_fields),
};
constexpr auto line_schema = json::object("", line_fields);

}  // namespace

Result<Event> parse_event(std::string_view line) {
  Line read_line;
  if (auto read = json::read_all(line_schema, &read_line, line); !read) return std::unexpected{std::move(read).error()};
  if (!is_container_id(read_line.id)) return fail(Code::malformed, "'Actor.ID' is not a container's id");
  if (read_line.action.empty()) return fail(Code::malformed, "'Action' is missing");
  // Podman says what Docker has in the action in a field of its own.
  if (read_line.action == "health_status" && !read_line.health_status.empty()) {
    read_line.action.append(": ").append(read_line.health_status);
  }
  return Event{.id = std::move(read_line.id), .action = std::move(read_line.action), .time = read_line.time_nanos};
}

}  // namespace cspy::docker
