// One moment of a fleet, seen by cAdvisor and by the agent: every series of the catalogue must be equal to the last
// digit, under the same labels, or stand in the list of known differences with its reason.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <charconv>
#include <map>
#include <regex>
#include <set>
#include <string>

#include "base/json_writer.hpp"
#include "metrics/catalogue.hpp"
#include "tests/support/data.hpp"
#include "tests/support/replay.hpp"

namespace cspy::test {
namespace {

using Series = std::map<std::string, double>;  // by `name{labels}`

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

std::set<std::string> catalogue_names() {
  std::set<std::string> names;
  for (const auto& metric : metrics::catalogue())
    names.emplace(metric.name);
  return names;
}

std::string name_of(const std::string& series) {
  return series.substr(0, series.find('{'));
}

/// cAdvisor's series of containers, for the metrics that we have.
Series cadvisor_series(const std::string& folder) {
  Series all, ours;
  const auto text = read_data(folder + "/cadvisor.prom");
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    add_exposition_line(text.substr(begin, end - begin), all);
    begin = end + 1;
  }
  const auto names = catalogue_names();
  for (const auto& [series, value] : all) {
    if (names.contains(name_of(series)) && series.contains(",name=\"")) ours[series] = value;
  }
  return ours;
}

Series agent_series(const std::string& folder) {
  Series series;
  const auto recording = replay(folder + "/api", [](std::uint32_t major, std::uint32_t minor) {
    return major == 254 && minor == 0 ? std::string{"/dev/vda"} : std::string{};
  });
  for (const auto& line : points_as_text(recording.readings, false)) {
    const auto space = line.rfind(' ');
    series[line.substr(0, space)] = number(std::string_view{line}.substr(space + 1));
  }
  return series;
}

/// Each line of the list: a regular expression of differences, a tab, the reason. Empty lines and '#' lines are
/// skipped.
struct Known {
  std::string pattern, reason;
  std::size_t used = 0;
};

std::vector<Known> known_differences(const std::string& folder) {
  std::vector<Known> known;
  const auto text = read_data(folder + "/differences.txt");
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    const auto line = text.substr(begin, end - begin);
    begin = end + 1;
    if (line.empty() || line.starts_with('#')) continue;
    const auto tab = line.find('\t');
    EXPECT_NE(tab, std::string::npos) << "no reason in: " << line;
    known.push_back({.pattern = line.substr(0, tab), .reason = line.substr(tab + 1)});
  }
  return known;
}

class Parity : public testing::TestWithParam<std::pair<std::string, std::size_t>> {};

TEST_P(Parity, EachSeriesIsEqualOrItsDifferenceIsExplained) {
  const auto& [folder, equal_expected] = GetParam();
  const auto theirs = cadvisor_series(folder);
  const auto ours = agent_series(folder);
  std::vector<std::string> differences;
  std::size_t equal = 0;
  for (const auto& [series, value] : theirs) {
    const auto found = ours.find(series);
    if (found == ours.end()) {
      differences.push_back("missing " + series);
    } else if (found->second != value) {
      differences.push_back("differs " + series);
    } else {
      ++equal;
    }
  }
  for (const auto& [series, value] : ours) {
    if (!theirs.contains(series)) differences.push_back("extra " + series);
  }
  auto known = known_differences(folder);
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
  EXPECT_EQ(equal, equal_expected) << "series that are equal to the last digit";
}

INSTANTIATE_TEST_SUITE_P(CAdvisor, Parity,
                         testing::Values(std::pair{std::string{"fleet-cadvisor"}, std::size_t{294}},
                                         std::pair{std::string{"fleet-cadvisor-cgroup1"}, std::size_t{262}}),
                         [](const auto& info) { return info.index == 0 ? "CgroupV2" : "CgroupV1"; });

}  // namespace
}  // namespace cspy::test
