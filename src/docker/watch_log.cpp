#include "docker/watch_log.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "docker/container_filter.hpp"
#include "docker/remedy.hpp"

namespace cspy::docker {

void WatchLog::events_followed() {
  if (std::exchange(events_failing_, false)) log_.info("following the engine's events again", {});
}

void WatchLog::events_fail(const Error& error, std::chrono::milliseconds poll_interval) {
  if (std::exchange(events_failing_, true)) return;
  const auto interval = std::to_string(poll_interval.count());
  if (error.code == Code::forbidden || error.code == Code::not_found) {
    log_.warn("the engine refuses event streams: polling the list of containers instead",
              {{"error", error.message}, {"interval_ms", interval}, {"remedy", "allow EVENTS=1 at the socket proxy"}});
  } else {
    log_.warn("cannot follow the engine's events: polling the list of containers until they can be followed",
              {{"error", error.message}, {"interval_ms", interval}});
  }
}

void WatchLog::connected(const Engine& engine, std::size_t containers, std::size_t excluded, bool followed) {
  state_ = State::connected;
  log_.info("engine connected", {{"address", endpoint_.text()},
                                 {"version", engine.version},
                                 {"api", engine.api().text()},
                                 {"cgroup", std::to_string(engine.cgroup_version)},
                                 {"containers", std::to_string(containers)},
                                 {"events", followed ? "followed" : "polled"}});
  if (excluded > 0) {
    log_.info("some containers are not watched: the setting containers or their label excludes them",
              {{"containers", std::to_string(excluded)}, {"label", std::string{enable_label} + "=false"}});
  }
  if (engine.info_known && !engine.memory_limits && !engine.windows) {
    log_.warn("the engine's kernel does not count memory: memory metrics are missing",
              {{"remedy", "boot the kernel with cgroup_enable=memory; on a Raspberry Pi add it to /boot/cmdline.txt"}});
  }
  if (engine.info_refused) {
    log_.warn("the engine refuses /info: the id label assumes the systemd cgroup driver and cgroup v2",
              {{"remedy", "allow INFO=1 at the socket proxy"}});
  } else if (!engine.info_known) {
    log_.warn(
        "the engine has not answered /info: the id label assumes the systemd cgroup driver and cgroup v2 until it "
        "does");
  }
}

void WatchLog::lost(Error& error) {
  error.remedy = remedy(error.code, endpoint_, socket_access(endpoint_));
  const auto state = error.code == Code::denied ? State::denied
                     : error.code == Code::unreachable || error.code == Code::missing || error.code == Code::timeout
                         ? State::away
                         : State::wrong;
  if (state == state_) return;
  const bool first = state_ == State::unknown;
  state_ = state;
  const std::string_view message = state == State::denied ? "no permission to use the engine's socket"
                                   : first                ? "engine not reachable yet: trying again until it answers"
                                                          : "engine lost: trying again until it is back";
  if (error.remedy.empty()) {
    log_.warn(message, {{"error", error.message}});
  } else {
    log_.warn(message, {{"error", error.message}, {"remedy", error.remedy}});
  }
}

}  // namespace cspy::docker
