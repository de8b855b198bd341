// What the documentation names exists: files, anchors, commands, presets, targets, settings and metrics.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "app/option_table.hpp"
#include "base/glob.hpp"
#include "metrics/catalogue.hpp"
#include "metrics/groups.hpp"
#include "tests/support/data.hpp"
#include "tests/support/markdown.hpp"

namespace cspy::test {
namespace {

namespace fs = std::filesystem;

const fs::path root{CSPY_SOURCE_DIR};

/// Each file and folder of the repository, by path from its root, without what a build or git makes.
const std::set<std::string>& repository() {
  static const auto paths = [] {
    std::set<std::string> found;
    for (auto entry = fs::recursive_directory_iterator{root}; entry != fs::recursive_directory_iterator{}; ++entry) {
      const auto path = fs::relative(entry->path(), root).string();
      if (path == "build" || path == ".git" || path == ".cache") {
        entry.disable_recursion_pending();
      } else {
        found.insert(path);
      }
    }
    return found;
  }();
  return paths;
}

/// The pages that we write for people. Those of tests/data describe recordings, whose machines had other paths.
const std::vector<MarkdownPage>& pages() {
  static const auto all = [] {
    std::vector<MarkdownPage> found;
    for (const auto& path : repository()) {
      if (path.ends_with(".md") && !path.starts_with("tests/"))
        found.push_back(parse_markdown(path, read_source(path)));
    }
    return found;
  }();
  return all;
}

/// All code of a page: spans and blocks.
std::vector<std::string> code_of(const MarkdownPage& page) {
  auto code = page.spans;
  code.insert(code.end(), page.fenced.begin(), page.fenced.end());
  return code;
}

/// The first group of each match.
std::vector<std::string> matches(const std::string& text, const std::regex& expression) {
  std::vector<std::string> found;
  for (auto i = std::sregex_iterator{text.begin(), text.end(), expression}; i != std::sregex_iterator{}; ++i)
    found.push_back((*i)[1]);
  return found;
}

/// Calls `check(page, name)` for what the expression finds in the code of all pages, which must be something.
template<typename Check>
void for_each_named(const std::regex& expression, Check check) {
  std::size_t found = 0;
  for (const auto& page : pages()) {
    for (const auto& code : code_of(page)) {
      for (const auto& name : matches(code, expression)) {
        check(page, name);
        ++found;
      }
    }
  }
  EXPECT_GT(found, 0U) << "the documentation names nothing of this kind any more, or the expression is wrong";
}

std::string text_of_all(std::string_view name) {
  std::string text;
  for (const auto& path : repository()) {
    if (path.ends_with(name)) text.append(read_source(path));
  }
  return text;
}

std::set<std::string> presets() {
  const auto names = matches(read_source("CMakePresets.json"), std::regex{R"re("name": "(\w+)")re"});
  return {names.begin(), names.end()};
}

std::set<std::string> targets() {
  const auto text = text_of_all("CMakeLists.txt");
  const auto names = matches(text, std::regex{R"re(add_(?:executable|library)\((\w+))re"});
  return {names.begin(), names.end()};
}

std::string first_word(std::string_view name) {
  return std::string{name.substr(0, name.find('_'))};
}

std::set<std::string> setting_keys() {
  std::set<std::string> keys;
  for (const auto& row : app::option_table())
    keys.emplace(row.key);
  return keys;
}

bool exists(const std::string& path) {
  if (!path.contains('*')) return repository().contains(path);
  return std::ranges::any_of(repository(), [&](const auto& each) { return matches_glob(path, each); });
}

TEST(Documentation, EachRelativeLinkLeadsToAFileAndAHeading) {
  for (const auto& page : pages()) {
    for (const auto& link : page.links) {
      if (link.contains("://") || link.starts_with("mailto:")) continue;
      const auto hash = link.find('#');
      auto target = (fs::path{page.path}.parent_path() / link.substr(0, hash)).lexically_normal().string();
      if (hash == 0) target = page.path;
      if (target.ends_with('/')) target.pop_back();
      EXPECT_TRUE(repository().contains(target)) << page.path << " links to " << link << ", which is not there";
      if (hash == std::string::npos || !target.ends_with(".md") || !repository().contains(target)) continue;
      const auto anchors = parse_markdown(target, read_source(target)).anchors;
      EXPECT_TRUE(anchors.contains(link.substr(hash + 1)))
          << page.path << " links to " << link << ", but " << target << " has no such heading";
    }
  }
}

TEST(Documentation, EachPathThatItNamesIsThere) {
  static const std::regex path{
      R"re((?:^|[\s"'=(])((?:src|tests|docs|tools|deploy|bench|cmake|\.github|\.ci)/[\w.*/-]*[\w*]))re"};
  for_each_named(path, [](const auto& page, const auto& name) {
    EXPECT_TRUE(exists(name)) << page.path << " names " << name << ", which is not there";
  });
}

TEST(Documentation, EachModuleThatItNamesIsThere) {
  // `otlp/exporter`: a module of src, named without its extension.
  static const std::regex module{R"re(^((?:app|base|docker|host|json5|metrics|net|otlp|queue)/[a-z0-9_]+)$)re"};
  for (const auto& page : pages()) {
    for (const auto& span : page.spans) {
      for (const auto& name : matches(span, module)) {
        EXPECT_TRUE(exists("src/" + name + ".hpp") || exists("src/" + name + ".cpp"))
            << page.path << " names " << name << ", but src has no such module";
      }
    }
  }
}

TEST(Documentation, EachScriptThatItNamesCanBeRun) {
  static const std::regex script{R"re((?:^|[\s(]|\./)(scripts/[\w./-]*\w))re"};
  for_each_named(script, [](const auto& page, const auto& name) {
    ASSERT_TRUE(exists(name)) << page.path << " names " << name << ", which is not there";
    if (name.starts_with("scripts/lib")) return;
    const auto permissions = fs::status(root / name).permissions();
    EXPECT_NE(permissions & fs::perms::owner_exec, fs::perms::none) << name << " cannot be run";
  });
}

TEST(Documentation, EachPresetAndTargetThatItNamesIsDefined) {
  static const std::regex preset{R"re(--preset[ =](\w+))re"};
  static const std::regex built{R"re(\bbuild/(\w+))re"};
  static const std::regex program{R"re(\bbuild/\w+/(?:\w+/)*(\w+)(?![\w/.]))re"};
  static const std::regex target_list{R"re(--target((?: \w+)+))re"};
  const auto known_presets = presets();
  const auto known_targets = targets();
  const auto scripts = text_of_all("scripts/lib/receivers.sh");
  for_each_named(preset, [&](const auto& page, const auto& name) {
    EXPECT_TRUE(known_presets.contains(name)) << page.path << " names the preset " << name;
  });
  for_each_named(built, [&](const auto& page, const auto& name) {
    EXPECT_TRUE(known_presets.contains(name) || scripts.contains("build/" + name))
        << page.path << " names build/" << name << ", which no preset and no script makes";
  });
  for_each_named(program, [&](const auto& page, const auto& name) {
    EXPECT_TRUE(known_targets.contains(name)) << page.path << " names the program " << name;
  });
  for_each_named(target_list, [&](const auto& page, const auto& list) {
    for (const auto& name : matches(list, std::regex{R"re((\w+))re"}))
      EXPECT_TRUE(known_targets.contains(name)) << page.path << " names the target " << name;
  });
}

TEST(Documentation, EachVariableOfOursThatItNamesIsRead) {
  std::set<std::string> known{std::string{app::config_environment_name}};
  for (const auto& row : app::option_table()) {
    for (const auto& name : row.environment)
      known.emplace(name.name);
  }
  // Options of the build have the same prefix.
  const auto build = text_of_all("CMakeLists.txt") + read_source("cmake/compiler.cmake");
  for_each_named(std::regex{R"re(\b(CSPY_[A-Z_]+))re"}, [&](const auto& page, const auto& name) {
    EXPECT_TRUE(known.contains(name) || build.contains("option(" + name + " "))
        << page.path << " names " << name << ", which nothing reads";
  });
}

TEST(Documentation, EachFlagOfOursThatItNamesIsParsed) {
  std::set<std::string> known{"--config", "--print-config", "--version", "--help"}, families;
  for (const auto& row : app::option_table()) {
    known.insert(row.flag());
    if (row.key.contains('_')) families.insert(first_word(row.key));
  }
  // Families that other programs have too: docker run --no-healthcheck, scripts/interop --all.
  for (const auto* const common : {"no", "all", "http", "https"})
    families.erase(common);
  for_each_named(std::regex{R"re((?:^|[\s(])--([a-z][a-z0-9-]*))re"}, [&](const auto& page, const auto& name) {
    const auto family = name.substr(0, name.find('-'));
    if (family == name || !families.contains(family)) return;
    EXPECT_TRUE(known.contains("--" + name)) << page.path << " names --" << name << ", which the agent does not have";
  });
}

TEST(Documentation, EachSettingThatItNamesIsInTheTable) {
  const auto known = setting_keys();
  std::set<std::string> families;
  for (const auto& key : known) {
    if (key.contains('_')) families.insert(first_word(key));
  }
  // Metrics and labels begin so.
  for (const auto* const common : {"container", "machine", "boot"})
    families.erase(common);
  // Programs, groups and labels may begin like a setting: otlp_view, disk_io, cgroup_driver.
  auto others = targets();
  for (const auto& group : metrics::groups())
    others.emplace(group.name);
  for (const auto& each : metrics::catalogue())
    others.insert(each.label_keys.begin(), each.label_keys.end());
  static const std::regex setting{R"re(^([a-z]+_[a-z_]+)(?::.*)?$)re"};
  for (const auto& page : pages()) {
    for (const auto& span : page.spans) {
      for (const auto& name : matches(span, setting)) {
        if (!families.contains(first_word(name)) || others.contains(name)) continue;
        EXPECT_TRUE(known.contains(name)) << page.path << " names " << name << ", which is not a setting";
      }
    }
  }
}

TEST(Documentation, EachMetricThatTheReadmeNamesIsInTheCatalogue) {
  const auto known = setting_keys();
  static const std::regex metric{R"re(\b((?:container|machine|cadvisor|containerspy)_[a-z0-9_*]+))re"};
  const auto readme = parse_markdown("README.md", read_source("README.md"));
  for (const auto& code : code_of(readme)) {
    for (const auto& name : matches(code, metric)) {
      // Labels of series, not series.
      if (known.contains(name) || name.starts_with("container_label_") || name.starts_with("container_env_")) continue;
      EXPECT_TRUE(
          std::ranges::any_of(metrics::catalogue(), [&](const auto& each) { return matches_glob(name, each.name); }))
          << "README.md names " << name << ", which is not in the catalogue";
    }
  }
}

TEST(Documentation, TheNamesOfTheMetricsArePinned) {
  std::set<std::string_view> names;
  for (const auto& metric : metrics::catalogue())
    names.insert(metric.name);
  std::string text;
  for (const auto name : names)
    text.append(name).append("\n");
  SCOPED_TRACE(
      "A metric that is renamed or removed breaks the dashboards and alerts of users. If you mean it, or add a metric, "
      "run UPDATE_GOLDEN=1 build/dev/tests/unit_tests --gtest_filter='Documentation.TheNames*' and list the change in "
      "CHANGELOG.md");
  expect_golden("metric_names.txt", text);
}

TEST(Documentation, AnchorsAreMadeByGitHubsRule) {
  EXPECT_EQ(anchor_of(" What it does not do yet"), "what-it-does-not-do-yet");
  EXPECT_EQ(anchor_of("`job`, and instance: 2"), "job-and-instance-2");
  const auto page = parse_markdown("x.md", "# One\n\n# One\n\n`a\nb` [c](d.md#e)\n```sh\nmake [f](g)\n```\n");
  EXPECT_EQ(page.anchors, (std::set<std::string>{"one", "one-1"}));
  EXPECT_EQ(page.spans, std::vector<std::string>{"a b"});
  EXPECT_EQ(page.links, std::vector<std::string>{"d.md#e"});
  EXPECT_EQ(page.fenced, std::vector<std::string>{"make [f](g)"});
}

}  // namespace
}  // namespace cspy::test
