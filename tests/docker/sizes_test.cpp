// What engines say of their disks, in the three shapes they have for it.
#include "docker/sizes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/details.hpp"
#include "tests/support/data.hpp"

namespace cspy::docker {

void PrintTo(const Usage& usage, std::ostream* out) {
  for (const auto& [name, value] : {std::pair{"objects ", usage.objects}, std::pair{" bytes ", usage.bytes},
                                    std::pair{" reclaimable ", usage.reclaimable_bytes}})
    *out << name << (value ? std::to_string(*value) : "-");
}

namespace {

using Answer = DiskReportReader::Answer;

Result<DiskReport> read(Answer answer, std::string_view body, std::size_t step = 1'000'000) {
  DiskReportReader reader{answer};
  for (; !body.empty(); body.remove_prefix(std::min(step, body.size()))) {
    if (auto fed = reader.feed(body.substr(0, step)); !fed) return std::unexpected{fed.error()};
  }
  return reader.finish();
}

Totals totals_of(std::string_view body) {
  const auto report = read(Answer::usage, body);
  EXPECT_TRUE(report) << report.error().message;
  return report ? report->totals : Totals{};
}

/// "0932af8e 4096 of 2068480", of those that have written something.
std::vector<std::string> summary(const DiskReport& report) {
  std::vector<std::string> lines;
  for (const auto& [id, sizes] : report.containers) {
    if (sizes.writable != 0)
      lines.push_back(id.substr(0, 8) + " " + std::to_string(sizes.writable) + " of " + std::to_string(sizes.root_fs));
  }
  return lines;
}

struct Recorded {
  std::string file;
  Answer answer;
  std::size_t containers;
  Usage usage;
  std::vector<std::string> written;
};

TEST(Sizes, OfContainersAreReadFromEveryRecordedAnswer) {
  const std::vector<Recorded> answers{
      {"docker-20.10-cgroup1/containers.size.json",
       Answer::list_of_all,
       4,
       {4, 1'048'576, 0},
       {"15223c57 1048576 of 9691832"}},
      {"docker-20.10-cgroup1/system-df.container.json",
       Answer::usage,
       5,
       {5, 1'048'576, 0},
       {"15223c57 1048576 of 9691832"}},
      {"docker-28.5-cgroup2/containers.size.json",
       Answer::list_of_all,
       9,
       {9, 5'242'880, 0},
       {"060ebb29 4194304 of 6257655", "c1f98624 1048576 of 3111927"}},
      {"docker-28.5-cgroup2/system-df.container.json",
       Answer::usage,
       12,
       {12, 5'242'880, 0},
       {"060ebb29 4194304 of 6257655", "c1f98624 1048576 of 3111927"}},
      {"docker-29-cgroup2/containers.size.json", Answer::list_of_all, 9, {9, 4'096, 0}, {"e8a060a2 4096 of 2068480"}},
      {"docker-29-cgroup2/system-df.container.json", Answer::usage, 11, {11, 4'096, 0}, {"e8a060a2 4096 of 2068480"}},
      {"podman-5-cgroup2/containers.size.json",
       Answer::list_of_all,
       2,
       {2, 1'071'268, 0},
       {"e0b8cc23 11261 of 2091203", "f0d79066 1060007 of 3139949"}},
      {"podman-5-cgroup2/system-df.container.json",
       Answer::usage,
       2,
       {2, 1'071'268, 0},
       {"e0b8cc23 11261 of 2091203", "f0d79066 1060007 of 3139949"}},
  };
  for (const auto& [file, answer, containers, usage, written] : answers) {
    const auto report = read(answer, test::read_data(file));
    ASSERT_TRUE(report) << file << ": " << report.error().message;
    EXPECT_EQ(report->containers.size(), containers) << file;
    EXPECT_EQ(report->totals.containers, usage) << file;
    EXPECT_EQ(summary(*report), written) << file;
  }
}

TEST(Sizes, OfOneThatHasWrittenNothingAreZeroAndOfOneThatIsUnknownAbsent) {
  const auto report = read(Answer::list_of_all, R"([{"Id":"aa","State":"running","SizeRootFs":100},)"
                                                R"({"Id":"bb","State":"running","SizeRw":-1,"SizeRootFs":100},)"
                                                R"({"Id":"cc","State":"running"},)"
                                                R"({"Id":"dd","State":"exited","SizeRw":5,"SizeRootFs":105}])");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->containers, (std::map<std::string, Sizes, std::less<>>{{"aa", {.writable = 0, .root_fs = 100}},
                                                                           {"dd", {.writable = 5, .root_fs = 105}}}));
  EXPECT_EQ(report->totals.containers, (Usage{.objects = 4, .bytes = 5, .reclaimable_bytes = 5}))
      << "one that does not run can be removed";
}

TEST(Sizes, OfThoseThatRunMakeNoTotal) {
  const auto report = read(Answer::list_of_running, test::read_data("docker-28.5-cgroup2/containers.size.json"));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->containers.size(), 9U);
  EXPECT_EQ(report->totals, Totals{});
}

TEST(DiskUsageTotals, OfOldEnginesAreCountedFromTheirObjects) {
  EXPECT_EQ(totals_of(test::read_data("docker-20.10-cgroup1/system-df.container.json")),
            (Totals{.images = {.objects = 2, .bytes = 17'286'464, .reclaimable_bytes = 8'643'208},
                    .containers = {.objects = 5, .bytes = 1'048'576, .reclaimable_bytes = 0},
                    .volumes = {.objects = 0, .bytes = 0, .reclaimable_bytes = 0},
                    .build_cache = {}}))
      << "null is not counted";
  EXPECT_EQ(totals_of(test::read_data("fleet-cadvisor-cgroup1/api/system-df.container.json")).volumes,
            (Usage{.objects = 1, .bytes = 8'388'608, .reclaimable_bytes = 0}));
  EXPECT_EQ(totals_of(test::read_data("podman-5-cgroup2/system-df.container.json")),
            (Totals{.images = {.objects = 1, .bytes = 2'079'942, .reclaimable_bytes = 0},
                    .containers = {.objects = 2, .bytes = 1'071'268, .reclaimable_bytes = 0},
                    .volumes = {.objects = 0, .bytes = 0, .reclaimable_bytes = 0},
                    .build_cache = {.objects = 0, .bytes = 0, .reclaimable_bytes = 0}}));
}

TEST(DiskUsageTotals, CountAsTheEngineDoes) {
  EXPECT_EQ(
      totals_of(
          R"({"LayersSize":1000,"Images":[{"Id":"sha256:a","Containers":2,"Size":600,"SharedSize":200,"VirtualSize":600},)"
          R"({"Containers":0,"Size":500,"SharedSize":200},{"Containers":0,"Size":70,"SharedSize":-1},)"
          R"({"Containers":-1,"Size":30,"SharedSize":0},{"Containers":0,"Size":1,"SharedSize":9}],)"
          R"("Containers":null,)"
          R"("Volumes":[{"Name":"a","UsageData":{"RefCount":1,"Size":10}},{"Name":"b","UsageData":{"RefCount":0,"Size":20}},)"
          R"({"Name":"c","UsageData":{"RefCount":-1,"Size":-1}},{"Name":"nfs","UsageData":null}],)"
          R"("BuildCache":[{"ID":"x","Size":7,"InUse":false,"Shared":false},{"Size":100,"InUse":true,"Shared":false},)"
          R"({"Size":1000,"InUse":false,"Shared":true}]})"),
      (Totals{.images = {.objects = 5, .bytes = 1'000, .reclaimable_bytes = 300},
              .containers = {},
              .volumes = {.objects = 4, .bytes = 30, .reclaimable_bytes = 20},
              .build_cache = {.objects = 3, .bytes = 1'107, .reclaimable_bytes = 7}}));
}

TEST(DiskUsageTotals, OfEnginesSince29AreTheirOwnSummaries) {
  EXPECT_EQ(totals_of(R"({"ImageUsage":{"ActiveCount":1,"Reclaimable":2011,"TotalCount":2,"TotalSize":4096},)"
                      R"("VolumeUsage":{},"BuildCacheUsage":{"TotalCount":4,"TotalSize":98765432}})"),
            (Totals{.images = {.objects = 2, .bytes = 4'096, .reclaimable_bytes = 2'011},
                    .containers = {},
                    .volumes = {.objects = 0, .bytes = 0, .reclaimable_bytes = 0},
                    .build_cache = {.objects = 4, .bytes = 98'765'432, .reclaimable_bytes = 0}}))
      << "zeros are left out";
  // 29.x adds the lists of before although they were not asked for.
  EXPECT_EQ(totals_of(R"({"LayersSize":4096,"Images":[{"Containers":-1,"Size":1,"SharedSize":-1}],)"
                      R"("ImageUsage":{"Reclaimable":2011,"TotalCount":2,"TotalSize":4096}})")
                .images,
            (Usage{.objects = 2, .bytes = 4'096, .reclaimable_bytes = 2'011}));
}

TEST(DiskReports, AreTheSameHoweverTheyArrive) {
  const auto body = test::read_data("docker-29-cgroup2/system-df.container.json");
  const auto whole = read(Answer::usage, body);
  ASSERT_TRUE(whole);
  for (const std::size_t step : {1U, 7U, 100U}) {
    const auto parts = read(Answer::usage, body, step);
    ASSERT_TRUE(parts) << step;
    EXPECT_EQ(parts->containers, whole->containers) << step;
    EXPECT_EQ(parts->totals, whole->totals) << step;
  }
}

TEST(DiskReports, OfTheWrongShapeAreErrors) {
  EXPECT_EQ(read(Answer::usage, "[]").error().message, "'' has the wrong type");
  EXPECT_EQ(read(Answer::list_of_all, "{}").error().message, "'' has the wrong type");
  EXPECT_EQ(read(Answer::list_of_all, R"([{"SizeRw":"1"}])").error().message, "'[].SizeRw' has the wrong type");
  EXPECT_EQ(read(Answer::usage, R"({"Images":[{"Size":1.5}]})").error().message, "'Images[].Size' has the wrong type");
  EXPECT_EQ(read(Answer::usage, R"({"ImageUsage":{"TotalSize":-1}})").error().message,
            "'ImageUsage.TotalSize' has the wrong type");
  EXPECT_TRUE(read(Answer::usage, R"({"Volumes":[)").error().message.starts_with("not JSON at byte"));
}

TEST(DiskQuestions, WalkThroughContainersOnceAndOnlyThroughThoseThatAreWanted) {
  Engine engine;
  engine.api_max = {1, 41};
  EXPECT_EQ(disk_questions(engine, Which::running, false), (DiskQuestions{.list = "", .usage = "/system/df"}));
  EXPECT_EQ(disk_questions(engine, Which::running, true),
            (DiskQuestions{.list = "/containers/json?size=1", .usage = ""}));
  engine.api_max = {1, 51};
  EXPECT_EQ(disk_questions(engine, Which::running, false),
            (DiskQuestions{.list = "/containers/json?size=1",
                           .usage = "/system/df?type=image&type=volume&type=build-cache"}));
  EXPECT_EQ(disk_questions(engine, Which::all, true),
            (DiskQuestions{.list = "/containers/json?size=1&all=1", .usage = ""}));
  engine.api_max = {1, 54};
  EXPECT_EQ(disk_questions(engine, Which::all, false),
            (DiskQuestions{.list = "/containers/json?size=1&all=1",
                           .usage = "/system/df?type=image&type=volume&type=build-cache&verbose=0"}));
  engine.podman = true;
  EXPECT_EQ(disk_questions(engine, Which::all, false), (DiskQuestions{.list = "", .usage = "/system/df"}));
}

std::vector<std::string> details_of(const metrics::Sample& sample) {
  std::vector<std::string> lines;
  lines.reserve(sample.details.size());
  for (const auto& detail : sample.details)
    lines.push_back(std::to_string(static_cast<int>(detail.what)) + " " + detail.labels + " " +
                    std::to_string(detail.value));
  return lines;
}

TEST(AddSizes, KeepsTheOrderOfTheDetails) {
  using metrics::Tail;
  const auto line = [](Tail what, std::string label, int value) {
    return std::to_string(static_cast<int>(what)) + " " + label.append(1, '\0') + " " + std::to_string(value);
  };
  metrics::Sample sample;
  sample.details = {{.what = Tail::sockets, .labels = "", .value = 3},
                    {.what = Tail::fs_limit_bytes, .labels = std::string("/dev/sda\0", 9), .value = 1'000}};
  add_sizes(sample, {.writable = 7, .root_fs = 100}, "/dev/sda");
  metrics::sort_details(sample);
  EXPECT_THAT(details_of(sample), testing::ElementsAre("14  3", line(Tail::fs_usage_bytes, "/dev/sda", 7),
                                                       line(Tail::fs_limit_bytes, "/dev/sda", 1'000)));
  sample = {};
  add_sizes(sample, {.writable = 7, .root_fs = 100}, "");
  EXPECT_THAT(details_of(sample), testing::ElementsAre(line(Tail::fs_usage_bytes, "", 7)));
  sample = {};
  add_totals(sample, {.images = {.objects = 2, .bytes = 30, .reclaimable_bytes = {}},
                      .containers = {},
                      .volumes = {.objects = 1, .bytes = 5, .reclaimable_bytes = 0},
                      .build_cache = {}});
  metrics::sort_details(sample);
  EXPECT_THAT(details_of(sample), testing::ElementsAre(line(Tail::engine_disk_usage_bytes, "images", 30),
                                                       line(Tail::engine_disk_usage_bytes, "volumes", 5),
                                                       line(Tail::engine_disk_reclaimable_bytes, "volumes", 0),
                                                       line(Tail::engine_disk_objects, "images", 2),
                                                       line(Tail::engine_disk_objects, "volumes", 1)));
}

}  // namespace
}  // namespace cspy::docker
