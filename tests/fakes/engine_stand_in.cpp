// Stands in for an engine: answers its API on a unix socket, from recorded answers or for a synthetic fleet.
//
//   engine_stand_in --socket PATH (--replay DIR | --containers N) [--whole] [--ready-file FILE]

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <cstdio>
#include <string>

#include "base/endpoint.hpp"
#include "tests/fakes/engine_model.hpp"

namespace {

using namespace cspy;
using namespace cspy::fakes;

/// Containers as a compose project has them: three labels and a memory limit each, a CPU quota on every second one.
void add_fleet(EngineModel& engine, unsigned count) {
  for (unsigned i = 1; i <= count; ++i) {
    auto& container = engine.add(i, fmt::format("shop-web-{}", i));
    container.labels = {{"com.docker.compose.project", "shop"},
                        {"com.docker.compose.service", "web"},
                        {"com.docker.compose.container-number", std::to_string(i)},
                        {"org.opencontainers.image.version", "1.4.2"}};
    container.memory = 134'217'728;
    container.nano_cpus = i % 2 == 0 ? 500'000'000 : 0;
  }
}

int run(int argc, char** argv) {
  std::string socket, replay, ready_file;
  unsigned containers = 0;
  bool whole = false;
  CLI::App app{"Answers the Docker Engine API without an engine"};
  app.add_option("--socket", socket, "Path of the unix socket to listen on")->required();
  auto* const recorded = app.add_option("--replay", replay, "Folder with recorded answers");
  app.add_option("--containers", containers, "How many synthetic containers to have")->excludes(recorded);
  app.add_flag("--whole", whole,
               "Send each answer in one write, instead of as dockerd does: header, chunk and end apart");
  app.add_option("--ready-file", ready_file, "Created once it is listening; removed at the end");
  CLI11_PARSE(app, argc, argv);
  const auto endpoint = parse_engine_address(socket);
  if (!endpoint) {
    fmt::print(stderr, "engine_stand_in: --socket '{}': {}\n", socket, endpoint.error().message);
    return 2;
  }

  boost::asio::io_context io{1};
  EngineModel engine{io};
  engine.record_requests = false;
  engine.answers_in_parts = !whole;
  if (replay.empty()) {
    add_fleet(engine, containers);
  } else {
    engine.replay(replay);
  }
  engine.server().listen(*endpoint);
  if (!ready_file.empty()) {
    std::FILE* const file = std::fopen(ready_file.c_str(), "w");
    if (file == nullptr) {
      fmt::print(stderr, "engine_stand_in: cannot write {}\n", ready_file);
      return 2;
    }
    std::fclose(file);
  }
  boost::asio::signal_set signals{io, SIGINT, SIGTERM};
  signals.async_wait([&](const boost::system::error_code&, int) { io.stop(); });
  io.run();
  std::remove(socket.c_str());
  if (!ready_file.empty()) std::remove(ready_file.c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "engine_stand_in: {}\n", error.what());
    return 1;
  }
}
