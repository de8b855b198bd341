// Searches for faults: runs the agent against simulated engines and receivers, one scenario a seed.
//
// scripts/simulate builds it, and runs it on all processors. The status is 1 if a scenario failed.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <CLI/Validators.hpp>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/scenario.hpp"

namespace {

using namespace cspy::simulator;

struct Range {
  std::uint64_t first = 0, last = 0;
};

/// "1-1000".
std::optional<Range> parse_range(std::string_view text) {
  Range range;
  const auto* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, range.first);
  if (first.ec != std::errc{} || first.ptr == end || *first.ptr != '-') return std::nullopt;
  const auto last = std::from_chars(first.ptr + 1, end, range.last);
  if (last.ec != std::errc{} || last.ptr != end || range.first > range.last) return std::nullopt;
  return range;
}

/// What went wrong; nothing if the scenario passed.
std::optional<std::string> run_seed(std::uint64_t seed, bool trace, Summary& summary) {
  const auto show = [&](std::string_view line) {
    fmt::print("{:9.3f} {}\n", std::chrono::duration<double>(World::current().age()).count(), line);
  };
  std::optional<std::string> failure;
  std::optional<Scenario> scenario;
  try {
    scenario.emplace(seed, trace ? std::function<void(std::string_view)>{show} : nullptr);
    scenario->run();
  } catch (const Interrupted&) {
    throw;
  } catch (const std::exception& error) {
    failure = error.what();
  }
  if (scenario) summary.add(scenario->summary());
  return failure;
}

/// A count a line, so that those of several processes can be added up.
void print_summary(const Summary& summary, std::uint64_t ran, std::uint64_t failed) {
  const auto line = [](std::uint64_t count, std::string_view what) { fmt::print("{:10} {}\n", count, what); };
  line(ran, "scenarios");
  line(failed, "scenarios that failed");
  line(static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(summary.simulated).count()),
       "simulated seconds");
  line(summary.agents, "agents");
  line(summary.requests, "requests to receivers");
  line(summary.points, "points");
  line(summary.endings, "ends of series");
  for (const auto& [kind, count] : summary.faults)
    line(count, "fault: " + kind);
}

int run(int argc, char** argv) {
  std::string seeds;
  std::uint64_t seed = 0, minutes = 0, step = 1;
  bool trace = false;
  CLI::App app{"Searches for faults of the agent in simulated time"};
  auto* const one = app.add_option("--seed", seed, "Run one scenario");
  app.add_flag("--trace", trace, "Show what the agent and its peers do")->needs(one);
  app.add_option("--seeds", seeds, "Run the scenarios from A to B")->excludes(one);
  app.add_option("--step", step, "Run only every so manieth of them")->check(CLI::PositiveNumber);
  app.add_option("--minutes", minutes, "Stop after so many minutes, at the end of a scenario");
  CLI11_PARSE(app, argc, argv);
  Range range{seed, seed};
  if (!seeds.empty()) {
    const auto parsed = parse_range(seeds);
    if (!parsed) {
      fmt::print(stderr, "simulate: --seeds {}: give two numbers, such as 1-1000\n", seeds);
      return 2;
    }
    range = *parsed;
  }
  const auto begun = std::chrono::steady_clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count(); };
  Summary summary;
  std::uint64_t ran = 0, failed = 0;
  for (auto number = range.first; number <= range.last; number += step) {
    if (minutes > 0 && elapsed() > static_cast<double>(minutes) * 60) break;
    ++ran;
    if (const auto failure = run_seed(number, trace, summary)) {
      ++failed;
      fmt::print("seed {}: {}\n", number, *failure);
      std::fflush(stdout);
    }
  }
  print_summary(summary, ran, failed);
  return failed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const Interrupted&) {
    fmt::print(stderr, "simulate: interrupted\n");
    return 130;
  } catch (const std::exception& error) {
    fmt::print(stderr, "simulate: {}\n", error.what());
    return 2;
  }
}
