#include "serve/connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <optional>
#include <utility>
#include <variant>

#include "serve/body_writer.hpp"

namespace cspy::serve {
namespace {

using net::Clock;
using net::Task;
using Guard = net::Deadlines::Guard;

constexpr auto as_tuple = boost::asio::as_tuple(boost::asio::use_awaitable_t<net::Executor>{});

/// A typical request fits, so one system call reads it.
constexpr std::size_t read_bytes = 2 * 1024;

void end_reading(void* stream) {
  static_cast<net::Stream*>(stream)->stop_reading();
}

void end_connection(void* connection) {
  static_cast<Connection*>(connection)->close();
}

/// A compressor that counts as in use.
struct CompressorUse {
  explicit CompressorUse(std::size_t& count) : in_use{count} { ++in_use; }
  ~CompressorUse() { --in_use; }
  CompressorUse(const CompressorUse&) = delete;
  CompressorUse& operator=(const CompressorUse&) = delete;
  std::size_t& in_use;
};

/// The text as a source, because compressing a large one at once would delay the loop.
Source in_pieces(std::string text) {
  return [text = std::move(text), sent = std::size_t{0}](std::string& piece) mutable {
    piece.append(text, sent, limits::serve_piece_bytes);
    sent += limits::serve_piece_bytes;
    return sent < text.size();
  };
}

}  // namespace

void Service::note_success() {
  if (failures.update(false) == Trouble::Change::ended) log.info("requests are answered again");
}

void Service::note_failure(const std::string& why) {
  // A request must not end the agent.
  if (failures.update(true) != Trouble::Change::began) return;
  log.error("a request could not be answered because of an internal error", {{"error", why}});
}

Connection::Connection(Service& service, net::Stream stream, bool tls, bool refuse)
    : service_{service}, stream_{std::move(stream)}, waiting_since_{Clock::now()}, tls_{tls}, refuse_{refuse} {}

void Connection::close() {
  closed_ = true;
  stream_.close();
}

void Connection::stop() {
  if (state_ != State::answering) close();
}

bool Connection::replaceable(net::TimePoint now) const {
  if (closed_ || state_ == State::answering) return false;
  return state_ == State::idle || now - waiting_since_ > service_.bounds.head_patience;
}

void Connection::close_if_idle(net::TimePoint since) {
  if (state_ == State::idle && waiting_since_ <= since) close();
}

void Connection::wait_for(State state) {
  state_ = state;
  waiting_since_ = Clock::now();
}

Task<void> Connection::run() {
  if (tls_ && !co_await handshake()) co_return close();
  wait_for(State::reading_head);
  while (co_await read_request()) {
    state_ = State::answering;
    if (!co_await answer()) break;
    in_.shrink_to_fit();  // Many connections may be idle.
    wait_for(in_.empty() ? State::idle : State::reading_head);
  }
  close();
}

Task<bool> Connection::handshake() {
  const Guard guard{service_.context.deadlines, Clock::now() + service_.bounds.handshake_time_max, end_connection,
                    this};
  const auto done = co_await net::accept_handshake(&stream_);
  co_return done && !closed_;
}

Task<std::size_t> Connection::read_some() {
  const auto filled = in_.size();
  in_.resize(filled + read_bytes);
  auto [error, count] =
      co_await stream_.async_read_some(boost::asio::buffer(in_.data() + filled, read_bytes), as_tuple);
  in_.resize(filled + (error ? 0 : count));
  co_return error ? 0 : count;
}

Task<bool> Connection::read_request() {
  std::optional<Guard> guard;
  const auto limit_time = [&] {
    guard.emplace(service_.context.deadlines, waiting_since_ + service_.bounds.head_time_max, end_reading, &stream_);
  };
  if (state_ == State::reading_head) limit_time();
  bool received = !in_.empty();
  while (reader_.read(in_) == RequestReader::Step::need_more) {
    const auto count = co_await read_some();
    if (closed_) co_return false;
    if (guard && guard->expired()) {
      timed_out_ = received;
      co_return received;
    }
    if (count == 0) co_return false;
    received = true;
    if (state_ != State::idle) continue;
    wait_for(State::reading_head);
    limit_time();
  }
  co_return true;
}

Task<Response> Connection::route(Request request) const {
  auto found = service_.router.find(request);
  const auto* const* const to = std::get_if<const Route*>(&found);
  if (service_.authorize && (to == nullptr || !(*to)->open)) {
    auto denied = co_await service_.authorize(request);
    if (denied) co_return std::move(*denied);
  }
  if (to == nullptr) co_return std::move(std::get<Response>(found));
  co_return co_await (*to)->handler(std::move(request));
}

Task<Response> Connection::respond(Request request) {
  std::string why;
  try {
    auto response = co_await route(std::move(request));
    service_.note_success();
    co_return response;
  } catch (const std::exception& error) {
    why = error.what();
  }
  service_.note_failure(why);
  co_return plain_response(500, "the log has the reason");
}

Task<bool> Connection::answer() {
  const Guard guard{service_.context.deadlines, Clock::now() + service_.bounds.answer_time_max, end_connection, this};
  std::optional<Refusal> refusal;
  if (timed_out_) refusal = Refusal{.status = 408, .why = "the request did not arrive in time"};
  if (!refusal && reader_.refused()) refusal = reader_.refusal();
  const auto request = refusal ? Request{.http_1_0 = true, .path = {}} : reader_.request();
  if (!refusal && refuse_) refusal = Refusal{.status = 503, .why = "there are too many connections"};

  auto response = refusal ? plain_response(refusal->status, refusal->why) : co_await respond(request);
  if (refusal && refuse_) response.headers.emplace_back("Retry-After", "1");
  if (closed_) co_return false;
  const bool may_keep = !refusal && !service_.stopping;
  const bool sent = co_await send(&request, &response, may_keep);
  if (sent && refusal) co_await linger();
  co_return sent&& may_keep && !service_.stopping && keep_;
}

Task<bool> Connection::send(const Request* request, Response* response, bool may_keep) {
  const bool may_compress = service_.compressors < service_.bounds.compressors_max;
  const auto delivery = delivery_of(*request, *response, may_compress, may_keep);
  keep_ = delivery.keep_alive;
  std::string out;
  append_head(out, *request, *response, delivery, system_now());
  if (!delivery.body) co_return co_await write(out);
  if (delivery.framing == Framing::length && response->body.size() > limits::serve_piece_bytes) {
    if (!co_await write(out)) co_return false;
    co_return co_await write(response->body);
  }
  if (delivery.framing == Framing::length) {
    out.append(response->body);
    co_return co_await write(out);
  }
  auto source = response->source ? std::move(response->source) : in_pieces(std::move(response->body));
  std::optional<CompressorUse> use;
  if (delivery.gzip) use.emplace(service_.compressors);
  co_return co_await send_pieces(std::move(out), std::move(source), &delivery);
}

Task<bool> Connection::send_pieces(std::string out, Source source, const Delivery* delivery) {
  BodyWriter body{std::move(source), *delivery};
  for (bool more = true; more && !closed_;) {
    more = body.append(out);
    if (more && out.size() < limits::serve_piece_bytes) {
      co_await net::pass_turn();
      continue;
    }
    if (!co_await write(out)) co_return false;
    out.clear();
  }
  co_return !closed_;
}

Task<bool> Connection::write(std::string_view bytes) {
  while (!bytes.empty() && !closed_) {
    const Guard guard{service_.context.deadlines, Clock::now() + service_.bounds.write_time_max, end_connection, this};
    auto [error, count] = co_await stream_.async_write_some(boost::asio::buffer(bytes), as_tuple);
    if (error) co_return false;
    bytes.remove_prefix(count);
  }
  co_return !closed_;
}

Task<void> Connection::linger() {
  const Guard guard{service_.context.deadlines, Clock::now() + service_.bounds.linger_time_max, end_connection, this};
  stream_.stop_writing();
  for (std::size_t read = 0; read < limits::serve_linger_bytes_max && !closed_;) {
    in_.clear();
    const auto count = co_await read_some();
    if (count == 0) break;
    read += count;
  }
}

}  // namespace cspy::serve
