#include "app/collection.hpp"

#include <string>
#include <utility>

namespace cspy::app {

using net::Task;
using std::chrono::milliseconds;

Collection::Collection(boost::asio::io_context& io, const Options& options, docker::Client& client,
                       docker::Watch& watch, metrics::Fleet& fleet, HostSide& host, Log& log)
    : watch_{watch},
      fleet_{fleet},
      host_{host},
      log_{log},
      reader_{client, fleet,
              [&host](std::uint32_t major, std::uint32_t minor) { return host.device_name(major, minor); },
              options.metrics, &host},
      flight_{io} {}

Task<std::shared_ptr<const Collected>> Collection::read(docker::RoundReader::Deadlines deadlines, milliseconds time) {
  // A reading that is cut short at the deadline ends just after it.
  return flight_.run(deadlines.all + 2 * limits::deadline_granularity,
                     [this, deadlines, time] { return read_now(deadlines, time); });
}

Task<Collected> Collection::read_now(docker::RoundReader::Deadlines deadlines, milliseconds time) {
  using Ask = docker::RoundReader::Ask;
  docker::RoundReader::Result result;
  const auto begun = net::Clock::now();
  host_.begin_round(begun, fleet_);
  const auto* const engine = watch_.known_engine();
  if (engine != nullptr) {
    const auto concurrency = docker::stats_concurrency(*engine, fleet_.size(), time);
    result = co_await reader_.read(concurrency, deadlines, engine_is_reachable() ? Ask::engine : Ask::files_only);
    // If the connection is lost, the watch logs it. Each failed read is only a consequence.
    if (engine_is_reachable()) say(result);
  }
  for (const auto& id : result.suspects)
    watch_.suspect(id);
  ++counts_.readings;
  counts_.last_time = net::Clock::now() - begun;
  counts_.time += counts_.last_time;
  counts_.known = fleet_.size();
  counts_.read = result.readings.size();
  counts_.failed = result.failed;
  co_return Collected{.readings = std::move(result.readings),
                      .time = result.time != 0 ? result.time : system_now(),
                      .complete = engine_is_reachable() && result.failed == 0};
}

void Collection::stop() {
  reachable_at_stop_ = engine_is_reachable();
  stopping_ = true;
}

bool Collection::engine_is_reachable() const {
  // The watch ends with the program. This is not a failure of the engine.
  return stopping_ ? reachable_at_stop_ : watch_.engine() != nullptr;
}

void Collection::say(const docker::RoundReader::Result& result) {
  switch (failing_.update(result.failed > 0)) {
    case Trouble::Change::began:
      log_.warn("cannot read some containers: their points are missing in this round",
                {{"failed", std::to_string(result.failed)},
                 {"containers", std::to_string(result.attempted)},
                 {"error", result.first_error ? result.first_error->message : ""}});
      break;
    case Trouble::Change::ended:
      log_.info("can read all containers again", {{"containers", std::to_string(result.attempted)}});
      break;
    case Trouble::Change::none: break;
  }
}

}  // namespace cspy::app
