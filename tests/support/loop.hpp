// Running coroutines in a test, on one loop with the fakes they talk to.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <optional>

#include "net/context.hpp"

namespace cspy::test {

/// Generous: only a failing test waits so long.
inline constexpr std::chrono::seconds patience{20};

template<class T>
net::Task<void> store(net::Task<T> task, std::optional<T>* result) {
  result->emplace(co_await std::move(task));
}

/// Runs `task` and everything else on the loop until the task has ended; fails the test where it does not.
template<class T>
std::optional<T> run(boost::asio::io_context& io, net::Task<T> task) {
  std::optional<T> result;
  std::exception_ptr error;
  bool ended = false;
  boost::asio::co_spawn(io, store(std::move(task), &result), [&](std::exception_ptr failure) {
    error = failure;
    ended = true;
  });
  const auto end = std::chrono::steady_clock::now() + patience;
  io.restart();
  while (!ended && std::chrono::steady_clock::now() < end)
    io.run_one_until(end);
  EXPECT_TRUE(ended) << "the coroutine did not end";
  if (error) std::rethrow_exception(error);
  return result;
}

/// Starts a task that runs beside; an exception in it fails the test.
inline void spawn(boost::asio::io_context& io, net::Task<void> task) {
  boost::asio::co_spawn(io, std::move(task),
                        [](std::exception_ptr error) { EXPECT_FALSE(error) << "a coroutine has thrown"; });
}

/// Runs the loop until `condition` holds; false where it never does.
inline bool run_until(boost::asio::io_context& io, const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + patience;
  io.restart();
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    if (io.run_one_until(end) == 0) io.restart();
  }
  return true;
}

/// Runs the loop until nothing is left to do: every coroutine has ended.
inline bool drain(boost::asio::io_context& io) {
  io.restart();
  const auto end = std::chrono::steady_clock::now() + patience;
  io.run_until(end);
  return io.stopped() && std::chrono::steady_clock::now() < end;
}

}  // namespace cspy::test
