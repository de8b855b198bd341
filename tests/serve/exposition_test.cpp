// The text of a scrape: against a golden, against the points of the OTLP encoder for the same readings, and against
// what cAdvisor shows.
#include "serve/exposition.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <random>
#include <sstream>

#include "base/limits.hpp"
#include "otlp/encode_protobuf.hpp"
#include "tests/fakes/otlp_decode.hpp"
#include "tests/support/data.hpp"
#include "tests/support/readings.hpp"
#include "tests/support/replay.hpp"
#include "tests/support/scrape_text.hpp"

namespace cspy::serve {
namespace {

using metrics::ReadingPtr;
using metrics::Selection;
using test::make_container;
using test::make_reading;
using test::parse_scrape;
using test::second;
using test::started_at;

constexpr UnixNanos now = started_at + 60 * second;

std::string whole(Exposition exposition) {
  std::string text;
  while (exposition.next(text)) {
  }
  return text;
}

Selection selection_of(std::string_view list) {
  auto selection = Selection::parse(list);
  EXPECT_TRUE(selection);
  return selection.value_or(Selection{});
}

std::vector<test::ScrapedFamily> families_of(const std::string& text) {
  auto families = parse_scrape(text);
  EXPECT_TRUE(families) << families.error().message.substr(0, 2'000);
  return families.value_or(std::vector<test::ScrapedFamily>{});
}

/// `type name{key=value,...}` with the value as the nearest double, sorted.
std::vector<std::string> series_of(const std::string& text) {
  std::vector<std::string> lines;
  for (const auto& family : families_of(text)) {
    for (const auto& sample : family.samples) {
      double value = 0;
      std::from_chars(sample.value.data(), sample.value.data() + sample.value.size(), value);
      lines.push_back(fmt::format("{} {}{} {} # {}", family.type, family.name, testing::PrintToString(sample.labels),
                                  value, family.help));
    }
  }
  std::ranges::sort(lines);
  return lines;
}

/// The same of the request that is pushed.
std::vector<std::string> pushed_series(const std::vector<ReadingPtr>& readings, const Selection& selection,
                                       UnixNanos time) {
  otlp::ProtobufEncoder encoder{selection};
  const auto request = fakes::decode_request(encoder.encode({}, {.time = time, .readings = readings, .endings = {}}));
  EXPECT_TRUE(request);
  std::vector<std::string> lines;
  for (const auto& metric : request->metrics) {
    // A pushed counter of that name would get "_total" from the receiver.
    const bool counter = metric.sum || metric.name.ends_with("_failcnt");
    for (const auto& point : metric.points) {
      lines.push_back(fmt::format("{} {}{} {} # {}", counter ? "counter" : "gauge", metric.name,
                                  testing::PrintToString(point.attributes), point.number(), metric.description));
    }
  }
  std::ranges::sort(lines);
  return lines;
}

std::string disk_name(std::uint32_t major, std::uint32_t minor) {
  return minor != 0 ? std::string{} : major == 254 ? "/dev/vda" : major == 8 ? "/dev/sda" : "";
}

/// A container, and the machine and the agent with what add_details() gives them.
std::vector<ReadingPtr> one_of_each() {
  metrics::Container machine, agent;
  machine.subject = metrics::Subject::machine;
  agent.subject = metrics::Subject::agent;
  return {make_reading(make_container("a1", "web")), make_reading(std::make_shared<const metrics::Container>(machine)),
          make_reading(std::make_shared<const metrics::Container>(agent))};
}

TEST(Exposition, OfARecordedFleetIsTheGolden) {
  auto readings = test::replay("podman-5-cgroup2", disk_name).readings;
  const auto others = one_of_each();
  readings.insert(readings.end(), others.begin() + 1, others.end());
  test::expect_golden("exposition.txt",
                      whole({readings,
                             {},
                             test::after_all_recordings,
                             {{.name = "process_open_fds", .help = "Open files.", .samples = {{{}, std::int64_t{9}}}}},
                             {{"env", "prod"}}}));
}

class BothDoors : public testing::TestWithParam<std::string> {};

TEST_P(BothDoors, ShowTheSameSeries) {
  const auto readings = test::replay(GetParam(), disk_name).readings;
  ASSERT_FALSE(readings.empty());
  EXPECT_EQ(series_of(whole({readings, {}, test::after_all_recordings})),
            pushed_series(readings, {}, test::after_all_recordings));
}

INSTANTIATE_TEST_SUITE_P(Engines, BothDoors,
                         testing::Values("docker-20.10-cgroup1", "docker-28.5-cgroup2", "docker-29-cgroup2",
                                         "podman-5-cgroup2", "fleet-cadvisor/api", "fleet-cadvisor-cgroup1/api"),
                         [](const auto& info) {
                           std::string name{info.param};
                           std::ranges::replace_if(name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
                           return name;
                         });

TEST(Exposition, HasTheSameSeriesOfEveryMetricAsOtlp) {
  const auto all = selection_of("all");
  auto readings = one_of_each();
  auto stopped = *make_container("b2", "job");
  stopped.subject = metrics::Subject::stopped;
  readings.push_back(make_reading(std::make_shared<const metrics::Container>(stopped)));
  auto sample = test::full_sample();
  sample.cpu_each_ns = {1, 2, 0, 4};
  sample.page_faults = 18'446'744'073'709'551'614U;
  sample.devices.front().device.clear();
  sample.missed = metrics::parts_of({&metrics::Sample::memory_rss});
  readings.push_back(make_reading(make_container("c3", "partly"), sample));
  const auto series = series_of(whole({readings, all, now}));
  EXPECT_EQ(series, pushed_series(readings, all, now));
  EXPECT_GT(series.size(), 250U);
}

TEST(Exposition, HasOnlyTheWantedMetrics) {
  const auto families =
      families_of(whole({one_of_each(), selection_of("container_memory_rss,machine_memory_bytes"), now}));
  ASSERT_EQ(families.size(), 2U);
  EXPECT_EQ(families[0].name, "container_memory_rss");
  EXPECT_EQ(families[1].name, "machine_memory_bytes");
  EXPECT_TRUE(families[1].samples.at(0).labels.empty());
}

TEST(Exposition, WritesALine) {
  const auto lines = [](std::string_view metric) { return whole({one_of_each(), selection_of(metric), now}); };
  EXPECT_EQ(
      lines("container_cpu_usage_seconds_total"),
      "# HELP container_cpu_usage_seconds_total CPU time used: in total on cgroup v2, per CPU on cgroup v1\n"
      "# TYPE container_cpu_usage_seconds_total counter\n"
      "container_cpu_usage_seconds_total{cpu=\"total\",container_label_app=\"shop\",id=\"/docker/a1\",image=\"bb:1\","
      "name=\"web\"} 3.5\n");
  EXPECT_EQ(lines("machine_cpu_cores"),
            "# HELP machine_cpu_cores Logical CPUs (hardware threads)\n# TYPE machine_cpu_cores "
            "gauge\nmachine_cpu_cores 61\n");
  EXPECT_EQ(
      lines("machine_nvm_capacity"),
      "# HELP machine_nvm_capacity Always 0, as in cAdvisor's official builds\n# TYPE machine_nvm_capacity gauge\n"
      "machine_nvm_capacity{mode=\"app_direct_mode\"} 0\nmachine_nvm_capacity{mode=\"memory_mode\"} 0\n");
  EXPECT_THAT(lines("container_last_seen"), testing::HasSubstr("name=\"web\"} 1795000060\n"));
}

TEST(Exposition, OfNothingIsEmpty) {
  std::string text{"before"};
  Exposition exposition{{}, {}, now};
  EXPECT_FALSE(exposition.next(text));
  EXPECT_FALSE(exposition.next(text));
  EXPECT_EQ(text, "before");
}

TEST(Exposition, HasCAdvisorsTypes) {
  std::map<std::string, std::string> types;
  for (const std::string folder : {"fleet-cadvisor", "fleet-cadvisor-cgroup1"}) {
    std::istringstream text{test::read_data(folder + "/cadvisor.prom")};
    for (std::string line; std::getline(text, line);) {
      std::istringstream words{line};
      std::string hash, word, name, type;
      words >> hash >> word >> name >> type;
      if (hash == "#" && word == "TYPE") types[name] = type;
    }
  }
  std::size_t compared = 0;
  for (const auto& family : families_of(whole({one_of_each(), selection_of("all"), now}))) {
    if (!types.contains(family.name)) continue;
    EXPECT_EQ(family.type, types[family.name]) << family.name;
    ++compared;
  }
  EXPECT_GT(compared, 70U);
  EXPECT_EQ(types["container_memory_failcnt"], "counter");
}

TEST(Exposition, IsTheSameInPiecesOfBoundedSize) {
  std::vector<ReadingPtr> readings;
  for (int i = 0; i < 5; ++i) {
    auto sample = test::full_sample();
    sample.cpu_each_ns.assign(limits::cpus_max, 1'000'000'007);
    readings.push_back(
        make_reading(make_container(fmt::format("{:064x}", i), fmt::format("c{}", i)), std::move(sample)));
  }
  Exposition exposition{readings, selection_of("all"), now};
  constexpr std::size_t longest_line = 512;
  std::string text, piece;
  std::size_t pieces = 0;
  for (; exposition.next(piece); ++pieces) {
    EXPECT_LE(piece.size(), limits::scrape_piece_bytes + longest_line);
    EXPECT_TRUE(piece.ends_with('\n'));
    text.append(piece);
    piece.clear();
  }
  EXPECT_GT(pieces, 20U);
  EXPECT_LE(pieces, text.size() / limits::scrape_piece_bytes + 1) << "all pieces but the last are full";
  EXPECT_EQ(series_of(text), pushed_series(readings, selection_of("all"), now));
}

TEST(Exposition, ShowsAContainerThatComesTwiceOnce) {
  const auto web = make_container("a1", "web");
  auto stopped = *web;
  stopped.subject = metrics::Subject::stopped;
  const std::vector once{make_reading(web)};
  auto twice = once;
  twice.push_back(make_reading(std::make_shared<const metrics::Container>(stopped)));
  twice.push_back(make_reading(web));
  EXPECT_EQ(whole({twice, {}, now}), whole({once, {}, now}));
}

TEST(Exposition, PutsExtraLabelsOnEverySeriesThatHasNoneOfThatName) {
  const KeyValues extra{{"device", "extra"}, {"env", "prod"}, {"name", "extra"}};
  std::vector<Family> families{{.name = "process_x", .help = "X", .samples = {{{{"name", "own"}}, 1.5}}}};
  for (const auto& family : families_of(whole({one_of_each(), {}, now, families, extra}))) {
    for (const auto& sample : family.samples) {
      EXPECT_EQ(sample.labels.at("env"), "prod") << family.name;
      const bool container = family.name.starts_with("container_") && family.name != "container_scrape_error";
      const auto name = family.name == "process_x" ? "own" : container ? "web" : "extra";
      EXPECT_EQ(sample.labels.at("name"), name) << family.name;
      const bool disk = family.name.starts_with("container_fs_") || family.name.starts_with("container_blkio_");
      EXPECT_EQ(sample.labels.at("device"), disk ? "/dev/sda" : "extra") << family.name;
    }
  }
}

TEST(Exposition, MergesFurtherFamiliesInOrder) {
  std::vector<Family> families{
      {.name = "process_cpu_seconds_total",
       .help = "CPU \"time\"\nof all",
       .kind = metrics::Kind::counter,
       .samples = {{{}, 0.25}}},
      {.name = "container_scrape_error", .help = "Of this scrape", .samples = {{{}, std::int64_t{1}}}},
      {.name = "a_without_samples", .help = "None", .samples = {}},
      {.name = "container_zzz",
       .help = "Z",
       .samples = {{{{"b", "2"}, {"a.b", "1\n"}}, std::int64_t{1}}, {{{"b", "3"}}, std::int64_t{2}}}}};
  EXPECT_EQ(
      whole({one_of_each(), selection_of("container_scrape_error,machine_swap_bytes"), now, families}),
      "# HELP container_scrape_error Of this scrape\n# TYPE container_scrape_error gauge\ncontainer_scrape_error 1\n"
      "# HELP container_zzz Z\n# TYPE container_zzz gauge\n"
      "container_zzz{a_b=\"1\\n\",b=\"2\"} 1\ncontainer_zzz{b=\"3\"} 2\n"
      "# HELP machine_swap_bytes Swap space of the machine\n# TYPE machine_swap_bytes gauge\nmachine_swap_bytes 65\n"
      "# HELP process_cpu_seconds_total CPU \"time\"\\nof all\n# TYPE process_cpu_seconds_total counter\n"
      "process_cpu_seconds_total 0.25\n");
}

TEST(Exposition, CutsALargeFamilyToo) {
  Family family{.name = "f", .help = "F", .samples = {}};
  for (int i = 0; i < 5'000; ++i)
    family.samples.push_back({{{"number", fmt::format("{:030}", i)}}, std::int64_t{i}});
  Exposition exposition{{}, {}, now, {family}};
  std::string text, piece;
  for (; exposition.next(piece); piece.clear()) {
    EXPECT_LE(piece.size(), limits::scrape_piece_bytes + 100);
    text.append(piece);
  }
  EXPECT_EQ(families_of(text).at(0).samples.size(), 5'000U);
}

/// Any bytes, often those that mean something in the format.
std::string random_text(std::mt19937& random) {
  using namespace std::string_view_literals;
  static constexpr auto special = "\\\"\n{},= _a1\0\xC3\xA4\xE2\x82\xAC\xFF\x80"sv;
  std::string text;
  for (auto left = random() % 12; left > 0; --left)
    text.push_back(random() % 3 == 0 ? static_cast<char>(random()) : special[random() % special.size()]);
  return text;
}

TEST(Exposition, IsWellFormedWhateverTheLabelsHold) {
  std::mt19937 random{13};  // NOLINT(bugprone-random-generator-seed): every run must test the same
  for (int round = 0; round < 300; ++round) {
    std::vector<ReadingPtr> readings;
    KeyValues extra;
    for (auto left = random() % 4; left > 0; --left)
      extra.emplace_back(random() % 4 == 0 ? "device" : random_text(random), random_text(random));
    for (auto left = 1 + random() % 5; left > 0; --left) {
      auto container = *make_container("a", "b");
      container.subject = static_cast<metrics::Subject>(random() % metrics::subject_count);
      std::vector<std::pair<std::string, std::string>> labels;
      for (auto labels_left = random() % 6; labels_left > 0; --labels_left)
        labels.emplace_back((random() % 2 == 0 ? "container_label_" : "") + random_text(random), random_text(random));
      if (random() % 4 == 0) labels.emplace_back("device", "own");
      container.labels = metrics::LabelSet{labels};
      auto sample = test::full_sample();
      sample.networks.front().interface = random_text(random);
      sample.devices.front().device = random_text(random);
      readings.push_back(make_reading(std::make_shared<const metrics::Container>(container), std::move(sample)));
    }
    const auto text = whole({readings, selection_of("all"), now, {}, extra});
    const auto families = parse_scrape(text);
    ASSERT_TRUE(families) << "round " << round << ": " << families.error().message;
    ASSERT_FALSE(families->empty());
  }
}

}  // namespace
}  // namespace cspy::serve
