#include "tests/support/replay.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <sstream>

#include "base/json_writer.hpp"
#include "docker/changes.hpp"
#include "docker/event.hpp"
#include "docker/inspect.hpp"
#include "docker/list.hpp"
#include "docker/stats.hpp"
#include "metrics/visit.hpp"
#include "otlp/encode_protobuf.hpp"
#include "tests/fakes/otlp_decode.hpp"
#include "tests/support/data.hpp"

namespace cspy::test {
namespace {

std::string header_of(const std::string& ping, const std::string& name) {
  std::smatch match;
  return std::regex_search(ping, match, std::regex{"\n" + name + ": ([^\r\n]+)"}) ? match[1].str() : std::string{};
}

docker::Engine engine_of(const std::string& folder) {
  docker::Engine engine;
  const auto ping = read_data(folder + "/ping.headers");
  docker::apply_ping(engine, header_of(ping, "Server"), header_of(ping, "Api-Version"));
  EXPECT_TRUE(docker::apply_version(engine, read_data(folder + "/version.json")));
  EXPECT_TRUE(docker::apply_info(engine, read_data(folder + "/info.json")));
  return engine;
}

std::string labels_as_text(const fakes::Attributes& attributes) {
  std::string text;
  for (const auto& [key, value] : attributes) {
    text.append(text.empty() ? "" : ",").append(key).append("=");
    json::append_string(text, value);
  }
  return text;
}

}  // namespace

Recording replay(const std::string& folder, const docker::DeviceNamer& namer) {
  Recording recording{.engine = engine_of(folder), .readings = {}};
  docker::ListReader list;
  EXPECT_TRUE(list.feed(read_data(folder + "/containers.json")));
  const auto listed = list.finish();
  EXPECT_TRUE(listed) << listed.error().message;
  metrics::Fleet fleet;
  std::istringstream events{read_data(folder + "/events.ndjson")};
  for (std::string line; std::getline(events, line);) {
    if (const auto event = docker::parse_event(line)) (void)docker::apply(*event, fleet);
  }
  for (const auto& entry : *listed) {
    const auto inspection = docker::parse_inspect(read_data(folder + "/inspect." + entry.name + ".json"));
    EXPECT_TRUE(inspection) << entry.name << ": " << inspection.error().message;
    auto sample = docker::parse_stats(recording.engine, read_data(folder + "/stats." + entry.name + ".json"));
    EXPECT_TRUE(sample) << entry.name << ": " << sample.error().message;
    if (!inspection || !sample || !*sample) continue;
    const auto container =
        std::make_shared<const metrics::Container>(docker::make_container(recording.engine, *inspection));
    fleet.oom_kills().begin_run(*container);
    metrics::Reading reading{.container = container, .sample = std::move(**sample)};
    docker::name_devices(reading.sample, namer);
    reading.sample.health = inspection->health;
    fleet.oom_kills().complete(*container, reading.sample);
    metrics::measure(reading, {});
    recording.readings.push_back(std::make_shared<const metrics::Reading>(std::move(reading)));
  }
  std::ranges::sort(recording.readings, {}, [](const auto& reading) { return reading->container->id; });
  return recording;
}

std::vector<std::string> points_as_text(const std::vector<metrics::ReadingPtr>& readings, bool with_times,
                                        UnixNanos round_time) {
  otlp::ProtobufEncoder encoder;
  const auto body = encoder.encode({}, {.time = round_time, .readings = readings, .endings = {}});
  const auto request = fakes::decode_request(body);
  EXPECT_TRUE(request) << request.error().message;
  std::vector<std::string> lines;
  for (const auto& metric : request->metrics) {
    for (const auto& point : metric.points) {
      auto line = fmt::format("{}{{{}}} {}", metric.name, labels_as_text(point.attributes), point.number());
      if (with_times && point.start != 0) line.append(fmt::format(" since {}", format_rfc3339(point.start)));
      lines.push_back(std::move(line));
    }
  }
  std::ranges::sort(lines);
  return lines;
}

}  // namespace cspy::test
