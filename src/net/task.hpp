// The type of all coroutines. It has its own header so that headers that only name it compile fast.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

namespace cspy::net {

using Executor = boost::asio::io_context::executor_type;

/// A coroutine on the only thread of the program. Pass parameters by value; objects that it refers to must outlive it.
template<class T>
using Task = boost::asio::awaitable<T, Executor>;

}  // namespace cspy::net
