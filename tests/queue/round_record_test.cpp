// What is written down is read back, whole and shared as it was; what is not ours is refused.
#include "queue/round_record.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "metrics/sample_parts.hpp"
#include "otlp/encode_protobuf.hpp"
#include "tests/support/readings.hpp"

namespace cspy::queue {
namespace {

using test::make_container;
using test::make_reading;
using test::started_at;

metrics::Round full_round() {
  auto cgroup1 = test::full_sample();
  cgroup1.cpu_each_ns = {1, 0, 1ULL << 63U};
  cgroup1.health = metrics::Health::none;
  cgroup1.devices.push_back({.major = 7, .minor = 3, .device = "", .read_bytes = 1, .write_bytes = std::nullopt});
  cgroup1.networks.emplace_back().interface = "lan\xC3\xA4";
  cgroup1.missed = metrics::parts_of({&metrics::Sample::threads, &metrics::Sample::memory_working_set});
  cgroup1.missed |= metrics::parts_of(metrics::Tail::sockets);
  cgroup1.missed.cpus = cgroup1.missed.networks = true;
  cgroup1.agent_begun = started_at - 5;
  cgroup1.booted = started_at - 7;
  cgroup1.kills_by_kernel = true;
  const auto web = make_container("w", "web");
  const auto last = make_reading(web, cgroup1);
  const auto now = make_reading(web);
  metrics::Container bare;
  bare.id = "bare";
  bare.shares_network = true;
  const auto empty = make_reading(std::make_shared<const metrics::Container>(bare), {});
  return {.time = started_at,
          .readings = {now, empty},
          .endings = {{.last = last, .now = now}, {.last = make_reading(make_container("g", "gone")), .now = nullptr}}};
}

std::string record_of(metrics::Round round) {
  if (!round.identity) round.identity = test::make_identity();
  std::string record{"old content"};
  write_round(round, record);
  return record;
}

Result<metrics::Round> read(std::string_view record) {
  SharedParts shared;
  return read_round(record, shared);
}

void expect_same(const metrics::Container& a, const metrics::Container& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.labels, b.labels);
  EXPECT_EQ(a.created, b.created);
  EXPECT_EQ(a.started, b.started);
  EXPECT_EQ(a.limits.memory_bytes, b.limits.memory_bytes);
  EXPECT_EQ(a.limits.cpu_period_us, b.limits.cpu_period_us);
  EXPECT_EQ(a.limits.cpu_quota_us, b.limits.cpu_quota_us);
  EXPECT_EQ(a.limits.cpu_shares, b.limits.cpu_shares);
  EXPECT_EQ(a.shares_network, b.shares_network);
}

TEST(RoundRecord, KeepsACgroupByItsPath) {
  auto cgroup = *make_container("", "");
  cgroup.id = cgroup.name =
      "/user.slice/user-1000.slice/user@1000.service/app.slice/" + std::string(300, 'a') + ".scope";
  cgroup.subject = metrics::Subject::cgroup;
  const auto reading = make_reading(std::make_shared<const metrics::Container>(cgroup));
  const auto again = read(record_of({.time = 1, .readings = {reading}, .endings = {}}));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->readings.at(0)->container->id, cgroup.id);
  EXPECT_EQ(again->readings.at(0)->container->subject, metrics::Subject::cgroup);
}

TEST(RoundRecord, KeepsAsManyLabelsAsAContainerMayHave) {
  auto web = *make_container("w", "web");
  std::vector<std::pair<std::string, std::string>> labels{
      {"id", "/docker/w"}, {"image", "shop/web:1.4"}, {"name", "web"}};
  for (std::size_t i = 0; i < limits::labels_max; ++i) {
    labels.emplace_back("container_label_l" + std::to_string(i), "x");
    labels.emplace_back("container_env_v" + std::to_string(i), "x");
  }
  web.labels = metrics::LabelSet{labels};
  const auto reading = make_reading(std::make_shared<const metrics::Container>(web));
  const auto again = read(record_of({.time = 1, .readings = {reading}, .endings = {}}));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->readings.at(0)->container->labels, web.labels);
}

TEST(RoundRecord, IsReadBackAsItWas) {
  const auto round = full_round();
  const auto again = read(record_of(round));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->time, round.time);
  EXPECT_EQ(*again->identity, *test::make_identity());
  ASSERT_EQ(again->readings.size(), round.readings.size());
  ASSERT_EQ(again->endings.size(), round.endings.size());
  for (std::size_t i = 0; i < round.readings.size(); ++i) {
    expect_same(*again->readings[i]->container, *round.readings[i]->container);
    EXPECT_EQ(again->readings[i]->shape, round.readings[i]->shape);
    EXPECT_EQ(again->readings[i]->points, round.readings[i]->points);
  }
  for (std::size_t i = 0; i < round.endings.size(); ++i) {
    const auto& sample = round.endings[i].last->sample;
    EXPECT_EQ(again->endings[i].last->sample.missed, sample.missed);
    EXPECT_EQ(again->endings[i].last->sample.agent_begun, sample.agent_begun);
    EXPECT_EQ(again->endings[i].last->sample.booted, sample.booted);
    EXPECT_EQ(again->endings[i].last->sample.kills_by_kernel, sample.kills_by_kernel);
  }
  // What is sent of it is the same to the last byte, which compares every number.
  otlp::ProtobufEncoder one, other;
  const otlp::Batch batch{.time = round.time, .readings = round.readings, .endings = round.endings};
  const otlp::Batch batch_again{.time = again->time, .readings = again->readings, .endings = again->endings};
  EXPECT_EQ(one.encode({}, batch), other.encode({}, batch_again));
  EXPECT_EQ(record_of(*again), record_of(round));
}

TEST(RoundRecord, KeepsWhatIsAbsentAbsentAndWhatIsZeroZero) {
  metrics::Sample sample;
  sample.memory_usage = 0;
  const auto again =
      read(record_of({.time = 1, .readings = {make_reading(make_container("a", "b"), sample)}, .endings = {}}));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->readings[0]->sample.memory_usage, Count{0});
  EXPECT_FALSE(again->readings[0]->sample.memory_rss.has_value());
}

TEST(RoundRecord, WithTwoValuesOfOneSeriesGivesOne) {
  metrics::Sample sample;
  metrics::add_detail(sample, metrics::Tail::sockets, {}, 7);
  metrics::add_detail(sample, metrics::Tail::file_descriptors, {}, 5);
  metrics::add_detail(sample, metrics::Tail::sockets, {}, 6);
  const auto again =
      read(record_of({.time = 1, .readings = {make_reading(make_container("w", "web"), sample)}, .endings = {}}));
  ASSERT_TRUE(again) << again.error().message;
  std::vector<std::uint64_t> values;
  for (const auto& detail : again->readings.at(0)->sample.details)
    values.push_back(detail.value);
  EXPECT_THAT(values, testing::UnorderedElementsAre(5, 6));
}

TEST(RoundRecord, SharesWhatWasShared) {
  const auto again = read(record_of(full_round()));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->endings[0].now, again->readings[0]);
  EXPECT_EQ(again->endings[0].last->container, again->readings[0]->container);
}

TEST(RoundRecord, SharesWhatIsEqualInTheRecordsThatAreReadTogether) {
  const auto web = make_reading(make_container("w", "web"));
  const auto renamed = make_reading(make_container("w", "www"));
  SharedParts shared;
  const auto read_next = [&](const metrics::ReadingPtr& reading, metrics::IdentityPtr identity) {
    return *read_round(record_of({.time = 1, .readings = {reading}, .endings = {}, .identity = std::move(identity)}),
                       shared);
  };
  const auto first = read_next(web, test::make_identity());
  const auto second = read_next(web, test::make_identity());
  const auto third = read_next(renamed, test::make_identity("another"));
  EXPECT_EQ(first.readings[0]->container, second.readings[0]->container);
  EXPECT_EQ(first.identity, second.identity);
  EXPECT_EQ(third.readings[0]->container->name, "www");
  EXPECT_EQ(*third.identity, *test::make_identity("another"));
}

TEST(RoundRecord, WritesAContainerOnce) {
  const auto container = make_container("w", std::string(2000, 'n'));
  const auto one = record_of({.time = 1, .readings = {make_reading(container)}, .endings = {}}).size();
  const auto both = record_of({.time = 1,
                               .readings = {make_reading(container)},
                               .endings = {{.last = make_reading(container), .now = nullptr}}})
                        .size();
  EXPECT_LT(both, one + 2'000) << "less than the name alone has";
}

TEST(RoundRecord, OfWhichAPieceIsMissingIsRefusedOrARound) {
  const auto record = record_of(full_round());
  std::size_t refused = 0;
  for (std::size_t size = 0; size < record.size(); ++size) {
    const auto round = read(std::string_view{record}.substr(0, size));
    if (round) {
      EXPECT_TRUE(read(record_of(*round)));
    } else {
      ++refused;
    }
  }
  EXPECT_GT(refused, record.size() / 2);
}

TEST(RoundRecord, SurvivesAnyByteBeingAnother) {
  const auto record = record_of(full_round());
  for (std::size_t i = 0; i < record.size(); ++i) {
    for (const unsigned flip : {1U, 0x80U, 0xFFU}) {
      auto damaged = record;
      damaged[i] = static_cast<char>(static_cast<unsigned char>(damaged[i]) ^ flip);
      if (const auto round = read(damaged)) {
        EXPECT_TRUE(read(record_of(*round)));
      }
    }
  }
}

TEST(RoundRecord, RefusesReferencesToNothing) {
  EXPECT_EQ(read(std::string{"\x1a\x02\x08\x05", 4}).error().message,
            "not a round record: a reference to a missing entry");
  EXPECT_EQ(read(std::string{"\x2a\x00", 2}).error().message, "not a round record: an ending without a reading");
}

TEST(RoundRecord, WithoutAnIdentityIsRefused) {
  EXPECT_EQ(read("").error().message, "not a round record: a round without an identity");
}

}  // namespace
}  // namespace cspy::queue
