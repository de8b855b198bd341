#include "net/http2.hpp"

#include <fmt/format.h>
#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <exception>
#include <optional>
#include <utility>

#include "base/deleter.hpp"
#include "base/limits.hpp"
#include "base/utf8.hpp"
#include "net/http2_exchange.hpp"
#include "net/stream.hpp"

namespace cspy::net::http2 {
namespace {

constexpr auto as_tuple = boost::asio::as_tuple(boost::asio::use_awaitable_t<Executor>{});

constexpr std::size_t read_buffer_bytes = 8 * 1024;
/// Frames are collected up to this size before they are written, to save system calls.
constexpr std::size_t write_bytes_target = 16 * 1024;
/// The start of an HTTP/1 answer.
constexpr std::string_view http1_greeting{"HTTP/1."};

using Session = std::unique_ptr<nghttp2_session, Deleter<nghttp2_session_del>>;
using Callbacks = std::unique_ptr<nghttp2_session_callbacks, Deleter<nghttp2_session_callbacks_del>>;
using Options = std::unique_ptr<nghttp2_option, Deleter<nghttp2_option_del>>;

std::string_view view(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

nghttp2_nv name_value(std::string_view name, std::string_view value) {
  // nghttp2 copies both. Its pointers are not const because of a flag that we do not use.
  const auto bytes = [](std::string_view text) {
    return const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(text.data()));
  };
  return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

/// An exception of a coroutine is a bug. The event loop passes it on.
void rethrow(std::exception_ptr error) {
  if (error) std::rethrow_exception(error);
}

Error not_http2(std::string_view why) {
  return {Code::malformed, fmt::format("the answer is not HTTP/2: {}", why)};
}

}  // namespace

struct Connection::State {
  State(Context& owner, Stream connected, const Endpoint& endpoint)
      : context{owner},
        stream{std::move(connected)},
        authority{endpoint.authority()},
        scheme{endpoint.kind == Endpoint::Kind::tls ? "https" : "http"} {}

  // --- nghttp2's callbacks; 0 is success ---

  static State& of(void* user) { return *static_cast<State*>(user); }

  [[nodiscard]] bool is_current(std::int32_t id) const {
    return exchange && !exchange->ended && exchange->stream == id;
  }

  /// Our settings forbid push. nghttp2 would decline each one with a frame, and these would pile up if the peer does
  /// not read.
  static int on_begin(nghttp2_session*, const nghttp2_frame_hd* frame, void* user) {
    if (frame->type != NGHTTP2_PUSH_PROMISE) return 0;
    of(user).complaint = not_http2("PUSH_PROMISE: push disabled");
    return NGHTTP2_ERR_CALLBACK_FAILURE;
  }

  static int on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name, std::size_t name_size,
                       const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* user) {
    auto& state = of(user);
    if (!state.is_current(frame->hd.stream_id)) return 0;
    const bool fits = state.exchange->add_header(view(name, name_size), view(value, value_size));
    return fits ? 0 : NGHTTP2_ERR_CALLBACK_FAILURE;
  }

  static int on_data(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data, std::size_t size,
                     void* user) {
    auto& state = of(user);
    if (!state.is_current(id)) return 0;
    return state.exchange->add_data(view(data, size)) ? 0 : NGHTTP2_ERR_CALLBACK_FAILURE;
  }

  static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    auto& state = of(user);
    if (frame->hd.type == NGHTTP2_GOAWAY) state.store_goaway(frame->goaway);
    if (!state.is_current(frame->hd.stream_id)) return 0;
    const bool last = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    if (frame->hd.type == NGHTTP2_HEADERS) state.exchange->end_headers(last);
    if (frame->hd.type == NGHTTP2_RST_STREAM) state.end_by_reset(frame->rst_stream.error_code);
    if (last && (frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA)) state.end_by_answer();
    return 0;
  }

  /// A stream ends here without an answer if GOAWAY excludes it, if GOAWAY came before the stream began, or if nghttp2
  /// found an error in it.
  static int on_close(nghttp2_session*, std::int32_t id, std::uint32_t code, void* user) {
    auto& state = of(user);
    if (!state.is_current(id)) return 0;
    const auto& exchange = *state.exchange;
    if (!exchange.sent && !state.goaway) {
      // nghttp2 has found an error and ends the connection. Its GOAWAY, which comes next, has the reason: on_send().
      state.dropped_request = code;
      return 0;
    }
    const bool refused = state.goaway && !exchange.began && (code == NGHTTP2_REFUSED_STREAM || !exchange.sent);
    state.exchange->refused = refused;
    state.end_exchange(refused ? state.goaway_error() : not_http2(nghttp2_http2_strerror(code)));
    return 0;
  }

  /// We send GOAWAY if nghttp2 finds an error that ends the connection.
  static int on_send(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    auto& state = of(user);
    if (frame->hd.type == NGHTTP2_HEADERS && state.is_current(frame->hd.stream_id)) state.exchange->sent = true;
    if (frame->hd.type != NGHTTP2_GOAWAY) return 0;
    const auto& goaway = frame->goaway;
    const auto why = printable(view(goaway.opaque_data, goaway.opaque_data_len), limits::error_quote_bytes_max);
    state.complaint = not_http2(why.empty() ? nghttp2_http2_strerror(goaway.error_code) : why);
    return 0;
  }

  static ssize_t on_body_wanted(nghttp2_session*, std::int32_t id, std::uint8_t* buffer, std::size_t size,
                                std::uint32_t* flags, nghttp2_data_source*, void* user) {
    auto& state = of(user);
    // The body belongs to the caller and is valid only until the exchange ends.
    if (!state.is_current(id)) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    const auto filled = state.exchange->take_body({reinterpret_cast<char*>(buffer), size});
    if (state.exchange->body.empty()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(filled);
  }

  // --- Effects of the callbacks ---

  void store_goaway(const nghttp2_goaway& frame) {
    goaway = nghttp2_http2_strerror(frame.error_code);
    const auto said = printable(view(frame.opaque_data, frame.opaque_data_len), limits::error_quote_bytes_max);
    if (!said.empty()) goaway->append(": ").append(said);
  }

  /// Why the connection accepts no further request.
  [[nodiscard]] Error unusable_error() const {
    if (failure) return *failure;
    return goaway ? goaway_error() : Error{Code::unreachable, "the connection has ended"};
  }

  [[nodiscard]] Error goaway_error() const {
    return {Code::unreachable, fmt::format("the peer closes the connection: {}", *goaway)};
  }

  /// Called after on_send() has seen all frames.
  void end_dropped_request() {
    if (!dropped_request) return;
    const auto code = *std::exchange(dropped_request, {});
    end_exchange(complaint ? *complaint : not_http2(nghttp2_http2_strerror(code)));
  }

  void end_by_answer() {
    if (!exchange->body.empty()) {
      // The peer answered before it had the whole request, so it does not need the rest (RFC 9113, 8.1).
      nghttp2_submit_rst_stream(session.get(), NGHTTP2_FLAG_NONE, exchange->stream, NGHTTP2_CANCEL);
    }
    end_exchange();
  }

  void end_by_reset(std::uint32_t code) {
    exchange->refused = code == NGHTTP2_REFUSED_STREAM;
    exchange->answer.reset_code = code;
    std::optional<Error> why;
    if (!exchange->has_headers) {
      why = Error{Code::unreachable, fmt::format("the peer reset the stream: {}", nghttp2_http2_strerror(code))};
    }
    end_exchange(std::move(why));
  }

  void end_exchange(std::optional<Error> why = {}) {
    exchange->end(std::move(why));
    answered.notify();
  }

  /// Ends the connection, its coroutines and the exchange. The first reason counts.
  void end(Error why) {
    if (!failure) failure = complaint ? *complaint : std::move(why);
    if (exchange) end_exchange(failure);  // does nothing if the answer is complete
    stream.close();
    submitted.notify();
  }

  static void expire(void* state) { of(state).end(socket_error({}, true)); }

  [[nodiscard]] bool usable() const {
    return !failure && !write_failed && nghttp2_session_check_request_allowed(session.get()) != 0;
  }

  bool make_session();
  void submit(const Request& request);
  /// Reads frames as long as the connection is open.
  static Task<void> read_frames(std::shared_ptr<State> state);
  /// Writes the frames of nghttp2 and waits for more.
  static Task<void> write_frames(std::shared_ptr<State> state);

  Context& context;
  Stream stream;
  std::string authority;
  std::string_view scheme;
  Session session;
  Alarm submitted{context.io};  ///< wakes the writer
  Alarm answered{context.io};   ///< the exchange has ended
  std::optional<Exchange> exchange;
  bool write_failed = false;
  std::optional<std::string> goaway;             ///< the reason in the GOAWAY of the peer
  std::optional<Error> complaint;                ///< why we send GOAWAY
  std::optional<std::uint32_t> dropped_request;  ///< nghttp2 has closed the stream of a request instead of sending it
  std::optional<Error> failure;                  ///< why the connection ended
};

bool Connection::State::make_session() {
  nghttp2_session_callbacks* callbacks = nullptr;
  if (nghttp2_session_callbacks_new(&callbacks) != 0) return false;
  const Callbacks callbacks_owner{callbacks};
  nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks, on_begin);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
  nghttp2_session_callbacks_set_before_frame_send_callback(callbacks, on_send);

  nghttp2_option* options = nullptr;
  if (nghttp2_option_new(&options) != 0) return false;
  const Options options_owner{options};
  nghttp2_option_set_max_outbound_ack(options, limits::http2_acks_queued_max);

  nghttp2_session* made = nullptr;
  if (nghttp2_session_client_new2(&made, callbacks, this, options) != 0) return false;
  session.reset(made);
  const std::array<nghttp2_settings_entry, 2> settings{{
      {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, limits::http2_header_bytes_max},
  }};
  return nghttp2_submit_settings(made, NGHTTP2_FLAG_NONE, settings.data(), settings.size()) == 0;
}

void Connection::State::submit(const Request& request) {
  std::vector<nghttp2_nv> headers{name_value(":method", "POST"), name_value(":scheme", scheme),
                                  name_value(":authority", authority), name_value(":path", request.path)};
  for (const auto& [name, value] : request.headers)
    headers.push_back(name_value(name, value));
  const nghttp2_data_provider body{.source = {}, .read_callback = on_body_wanted};
  // An empty DATA frame would wait for the peer's window, although it needs none.
  const bool empty = std::ranges::all_of(request.body, &std::string_view::empty);
  exchange->stream =
      nghttp2_submit_request(session.get(), nullptr, headers.data(), headers.size(), empty ? nullptr : &body, nullptr);
  if (exchange->stream < 0) end_exchange(Error{Code::invalid, nghttp2_strerror(exchange->stream)});
  submitted.notify();
}

Task<void> Connection::State::read_frames(std::shared_ptr<State> state) {
  std::array<std::uint8_t, read_buffer_bytes> buffer{};
  std::string greeting;
  while (!state->failure) {
    auto [error, size] = co_await state->stream.async_read_some(boost::asio::buffer(buffer), as_tuple);
    if (error) {
      // A GOAWAY before the end explains it.
      state->end(state->goaway ? state->goaway_error() : socket_error(error, false));
      break;
    }
    if (state->failure) break;
    if (greeting.size() < http1_greeting.size()) {
      greeting.append(view(buffer.data(), std::min(size, http1_greeting.size() - greeting.size())));
      if (greeting == http1_greeting) {
        state->end(not_http2("the peer speaks HTTP/1"));
        break;
      }
    }
    if (state->exchange) state->exchange->received = true;
    const auto used = nghttp2_session_mem_recv(state->session.get(), buffer.data(), size);
    if (used < 0) {
      // A callback that failed has stored the reason: in the exchange, or in `complaint`, which end() prefers.
      const bool explained = used == NGHTTP2_ERR_CALLBACK_FAILURE && state->exchange && state->exchange->failure;
      state->end(explained ? *state->exchange->failure : not_http2(nghttp2_strerror(static_cast<int>(used))));
    }
    state->submitted.notify();  // frames such as PING need an answer
  }
}

Task<void> Connection::State::write_frames(std::shared_ptr<State> state) {
  std::string frames;
  while (!state->failure) {
    frames.clear();
    while (frames.size() < write_bytes_target) {
      const std::uint8_t* data = nullptr;
      const auto size = nghttp2_session_mem_send(state->session.get(), &data);
      if (size < 0) state->end({Code::invalid, nghttp2_strerror(static_cast<int>(size))});
      if (size <= 0) break;
      frames.append(view(data, static_cast<std::size_t>(size)));
    }
    state->end_dropped_request();
    if (!frames.empty()) {
      auto [error, size] = co_await boost::asio::async_write(state->stream, boost::asio::buffer(frames), as_tuple);
      // The peer may have sent the reason for closing. The reader reads it, or the end, and ends the connection.
      if (error) state->write_failed = true;
      if (error) break;
    } else if (nghttp2_session_want_read(state->session.get()) == 0 &&
               nghttp2_session_want_write(state->session.get()) == 0) {
      state->end(state->unusable_error());
    } else {
      co_await state->submitted.wait();
    }
  }
}

Connection::Connection(std::shared_ptr<State> state) : state_{std::move(state)} {}
Connection::Connection(Connection&&) noexcept = default;

Connection& Connection::operator=(Connection&& other) noexcept {
  state_.swap(other.state_);  // the destructor of `other` closes the connection that this one had
  return *this;
}

Connection::~Connection() {
  if (state_) close();
}

Task<Result<Connection>> Connection::open(Context& context, Route route, TimePoint deadline) {
  route.alpn = "h2";
  route.tunnel = true;  // without a tunnel, the proxy itself would have to speak HTTP/2
  const auto endpoint = route.endpoint;
  auto stream = co_await connect(context, std::move(route), deadline);
  if (!stream) co_return std::unexpected{std::move(stream).error()};
  if (endpoint.kind == Endpoint::Kind::tls && stream->alpn() != "h2")
    co_return fail(Code::malformed, "the peer does not speak HTTP/2: it did not choose h2 in the TLS handshake");
  auto state = std::make_shared<State>(context, std::move(*stream), endpoint);
  if (!state->make_session()) co_return fail(Code::invalid, "nghttp2 is out of memory");
  boost::asio::co_spawn(context.io, State::read_frames(state), rethrow);
  boost::asio::co_spawn(context.io, State::write_frames(state), rethrow);
  co_return Connection{std::move(state)};
}

Task<Result<Answer>> Connection::exchange(Request request, TimePoint deadline, std::size_t body_bytes_max) {
  const auto state = state_;  // this Connection may be destroyed before the exchange ends
  const bool kept = state->exchange.has_value();
  auto& exchange = state->exchange.emplace();
  exchange.kept = kept;
  exchange.body = request.body;
  exchange.body_bytes_max = body_bytes_max;
  if (!state->usable()) {
    exchange.end(state->unusable_error());
    co_return std::unexpected{*exchange.failure};
  }
  const Deadlines::Guard guard{state->context.deadlines, deadline, State::expire, state.get()};
  state->submit(request);
  while (!exchange.ended)
    co_await state->answered.wait();
  exchange.body = {};  // it belongs to the caller
  if (exchange.failure) co_return std::unexpected{*exchange.failure};
  co_return std::move(exchange.answer);
}

bool Connection::reusable() const {
  return state_->usable() && (!state_->exchange || state_->exchange->ended);
}

bool Connection::safe_to_repeat() const {
  return state_->exchange && state_->exchange->safe_to_repeat();
}

void Connection::close() {
  state_->end({Code::cancelled, "stopped"});
}

}  // namespace cspy::net::http2
