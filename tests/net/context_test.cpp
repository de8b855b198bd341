#include "net/context.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "tests/support/loop.hpp"

namespace cspy::net {
namespace {

using std::chrono::milliseconds;

Task<bool> ended(Task<void> task) {
  co_await std::move(task);
  co_return true;
}

struct StepsTest : testing::Test {
  bool run(std::size_t at_once, std::size_t at_once_max, std::function<Task<bool>()> step) {
    return test::run(io, ended(run_steps(at_once, at_once_max, std::move(step)))).value_or(false);
  }

  boost::asio::io_context io;
};

TEST_F(StepsTest, RunSoManyAtATimeUntilNoneIsLeft) {
  int left = 20, running = 0, most = 0;
  EXPECT_TRUE(run(3, 64, [&] -> Task<bool> {
    if (left == 0) co_return false;
    --left;
    most = std::max(most, ++running);
    co_await pass_turn();
    --running;
    co_return true;
  }));
  EXPECT_EQ(left, 0);
  EXPECT_EQ(most, 3);
}

TEST_F(StepsTest, AreReplacedWhileTheyAreSlowUpToABound) {
  // Six of ten hang; with two at a time, nothing else would ever run.
  int next = 0, done = 0;
  const auto begun = Clock::now();
  EXPECT_TRUE(run(2, 6, [&] -> Task<bool> {
    const int number = next++;
    if (number >= 10) co_return false;
    if (number < 5) {
      Timer hangs{io};
      co_await hangs.wait_until(begun + 5 * limits::request_patience);
    }
    ++done;
    co_return true;
  }));
  EXPECT_EQ(done, 10);
  EXPECT_LT(Clock::now() - begun, 7 * limits::request_patience) << "one hang, not five";
}

TEST_F(StepsTest, RethrowTheFirstExceptionWhenAllHaveEnded) {
  int running = 0;
  const auto throws = [&] {
    (void)run(4, 4, [&] -> Task<bool> {
      ++running;
      co_await pass_turn();
      --running;
      throw std::runtime_error{"a bug"};
    });
  };
  EXPECT_THROW(throws(), std::runtime_error);
  EXPECT_EQ(running, 0);
}

}  // namespace
}  // namespace cspy::net
