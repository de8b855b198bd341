#include "app/loop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include "net/context.hpp"

namespace cspy::app {
namespace {

using testing::ElementsAre;

/// Writes its name when it is destroyed.
struct Witness {
  std::string name;
  std::vector<std::string>& destroyed;
  ~Witness() { destroyed.push_back(name); }
};

void no_operation(void*) {}

net::Task<void> wait_with_a_deadline(std::vector<std::string>& destroyed, net::Deadlines& deadlines,
                                     net::Alarm& alarm) {
  const Witness frame{"frame", destroyed};
  const net::Deadlines::Guard guard{deadlines, net::TimePoint::max(), no_operation, nullptr};
  co_await alarm.wait();
}

net::Task<void> fail() {
  co_await net::pass_turn();
  throw std::runtime_error{"a bug"};
}

/// What the daemon is: a loop, and objects that need it and that its coroutines use.
struct Program {
  explicit Program(std::vector<std::string>& destroyed) : member{"member", destroyed} {}
  ~Program() { loop.destroy_coroutines(); }

  Loop loop;
  Witness member;
  net::Context context{loop};
  net::Alarm alarm{loop};
};

TEST(Loop, DestroysWaitingCoroutinesBeforeWhatTheyUse) {
  std::vector<std::string> destroyed;
  {
    Program program{destroyed};
    boost::asio::co_spawn(program.loop, wait_with_a_deadline(destroyed, program.context.deadlines, program.alarm),
                          boost::asio::detached);
    boost::asio::co_spawn(program.loop, fail(), [](std::exception_ptr error) {
      if (error) std::rethrow_exception(error);
    });
    EXPECT_THROW(program.loop.run(), std::runtime_error);
    EXPECT_THAT(destroyed, testing::IsEmpty());
  }
  EXPECT_THAT(destroyed, ElementsAre("frame", "member"));
}

}  // namespace
}  // namespace cspy::app
