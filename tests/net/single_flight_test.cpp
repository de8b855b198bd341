#include "net/single_flight.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "tests/support/loop.hpp"

namespace cspy::net {
namespace {

struct SingleFlightTest : testing::Test {
  Task<int> land() {
    ++flights;
    co_await gate.wait();
    if (fails) throw std::runtime_error{"bug"};
    co_return flights;
  }
  Task<void> ask(Clock::duration patience) {
    try {
      const auto got = co_await flight.run(Clock::now() + patience, [this] { return land(); });
      results += got ? std::to_string(*got) : "-";
    } catch (const std::runtime_error&) {
      results += 'x';
    }
  }

  boost::asio::io_context io;
  Alarm gate{io};
  SingleFlight<int> flight{io};
  int flights = 0;
  bool fails = false;
  std::string results;
};

TEST_F(SingleFlightTest, GivesTheResultToAllWhoAskMeanwhile) {
  for (int i = 0; i < 3; ++i)
    test::spawn(io, ask(test::patience));
  io.poll();
  EXPECT_TRUE(flight.in_progress());
  gate.notify();
  ASSERT_TRUE(test::run_until(io, [&] { return results.size() == 3; }));
  EXPECT_EQ(results, "111");
  EXPECT_FALSE(flight.in_progress());
  test::spawn(io, ask(test::patience));
  gate.notify();
  ASSERT_TRUE(test::run_until(io, [&] { return results.size() == 4; }));
  EXPECT_EQ(results, "1112") << "an ended flight is not shared";
}

TEST_F(SingleFlightTest, LetsAWaiterLeaveAtItsDeadline) {
  test::spawn(io, ask(test::patience));
  io.poll();
  test::spawn(io, ask(std::chrono::milliseconds{20}));
  ASSERT_TRUE(test::run_until(io, [&] { return results.size() == 1; }));
  EXPECT_EQ(results, "-");
  gate.notify();
  ASSERT_TRUE(test::run_until(io, [&] { return results.size() == 2; }));
  EXPECT_EQ(results, "-1");
}

TEST_F(SingleFlightTest, LetsWaitersGoIfTheOperationThrows) {
  fails = true;
  test::spawn(io, ask(test::patience));
  test::spawn(io, ask(test::patience));
  io.poll();
  gate.notify();
  ASSERT_TRUE(test::run_until(io, [&] { return results.size() == 2; }));
  EXPECT_EQ(results, "x-");
  EXPECT_FALSE(flight.in_progress());
}

}  // namespace
}  // namespace cspy::net
