// Order, bounds, waiting and giving up, with a clock that the test moves.
#include "otlp/delivery.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "tests/support/readings.hpp"

namespace cspy::otlp {
namespace {

using namespace std::chrono_literals;
using Kind = Outcome::Kind;
using StepKind = Delivery::Step::Kind;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;

const Outcome accepted{.kind = Kind::accepted, .status = 200};
const Outcome away{.kind = Kind::transient, .status = 0};
constexpr double half = 0.5;

/// A receiver that is away or not, and an agent that pushes rounds, on one clock that only run_until() moves.
struct World {
  static constexpr queue::Backlog::Bounds usual{.bytes_max = 32 * 1024 * 1024, .age_max = 50min};

  explicit World(Delivery::Settings settings = {.interval = 10s, .request_timeout = 10s, .round_timeout = 30s},
                 queue::Backlog::Bounds bounds = usual)
      : interval{settings.interval}, backlog{bounds}, delivery{settings, backlog} {}

  [[nodiscard]] UnixNanos wall() const { return static_cast<UnixNanos>((now - begin) / 1ns) + test::started_at; }

  void push(int containers = 2) {
    metrics::Round round{.time = wall(), .readings = {}, .endings = {}};
    for (int i = 0; i < containers; ++i)
      round.readings.push_back(test::make_reading(test::make_container("c" + std::to_string(i), "web")));
    lost += backlog.push({.sequence = ++pushed, .round = std::move(round)}).size();
  }

  /// One step; what was sent is in `requests`, the number of its round.
  void step() {
    lost += backlog.expire(wall()).size();
    const auto next = delivery.next(now);
    switch (next.kind) {
      case StepKind::idle: wake = net::TimePoint::max(); return;
      case StepKind::wait: wake = next.until; return;
      case StepKind::send: {
        requests.push_back(backlog.rounds().front().sequence);
        deadlines.push_back(next.until);
        const auto change = delivery.answered(answer(next.batch), now, half);
        if (change.answered) delivered.push_back(change.answered->sequence);
        points_lost += change.points_lost;
        gave_up = gave_up || change.give_up;
        wake = now;
      }
    }
  }

  /// Lets time pass, a round an interval; `most` is watched on the way.
  void run_until(net::TimePoint end) {
    while (now < end) {
      const auto next = std::min({end, next_push, wake});
      now = std::max(now, next);
      if (now >= next_push) {
        push();
        next_push += interval;
        wake = now;
      }
      if (now >= wake) step();
      most_bytes = std::max(most_bytes, backlog.bytes());
      most_waiting = std::max(most_waiting, backlog.rounds().size());
    }
  }

  milliseconds interval;
  queue::Backlog backlog;
  Delivery delivery;
  net::TimePoint begin{1'000'000s};
  net::TimePoint now = begin;
  net::TimePoint next_push = begin;
  net::TimePoint wake = begin;
  std::function<Outcome(const Batch&)> answer = [](const Batch&) { return accepted; };
  std::uint64_t pushed = 0;
  std::size_t lost = 0;
  std::uint64_t points_lost = 0;
  bool gave_up = false;
  std::vector<std::uint64_t> requests, delivered;
  std::vector<net::TimePoint> deadlines;
  std::size_t most_bytes = 0, most_waiting = 0;
};

std::vector<std::uint64_t> first(std::uint64_t count) {
  std::vector<std::uint64_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 1);
  return numbers;
}

TEST(Delivery, SendsEachRoundAtOnceWhileAllIsWell) {
  World world;
  world.run_until(world.begin + 5min);
  EXPECT_EQ(world.delivered, first(31)) << "one at the start, and one every ten seconds";
  EXPECT_EQ(world.requests, first(31));
  EXPECT_EQ(world.backlog.bytes(), 0U);
}

TEST(Delivery, LosesNothingInThirtyMinutesWithoutAReceiver) {
  World world;
  const auto back = world.begin + 1min + 30min;
  world.answer = [&](const Batch&) { return world.now > world.begin + 1min && world.now < back ? away : accepted; };
  world.run_until(back + 2min);
  EXPECT_EQ(world.delivered, first(world.pushed)) << "each round once, in order";
  EXPECT_EQ(world.lost, 0U);
  EXPECT_GT(world.most_waiting, 175U);
  EXPECT_LT(world.requests.size() - world.delivered.size(), 100U) << "it asks about twice a minute, not all the time";
  EXPECT_EQ(world.backlog.bytes(), 0U);
}

TEST(Delivery, TakesUpToAMinuteAndAHalfToCatchUpWithHalfAnHour) {
  World world;
  const auto back = world.begin + 30min;
  world.answer = [&](const Batch&) { return world.now < back ? away : accepted; };
  world.run_until(back + 90s);
  EXPECT_EQ(world.backlog.rounds().size(), 0U);
  // A backlog is not sent all at once.
  EXPECT_GT(world.most_waiting * limits::backlog_pause_min, 5s);
}

TEST(Delivery, KeepsToItsBoundAndDropsTheOldest) {
  const auto round_bytes = [] {
    World probe;
    probe.push();
    return probe.backlog.bytes();
  }();
  World world{{.interval = 10s}, {.bytes_max = 20 * round_bytes, .age_max = 50min}};
  const auto back = world.begin + 10min;
  world.answer = [&](const Batch&) { return world.now < back ? away : accepted; };
  world.run_until(back + 2min);
  EXPECT_LE(world.most_bytes, 20 * round_bytes);
  EXPECT_GE(world.lost, 40U);
  EXPECT_EQ(world.delivered.size() + world.lost, world.pushed);
  EXPECT_TRUE(std::ranges::is_sorted(world.delivered));
  EXPECT_EQ(world.delivered.front(), world.lost + 1) << "the oldest was dropped";
}

TEST(Delivery, DropsWhatIsTooOld) {
  World world{{.interval = 10s}, {.bytes_max = 32 * 1024 * 1024, .age_max = 5min}};
  const auto back = world.begin + 20min;
  world.answer = [&](const Batch&) { return world.now < back ? away : accepted; };
  world.run_until(back + 1min);
  EXPECT_LE(world.most_waiting, 31U);
  EXPECT_EQ(world.delivered.size() + world.lost, world.pushed);
  EXPECT_EQ(world.delivered.front(), world.lost + 1);
}

TEST(Delivery, WaitsLongerEachTimeWithJitter) {
  World world;
  world.answer = [](const Batch&) { return away; };
  world.push();
  std::vector<milliseconds> waits;
  for (int i = 0; i < 7; ++i) {
    world.step();
    world.step();
    waits.push_back(std::chrono::duration_cast<milliseconds>(world.wake - world.now));
    world.now = world.wake;
  }
  EXPECT_THAT(waits, ElementsAre(750ms, 1500ms, 3000ms, 6000ms, 12000ms, 22500ms, 22500ms))
      << "doubled up to 30 s, less a quarter where the random number is a half";
}

TEST(Delivery, ObeysTheReceiversWish) {
  for (const auto& [wish, wait] : {std::pair{60'000ms, 60'000ms}, std::pair{100ms, 750ms},
                                   std::pair{milliseconds{24h}, milliseconds{limits::retry_after_max}}}) {
    World world;
    Outcome busy{.kind = Kind::transient, .status = 429, .retry_after = wish};
    world.answer = [&](const Batch&) { return busy; };
    world.push();
    world.step();
    world.step();
    EXPECT_EQ(world.wake - world.now, wait) << wish;
  }
}

TEST(Delivery, GoesOnWhereTheRoundWasInterrupted) {
  World world{{.interval = 10s, .request_bytes = 1}};
  std::vector<std::string> taken;
  int seen = 0;
  world.answer = [&](const Batch& batch) {
    if (++seen == 3) return away;
    taken.push_back(batch.readings[0]->container->id);
    return accepted;
  };
  world.push(4);
  while (world.delivered.empty()) {
    world.step();
    world.now = std::max(world.now, world.wake);
  }
  EXPECT_THAT(taken, ElementsAre("c0", "c1", "c2", "c3")) << "acknowledged requests are not sent again";
}

TEST(Delivery, DropsOnlyTheRequestThatIsRefusedForGood) {
  World world{{.interval = 10s, .request_bytes = 1}};
  int seen = 0;
  world.answer = [&](const Batch&) { return ++seen == 2 ? Outcome{.kind = Kind::permanent, .status = 400} : accepted; };
  world.push(3);
  world.run_until(world.begin + 1s);
  EXPECT_EQ(world.points_lost, test::make_reading(test::make_container("x", "x"))->points);
  EXPECT_THAT(world.delivered, ElementsAre(1, 2)) << "two rounds, since one is pushed at the start";
}

TEST(Delivery, MakesRequestsSmallerWhereTheReceiverWantsThat) {
  World world;
  std::size_t largest_taken = 0;
  world.answer = [&](const Batch& batch) {
    if (batch.readings.size() > 3) return Outcome{.kind = Kind::too_large, .status = 413};
    largest_taken = std::max(largest_taken, batch.readings.size());
    return accepted;
  };
  world.push(20);
  while (world.delivered.empty())
    world.step();
  EXPECT_GT(largest_taken, 1U);
  EXPECT_EQ(world.points_lost, 0U);
  const auto before = world.requests.size();
  world.push(3);
  while (world.delivered.size() < 2) {
    world.step();
    world.now = std::max(world.now, world.wake);
  }
  EXPECT_LE(world.requests.size() - before, 2U) << "the smaller size is remembered";
}

TEST(Delivery, LosesAContainerThatIsTooLargeAlone) {
  World world;
  world.answer = [](const Batch&) { return Outcome{.kind = Kind::too_large, .status = 413}; };
  world.push(5);
  while (world.delivered.empty())
    world.step();
  EXPECT_EQ(world.points_lost, 5U * test::make_reading(test::make_container("x", "x"))->points);
}

TEST(Delivery, SendsLargerRequestsAgainAfterOneWasRefused) {
  World world;
  int seen = 0;
  std::size_t most = 0;
  world.answer = [&](const Batch& batch) {
    if (++seen == 1) return Outcome{.kind = Kind::too_large, .status = 413};
    most = std::max(most, batch.readings.size());
    return accepted;
  };
  world.push(20);
  world.step();
  world.run_until(world.begin + 10min);
  const auto shrunk = std::exchange(most, 0);
  world.push(20);
  world.next_push = net::TimePoint::max();
  world.run_until(world.now + 10s);
  EXPECT_LT(shrunk, 20U);
  EXPECT_GT(most, shrunk);
}

TEST(Delivery, KeepsUpWithAReceiverThatIsFarAway) {
  std::vector<metrics::ReadingPtr> readings;
  constexpr std::size_t containers = 500;
  readings.reserve(containers);
  for (std::size_t i = 0; i < containers; ++i)
    readings.push_back(test::make_reading(test::make_container("c" + std::to_string(i), "web")));
  struct Result {
    std::size_t waiting, largest;
  };
  const auto result_with = [&](std::size_t request_bytes_max) {
    World world{{.interval = 10s, .request_timeout = 10s, .request_bytes_max = request_bytes_max}};
    world.next_push = net::TimePoint::max();
    std::size_t largest = 0;
    world.answer = [&](const Batch& batch) {
      largest = std::max(largest, estimated_bytes(batch));
      world.now += 250ms;  // three round trips of 80 ms
      return accepted;
    };
    for (int i = 1; i <= 30; ++i) {
      EXPECT_TRUE(
          world.backlog
              .push({.sequence = ++world.pushed, .round = {.time = world.wall(), .readings = readings, .endings = {}}})
              .empty());
      world.wake = world.now;
      world.run_until(world.begin + i * 10s);
    }
    return Result{.waiting = world.backlog.rounds().size(), .largest = largest};
  };
  EXPECT_GT(result_with(limits::request_bytes_target).waiting, 5U) << "which is what it must overcome";
  const auto grown = result_with(limits::request_bytes_max);
  EXPECT_LE(grown.waiting, 1U);
  EXPECT_GT(grown.largest, limits::request_bytes_target);
  EXPECT_LE(grown.largest, limits::request_bytes_max);
}

TEST(Delivery, RepeatsARequestThatSomethingElseAnswered) {
  World world;
  Outcome foreign{.kind = Kind::permanent, .message = "not HTTP", .foreign = true};
  world.answer = [&](const Batch&) { return foreign; };
  world.push();
  world.step();
  EXPECT_GT(world.points_lost, 0U) << "nothing shows that a receiver is there";
  world.answer = [&](const Batch&) { return accepted; };
  world.push();
  world.step();
  world.answer = [&](const Batch&) { return foreign; };
  world.push();
  const auto lost = world.points_lost;
  world.run_until(world.begin + 1min);
  EXPECT_EQ(world.points_lost, lost);
  world.answer = [&](const Batch&) { return accepted; };
  world.run_until(world.begin + 3min);
  EXPECT_EQ(world.points_lost, lost);
  EXPECT_TRUE(world.backlog.empty());
}

TEST(Delivery, GivesARequestItsTimeAndARoundItsOwn) {
  World world{{.interval = 60s, .request_timeout = 10s, .round_timeout = 15s, .request_bytes = 1}};
  world.answer = [&](const Batch&) {
    world.now += 9s;
    return accepted;
  };
  world.push(3);
  world.step();
  world.step();
  EXPECT_EQ(world.deadlines[0] - world.begin, 10s);
  EXPECT_EQ(world.deadlines[1] - world.begin, 15s) << "what is left of the round's time";
  world.step();
  EXPECT_GT(world.wake, world.now) << "the attempt has timed out; the next one continues with the third request";
  EXPECT_THAT(world.delivered, IsEmpty());
}

TEST(Delivery, HasNoDeadlineWhereNoneIsSet) {
  World world{{.interval = 60s}, {.bytes_max = 1, .age_max = 50min}};
  world.push(1);
  world.step();
  EXPECT_THAT(world.deadlines, ElementsAre(net::TimePoint::max()));
}

TEST(Delivery, NeverDropsTheRoundThatIsOnItsWay) {
  World world{{.interval = 60s}, {.bytes_max = 1, .age_max = 1min}};
  world.push();
  const auto step = world.delivery.next(world.now);
  ASSERT_EQ(step.kind, StepKind::send);
  world.push();
  world.push();
  world.now += 1h;
  EXPECT_EQ(world.backlog.expire(world.wall()).size(), 1U);
  EXPECT_EQ(world.backlog.rounds().front().sequence, 1U);
  EXPECT_EQ(step.batch.readings.size(), 2U);
  EXPECT_EQ(step.batch.readings[1]->container->id, "c1") << "the referenced reading still exists";
  EXPECT_TRUE(world.delivery.answered(accepted, world.now, half).answered);
}

TEST(Delivery, TriesOnceMoreAtTheEndAndThenGivesUp) {
  World world;
  world.answer = [](const Batch&) { return away; };
  world.push();
  world.push();
  world.step();
  world.step();
  EXPECT_GT(world.wake, world.now);
  world.delivery.hurry();
  world.step();
  EXPECT_EQ(world.requests.size(), 2U);
  EXPECT_TRUE(world.gave_up);
  EXPECT_EQ(world.backlog.clear().size(), 2U);
  EXPECT_EQ(world.backlog.bytes(), 0U);
}

}  // namespace
}  // namespace cspy::otlp
