// The coroutine type of the shell. Kept apart from everything else, so that a header which only names it stays cheap.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

namespace cspy::net {

using Executor = boost::asio::io_context::executor_type;

/// A coroutine on the program's one thread. Parameters are passed by value; what a Task refers to outlives it.
template<class T>
using Task = boost::asio::awaitable<T, Executor>;

}  // namespace cspy::net
