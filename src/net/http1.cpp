#include "net/http1.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>

#include "base/limits.hpp"
#include "net/stream.hpp"

namespace cspy::net::http1 {
namespace {

namespace http = boost::beast::http;
using Parser = http::response_parser<http::buffer_body>;

constexpr auto as_tuple = boost::asio::as_tuple(boost::asio::use_awaitable_t<Executor>{});

/// A typical answer of the engine fits, so one system call reads it.
constexpr std::size_t read_buffer_bytes = 8 * 1024;
constexpr std::size_t body_step_bytes = 8 * 1024;

/// Hands over as much as the socket takes. Asio's own condition cuts a request into pieces of 64 KB, each with a system
/// call and a wait.
std::size_t all_at_once(const boost::system::error_code& error, std::size_t) {
  return error ? 0 : std::numeric_limits<std::size_t>::max();
}

}  // namespace

struct Connection::State {
  State(Context& owner, Stream connected, std::string host_header)
      : context{owner}, stream{std::move(connected)}, host{std::move(host_header)} {
    buffer.reserve(read_buffer_bytes);
  }

  static void expire(void* state) { static_cast<State*>(state)->stream.close(); }

  [[nodiscard]] bool expired() const { return guard && guard->expired(); }

  Error failure(const boost::system::error_code& error) {
    failed = true;
    const auto& http_category = http::make_error_code(http::error::end_of_stream).category();
    if (expired() || error.category() != http_category) return socket_error(error, expired());
    if (error == http::error::end_of_stream || error == http::error::partial_message) {
      return {Code::unreachable, "the peer closed the connection before its answer was complete"};
    }
    if (error == http::error::header_limit || error == http::error::body_limit) {
      return {Code::too_large,
              "the answer's header is larger than " + std::to_string(limits::http_header_bytes_max) + " bytes"};
    }
    return {Code::malformed, "the answer is not HTTP: " + error.message()};
  }

  void compose_head(const Request& request) {
    head.clear();
    fmt::format_to(std::back_inserter(head), "{} {} HTTP/1.1\r\nHost: {}\r\n", request.method, request.target, host);
    for (const auto& header : request.headers) {
      fmt::format_to(std::back_inserter(head), "{}: {}\r\n", header.name, header.value);
    }
    if (request.method == "POST") {
      fmt::format_to(std::back_inserter(head), "Content-Length: {}\r\n", request.body.size());
    }
    head.append("\r\n");
  }

  Context& context;
  Stream stream;
  std::string host;
  std::string head;  ///< of the request, reused
  boost::beast::flat_buffer buffer{limits::http_header_bytes_max + read_buffer_bytes};
  std::optional<Parser> parser;
  std::optional<Deadlines::Guard> guard;
  bool failed = false;
};

Connection::Connection(std::unique_ptr<State> state) : state_{std::move(state)} {}
Connection::~Connection() = default;
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;

Task<Result<Connection>> Connection::open(Context& context, Route route, TimePoint deadline) {
  auto host = route.endpoint.authority();
  auto stream = co_await connect(context, std::move(route), deadline);
  if (!stream) co_return std::unexpected{std::move(stream).error()};
  co_return Connection{std::make_unique<State>(context, std::move(*stream), std::move(host))};
}

Task<Result<unsigned>> Connection::exchange(Request request, TimePoint deadline) {
  auto& state = *state_;
  state.guard.emplace(state.context.deadlines, deadline, State::expire, &state);
  state.failed = false;
  state.parser.reset();
  state.compose_head(request);
  const std::array<boost::asio::const_buffer, 2> parts{boost::asio::buffer(state.head),
                                                       boost::asio::buffer(request.body)};
  auto [unsent, sent] = co_await boost::asio::async_write(state.stream, parts, all_at_once, as_tuple);
  do {
    state.parser.emplace();
    state.parser->header_limit(limits::http_header_bytes_max);
    // Each caller has its own limit for bodies. A limit here would end the stream of events.
    state.parser->body_limit(boost::none);
    // Read even if the write failed: a peer that refuses a request may answer and close before it has read all of it.
    auto [error, received] = co_await http::async_read_header(state.stream, state.buffer, *state.parser, as_tuple);
    if (error) co_return std::unexpected{state.failure(error)};
  } while (state.parser->get().result_int() / 100 == 1);  // an interim answer: the final one follows
  if (unsent) state.failed = true;
  co_return state.parser->get().result_int();
}

std::string_view Connection::header(std::string_view name) const {
  if (!state_->parser) return {};
  const auto& fields = state_->parser->get();
  const auto found = fields.find(name);
  return found == fields.end() ? std::string_view{} : std::string_view{found->value()};
}

Task<Result<void>> Connection::read_body(std::string& body, std::size_t bytes_max) {
  auto& state = *state_;
  body.clear();
  while (!state.parser->is_done()) {
    const auto filled = body.size();
    // One byte more than allowed shows that the body is too large.
    const auto step = std::min(std::max(body_step_bytes, filled), bytes_max + 1 - filled);
    body.resize_and_overwrite(filled + step, [](char*, std::size_t size) { return size; });
    auto& target = state.parser->get().body();
    target.data = body.data() + filled;
    target.size = step;
    auto [error, read] = co_await http::async_read(state.stream, state.buffer, *state.parser, as_tuple);
    body.resize(filled + step - target.size);
    if (error && error != http::error::need_buffer) co_return std::unexpected{state.failure(error)};
    if (body.size() > bytes_max) {
      state.failed = true;
      co_return fail(Code::too_large, fmt::format("the answer is larger than {} bytes", bytes_max));
    }
  }
  state.guard.reset();
  co_return Result<void>{};
}

Task<Result<std::size_t>> Connection::read_some(std::span<char> buffer) {
  auto& state = *state_;
  auto& target = state.parser->get().body();
  while (!state.parser->is_done()) {
    target.data = buffer.data();
    target.size = buffer.size();
    auto [error, read] = co_await http::async_read_some(state.stream, state.buffer, *state.parser, as_tuple);
    if (error && error != http::error::need_buffer) co_return std::unexpected{state.failure(error)};
    if (const auto arrived = buffer.size() - target.size; arrived > 0) co_return arrived;
  }
  state.guard.reset();
  co_return std::size_t{0};
}

void Connection::release_deadline() {
  state_->guard.reset();
}

bool Connection::reusable() const {
  const auto& state = *state_;
  return !state.failed && state.stream.is_open() && state.parser && state.parser->is_done() &&
         state.parser->keep_alive();
}

bool Connection::nothing_received() const {
  return !state_->parser || !state_->parser->got_some();
}

void Connection::close() {
  state_->stream.close();
}

}  // namespace cspy::net::http1
