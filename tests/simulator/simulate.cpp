// Searches for faults: runs the agent against simulated engines and receivers, one scenario a seed.
//
//   simulate --seeds A-B        runs the seeds and tells what happened in them; the status is 1 if one failed
//   simulate --seed N --trace   runs one and shows what the agent and its peers did
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulator/scenario.hpp"

namespace {

using namespace cspy::simulator;

struct Range {
  std::uint64_t first = 0, last = 0;
};

std::optional<Range> parse_range(const std::string& text) {
  char rest = 0;
  unsigned long long first = 0, last = 0;
  if (std::sscanf(text.c_str(), "%llu-%llu%c", &first, &last, &rest) != 2 || first > last) return std::nullopt;
  return Range{first, last};
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
  } catch (const std::exception& error) {
    failure = error.what();
  }
  if (scenario) summary.add(scenario->summary());
  return failure;
}

void print_summary(const Summary& summary, std::uint64_t seeds, std::size_t failed, double took_s) {
  fmt::print(
      "\n{} scenarios, {} failed, in {:.0f} s; simulated {:.1f} h with {} agents, {} requests, {} points, {} ends of "
      "series\n",
      seeds, failed, took_s, std::chrono::duration<double>(summary.simulated).count() / 3600, summary.agents,
      summary.requests, summary.points, summary.endings);
  for (const auto& [kind, count] : summary.faults)
    fmt::print("{:8} {}\n", count, kind);
}

int run(int argc, char** argv) {
  std::string seeds;
  std::uint64_t seed = 0, minutes = 0;
  bool trace = false;
  CLI::App app{"Searches for faults of the agent in simulated time"};
  auto* const one = app.add_option("--seed", seed, "Run one scenario");
  app.add_flag("--trace", trace, "Show what the agent and its peers do")->needs(one);
  app.add_option("--seeds", seeds, "Run the scenarios from A to B")->excludes(one);
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
  std::size_t failed = 0;
  std::uint64_t ran = 0;
  for (auto number = range.first; number <= range.last; ++number) {
    if (minutes > 0 && elapsed() > static_cast<double>(minutes) * 60) break;
    ++ran;
    if (const auto failure = run_seed(number, trace, summary)) {
      ++failed;
      fmt::print("seed {}: {}\n", number, *failure);
      std::fflush(stdout);
    }
  }
  print_summary(summary, ran, failed, elapsed());
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
