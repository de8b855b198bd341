// One moment of a fleet, seen by cAdvisor and by the agent: every series of the catalogue must be equal to the last
// digit, under the same labels, or stand in the list of known differences with its reason.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <charconv>
#include <cmath>
#include <map>
#include <regex>
#include <set>
#include <string>

#include "base/json_writer.hpp"
#include "base/text.hpp"
#include "host/cgroup_reader.hpp"
#include "host/disk_stats.hpp"
#include "host/filesystem.hpp"
#include "metrics/catalogue.hpp"
#include "metrics/details.hpp"
#include "metrics/visit.hpp"
#include "tests/support/data.hpp"
#include "tests/support/replay.hpp"

namespace cspy::test {
namespace {

using Series = std::map<std::string, double>;  // by `name{labels}`

/// Relative.
constexpr double tolerance = 1e-9;

double number(std::string_view text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// `name{a="x",b=""} 1.5 1795448016518` -> ("name{a=\"x\"}", 1.5): without empty labels, in the order of the keys.
void add_exposition_line(const std::string& line, Series& series) {
  static const std::regex label{R"re(([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)")re"};
  const auto open = line.find('{');
  const auto close = line.rfind('}');
  if (line.starts_with('#') || open == std::string::npos) return;
  std::map<std::string, std::string> labels;
  const auto text = line.substr(open, close - open);
  for (auto i = std::sregex_iterator{text.begin(), text.end(), label}; i != std::sregex_iterator{}; ++i) {
    if ((*i)[2].length() > 0) labels[(*i)[1]] = (*i)[2];
  }
  std::string key = line.substr(0, open) + "{";
  for (const auto& [name, value] : labels)
    key.append(key.ends_with('{') ? "" : ",").append(name).append("=\"").append(value).append("\"");
  series[key + "}"] = number(std::string_view{line}.substr(close + 2));
}

std::string name_of(const std::string& series) {
  return series.substr(0, series.find('{'));
}

/// One comparison: which of the recording's series, and from where the agent has them.
struct Leg {
  std::string name, folder;
  enum class From { engine, engine_and_tree, engine_tree_and_proc, tree } from;
  std::string column;  ///< its name in the first column of differences.txt
  std::size_t equal;   ///< series that must be equal to the last digit

  friend void PrintTo(const Leg& leg, std::ostream* out) { *out << leg.name; }
};

/// All of cAdvisor's series of containers; from the tree alone, those of the two cgroups whose files were recorded and
/// that are no container's.
Series cadvisor_series(const Leg& leg) {
  Series all, ours;
  const auto text = read_data(leg.folder + "/cadvisor.prom");
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    add_exposition_line(text.substr(begin, end - begin), all);
    begin = end + 1;
  }
  for (const auto& [series, value] : all) {
    const bool container = series.contains(",name=\"");
    const bool cgroup = !container && (series.contains("id=\"/\"") || series.contains("id=\"/docker\""));
    if (leg.from == Leg::From::tree ? cgroup : container) ours[series] = value;
  }
  return ours;
}

/// The one disk of the recordings.
std::string device_name(std::uint32_t major, std::uint32_t minor) {
  return major == 254 && minor == 0 ? std::string{"/dev/vda"} : std::string{};
}

host::CgroupReader open_tree(const std::string& folder) {
  auto tree = host::CgroupTree::open(data_path(folder + "/cgroup"), data_path(folder + "/proc"));
  EXPECT_TRUE(tree) << tree.error().message;
  return host::CgroupReader{std::move(*tree)};
}

/// With what the host's /proc says of the disk that holds the layers. (The size of its filesystem is in no file.)
void read_disk_over(const std::string& folder, metrics::Sample& sample) {
  host::KernelFiles files;
  const auto proc = host::Directory::open(data_path(folder + "/proc").c_str());
  ASSERT_TRUE(proc);
  auto disk = host::read_disk(files, *proc, 254, 0);
  ASSERT_TRUE(disk);
  disk->device = device_name(254, 0);
  host::add_whole_device(sample, *disk);
  host::add_filesystem(sample, disk->device, std::nullopt);
  metrics::sort_details(sample);
}

/// With what the tree says of the cgroup read over the sample and the limits.
metrics::ReadingPtr read_over(host::CgroupReader& tree, metrics::Container container, metrics::Sample sample,
                              const Leg& leg) {
  const auto path = std::string{container.labels.get("id")};
  EXPECT_TRUE(tree.read(path, metrics::Selection{}.parts(), sample)) << path;
  EXPECT_TRUE(tree.read_limits(path, container.limits)) << path;
  docker::name_devices(sample, device_name);
  if (leg.from == Leg::From::engine_tree_and_proc) read_disk_over(leg.folder, sample);
  metrics::Reading reading{.container = std::make_shared<const metrics::Container>(std::move(container)),
                           .sample = std::move(sample)};
  metrics::measure(reading, {});
  return std::make_shared<const metrics::Reading>(std::move(reading));
}

std::vector<metrics::ReadingPtr> agent_readings(const Leg& leg) {
  std::vector<metrics::ReadingPtr> readings;
  if (leg.from == Leg::From::tree) {
    auto tree = open_tree(leg.folder);
    for (const std::string path : {"/", "/docker"}) {
      metrics::Container cgroup;
      cgroup.id = path;
      cgroup.labels = metrics::LabelSet{{{"id", path}}};
      cgroup.subject = metrics::Subject::cgroup;
      readings.push_back(read_over(tree, std::move(cgroup), {}, leg));
    }
    return readings;
  }
  readings = replay(leg.folder + "/api", device_name).readings;
  if (leg.from != Leg::From::engine) {
    auto tree = open_tree(leg.folder);
    for (auto& reading : readings)
      reading = read_over(tree, *reading->container, reading->sample, leg);
  }
  return readings;
}

/// Whether cAdvisor has a metric of that name.
bool is_cadvisors(std::string_view name) {
  const auto row = std::ranges::find(metrics::catalogue(), name, &metrics::Metric::name);
  return row == metrics::catalogue().end() || row->stability == metrics::Stability::cadvisor;
}

/// The agent's, of a round at the second in which cAdvisor was asked, without the metrics that cAdvisor does not have.
Series agent_series(const Leg& leg, UnixNanos time) {
  Series series;
  for (const auto& line : points_as_text(agent_readings(leg), false, time)) {
    const auto space = line.rfind(' ');
    if (!is_cadvisors(name_of(line))) continue;
    series[line.substr(0, space)] = number(std::string_view{line}.substr(space + 1));
  }
  return series;
}

/// Each line of the list: the legs that have the difference, a regular expression, the reason, separated by tabs.
struct Known {
  std::string pattern, reason;
  std::size_t used = 0;
};

/// Those of one leg. Empty lines and '#' lines are skipped.
std::vector<Known> known_differences(const Leg& leg) {
  std::vector<Known> known;
  const auto text = read_data(leg.folder + "/differences.txt");
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    const auto line = text.substr(begin, end - begin);
    begin = end + 1;
    if (line.empty() || line.starts_with('#')) continue;
    const auto columns = split(line, '\t');
    EXPECT_EQ(columns.size(), 3U) << "not legs, expression and reason: " << line;
    if (columns.size() != 3 || std::ranges::count(split(columns[0], ','), leg.column) == 0) continue;
    known.push_back({.pattern = std::string{columns[1]}, .reason = std::string{columns[2]}});
  }
  return known;
}

class Parity : public testing::TestWithParam<Leg> {};

/// The goldens of the engines' answers are those of scenario_test; here are those of the kernel's files.
TEST_P(Parity, PointsFromTheTreeAreThoseOfTheGolden) {
  const auto& leg = GetParam();
  if (leg.from == Leg::From::engine) return;
  std::string text;
  for (const auto& line : points_as_text(agent_readings(leg), false)) {
    // The times of the recorded cgroups are those of the checkout.
    if (leg.from != Leg::From::tree || !line.contains("_time_seconds")) text.append(line).append("\n");
  }
  expect_golden(leg.folder + "-" + leg.column + ".txt", text);
}

TEST_P(Parity, EachSeriesIsEqualOrItsDifferenceIsExplained) {
  const auto& leg = GetParam();
  const auto theirs = cadvisor_series(leg);
  const auto seen =
      std::ranges::find(theirs, "container_last_seen", [](const auto& entry) { return name_of(entry.first); });
  ASSERT_NE(seen, theirs.end());
  const auto ours = agent_series(leg, static_cast<UnixNanos>(seen->second) * nanos_per_second);
  std::vector<std::string> differences;
  std::size_t equal = 0;
  for (const auto& [series, value] : theirs) {
    const auto found = ours.find(series);
    if (found == ours.end()) {
      differences.push_back("missing " + series);
    } else if (std::abs(found->second - value) > tolerance * std::abs(value)) {
      differences.push_back("differs " + series);
    } else {
      ++equal;
    }
  }
  for (const auto& [series, value] : ours) {
    if (!theirs.contains(series)) differences.push_back("extra " + series);
  }
  auto known = known_differences(leg);
  for (const auto& difference : differences) {
    bool explained = false;
    for (auto& entry : known) {
      if (!std::regex_match(difference, std::regex{entry.pattern})) continue;
      ++entry.used;
      explained = true;
    }
    const auto series = difference.substr(difference.find(' ') + 1);
    const auto value_in = [&](const Series& all) {
      return all.contains(series) ? fmt::format("{}", all.at(series)) : "-";
    };
    EXPECT_TRUE(explained) << difference << "\n  cAdvisor " << value_in(theirs) << ", agent " << value_in(ours);
  }
  for (const auto& entry : known)
    EXPECT_GT(entry.used, 0U) << "this difference is gone, take it off the list: " << entry.pattern;
  EXPECT_EQ(equal, leg.equal) << "series that are equal to the last digit";
}

INSTANTIATE_TEST_SUITE_P(CAdvisor, Parity,
                         testing::Values(Leg{"CgroupV2", "fleet-cadvisor", Leg::From::engine, "socket", 511},
                                         Leg{"CgroupV1", "fleet-cadvisor-cgroup1", Leg::From::engine, "socket", 534},
                                         Leg{"CgroupV2Tree", "fleet-cadvisor", Leg::From::engine_and_tree, "tree", 655},
                                         Leg{"CgroupV2TreeAndProc", "fleet-cadvisor", Leg::From::engine_tree_and_proc,
                                             "proc", 699},
                                         Leg{"CgroupV2Alone", "fleet-cadvisor", Leg::From::tree, "cgroups", 73}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace cspy::test
