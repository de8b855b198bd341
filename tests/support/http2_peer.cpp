#include "tests/support/http2_peer.hpp"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <deque>
#include <map>

#include "net/context.hpp"
#include "net/stream.hpp"

namespace cspy::test {
namespace {

namespace asio = boost::asio;
using net::Task;

constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable_t<net::Executor>{});
constexpr std::size_t no_limit = static_cast<std::size_t>(-1);

nghttp2_nv name_value(const std::string& name, const std::string& value) {
  const auto bytes = [](const std::string& text) {
    return const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(text.data()));
  };
  return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

std::vector<nghttp2_nv> name_values(const Http2Headers& headers) {
  std::vector<nghttp2_nv> result;
  for (const auto& [name, value] : headers)
    result.push_back(name_value(name, value));
  return result;
}

}  // namespace

std::string Http2Request::header(std::string_view name) const {
  const auto found = std::ranges::find_if(headers, [&](const auto& header) { return header.first == name; });
  return found == headers.end() ? std::string{} : found->second;
}

struct Http2Peer::Acceptor {
  asio::basic_socket_acceptor<asio::ip::tcp, net::Executor> listener;
};

/// A connection. It lives until both its coroutines have ended; `peer` outlives it.
struct Http2Peer::Session {
  struct Outgoing {
    Http2Answer answer;
    std::size_t sent = 0;
  };

  Session(Http2Peer& owner, net::Socket accepted)
      : peer{owner}, manners{owner.manners}, socket{std::move(accepted)}, more{owner.io_} {
    if (manners.reset_after) bytes_left = *manners.reset_after;
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_option* options = nullptr;
    nghttp2_option_new(&options);
    nghttp2_option_set_no_auto_window_update(options, manners.read_no_more ? 1 : 0);
    nghttp2_session_server_new2(&session, callbacks, this, options);
    nghttp2_option_del(options);
    nghttp2_session_callbacks_del(callbacks);
    submit_settings(manners.settings);
  }
  ~Session() { nghttp2_session_del(session); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  static Session& of(void* user) { return *static_cast<Session*>(user); }

  static int on_begin(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    of(user).incoming[frame->hd.stream_id] = {};
    ++of(user).peer.requests_begun;
    return 0;
  }
  static int on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name, std::size_t name_size,
                       const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* user) {
    of(user).incoming[frame->hd.stream_id].headers.emplace_back(
        std::string{reinterpret_cast<const char*>(name), name_size},
        std::string{reinterpret_cast<const char*>(value), value_size});
    return 0;
  }
  static int on_data(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data, std::size_t size,
                     void* user) {
    of(user).incoming[id].body.append(reinterpret_cast<const char*>(data), size);
    return 0;
  }
  static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    auto& self = of(user);
    const bool ack = (frame->hd.flags & NGHTTP2_FLAG_ACK) != 0;
    const bool last = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    switch (frame->hd.type) {
      case NGHTTP2_PING: self.peer.pings_answered += ack ? 1 : 0; break;
      case NGHTTP2_SETTINGS: self.peer.settings_answered += ack ? 1 : 0; break;
      case NGHTTP2_RST_STREAM: self.peer.resets.push_back(frame->rst_stream.error_code); break;
      case NGHTTP2_GOAWAY: self.peer.goaways.push_back(frame->goaway.error_code); break;
      case NGHTTP2_HEADERS:
        if (last || self.manners.answer_early) self.respond(frame->hd.stream_id);
        break;
      case NGHTTP2_DATA:
        if (last && !self.manners.answer_early) self.respond(frame->hd.stream_id);
        break;
      default: break;
    }
    return 0;
  }

  void respond(std::int32_t id) {
    const auto& request = peer.requests.emplace_back(incoming[id]);
    auto& out = outgoing[id] = {.answer = peer.handler_(request)};
    auto& answer = out.answer;
    if (answer.goaway) nghttp2_submit_goaway(session, NGHTTP2_FLAG_NONE, *answer.goaway, NGHTTP2_NO_ERROR, nullptr, 0);
    if (answer.close) closing = true;
    if (answer.hang || answer.close) return;
    if (answer.reset) {
      nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, id, *answer.reset);
      return;
    }
    for (int i = 0; i < answer.interim; ++i) {
      const Http2Headers hints{{":status", "103"}, {"link", "</style.css>"}};
      const auto values = name_values(hints);
      nghttp2_submit_headers(session, NGHTTP2_FLAG_NONE, id, nullptr, values.data(), values.size(), nullptr);
    }
    answer.headers.insert(answer.headers.begin(), {":status", std::to_string(answer.status)});
    const auto values = name_values(answer.headers);
    const nghttp2_data_provider body{.source = {}, .read_callback = on_body_wanted};
    nghttp2_submit_response(session, id, values.data(), values.size(), answer.only_trailers ? nullptr : &body);
  }

  static ssize_t on_body_wanted(nghttp2_session* session, std::int32_t id, std::uint8_t* buffer, std::size_t size,
                                std::uint32_t* flags, nghttp2_data_source*, void* user) {
    auto& [answer, sent] = of(user).outgoing[id];
    const auto taken = std::min(size, answer.body.size() - sent);
    std::copy_n(answer.body.data() + sent, taken, reinterpret_cast<char*>(buffer));
    sent += taken;
    if (sent < answer.body.size()) return static_cast<ssize_t>(taken);
    if (answer.endless) {
      sent = 0;
      return static_cast<ssize_t>(taken);
    }
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (answer.reset_at_end) {
      *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
      of(user).reset_at_end = {id, *answer.reset_at_end};
    } else if (!answer.trailers.empty()) {
      *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
      const auto values = name_values(answer.trailers);
      nghttp2_submit_trailer(session, id, values.data(), values.size());
    }
    return static_cast<ssize_t>(taken);
  }

  void submit_settings(const std::vector<std::pair<std::int32_t, std::uint32_t>>& settings) {
    std::vector<nghttp2_settings_entry> entries;
    entries.reserve(settings.size());
    for (const auto& [id, value] : settings)
      entries.push_back({id, value});
    nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, entries.data(), entries.size());
    more.notify();
  }

  void close() {
    open = false;
    boost::system::error_code ignored;
    socket.close(ignored);
    more.notify();
  }

  /// With a RST, so that the client's kernel drops what it has not sent.
  void reset() {
    boost::system::error_code ignored;
    socket.set_option(asio::socket_base::linger{true, 0}, ignored);
    close();
  }

  Http2Peer& peer;
  Http2Manners manners;
  net::Socket socket;
  net::Alarm more;
  nghttp2_session* session = nullptr;
  std::map<std::int32_t, Http2Request> incoming;
  std::map<std::int32_t, Outgoing> outgoing;
  std::optional<std::pair<std::int32_t, std::uint32_t>> reset_at_end;
  std::string raw;
  std::size_t bytes_left = no_limit;
  bool closing = false;  ///< once everything is written
  bool open = true;
};

Http2Peer::Http2Peer(asio::io_context& io, Handler handler, Listens listens) : io_{io}, handler_{std::move(handler)} {
  if (listens == Listens::no) return;
  Acceptor made{{io_, asio::ip::tcp::endpoint{asio::ip::address_v4::loopback(), 0}}};
  port_ = made.listener.local_endpoint().port();
  acceptor_ = std::make_shared<Acceptor>(std::move(made));
  asio::co_spawn(io_, accept(this, acceptor_), asio::detached);
}

Http2Peer::~Http2Peer() {
  stop();
}

Endpoint Http2Peer::endpoint() const {
  return {Endpoint::Kind::tcp, "127.0.0.1", port_, "/"};
}

void Http2Peer::stop() {
  boost::system::error_code ignored;
  if (acceptor_) acceptor_->listener.close(ignored);
  drop_connections();
}

void Http2Peer::drop_connections() {
  for (const auto& weak : sessions_) {
    if (const auto session = weak.lock()) session->close();
  }
}

void Http2Peer::ping() {
  const auto session = last_.lock();
  nghttp2_submit_ping(session->session, NGHTTP2_FLAG_NONE, nullptr);
  session->more.notify();
}

void Http2Peer::goaway(std::int32_t last_stream, std::uint32_t code, std::string_view text) {
  const auto session = last_.lock();
  nghttp2_submit_goaway(session->session, NGHTTP2_FLAG_NONE, last_stream, code,
                        reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  session->more.notify();
}

void Http2Peer::change_settings(const std::vector<std::pair<std::int32_t, std::uint32_t>>& settings) {
  last_.lock()->submit_settings(settings);
}

void Http2Peer::send_raw(std::string bytes) {
  const auto session = last_.lock();
  session->raw.append(bytes);
  session->more.notify();
}

void Http2Peer::open_window(std::int32_t stream, std::int32_t bytes) {
  const auto session = last_.lock();
  nghttp2_submit_window_update(session->session, NGHTTP2_FLAG_NONE, stream, bytes);
  session->more.notify();
}

void Http2Peer::close_connection() {
  if (const auto session = last_.lock()) session->close();
}

void Http2Peer::reset_connection_after(std::size_t bytes) {
  last_.lock()->bytes_left = bytes;
}

Task<void> Http2Peer::accept(Http2Peer* peer, std::shared_ptr<Acceptor> acceptor) {
  for (;;) {
    auto [error, accepted] = co_await acceptor->listener.async_accept(as_tuple);
    if (error) co_return;
    boost::system::error_code ignored;
    accepted.set_option(asio::ip::tcp::no_delay{true}, ignored);
    peer->adopt(net::Socket{std::move(accepted)});
  }
}

void Http2Peer::adopt(net::Socket socket) {
  auto session = std::make_shared<Session>(*this, std::move(socket));
  ++connections;
  bytes_received = 0;
  std::erase_if(sessions_, [](const auto& weak) { return weak.expired(); });
  sessions_.push_back(session);
  last_ = session;
  if (session->bytes_left == 0) session->reset();
  asio::co_spawn(io_, read(session), asio::detached);
  asio::co_spawn(io_, write(session), asio::detached);
}

Task<void> Http2Peer::read(std::shared_ptr<Session> session) {
  std::array<std::uint8_t, 16384> buffer{};
  while (session->open) {
    const auto step = std::min(buffer.size(), session->bytes_left);
    auto [error, size] = co_await session->socket.async_read_some(asio::buffer(buffer.data(), step), as_tuple);
    if (error) break;
    session->peer.bytes_received += size;
    if (session->bytes_left != no_limit) session->bytes_left -= std::min(size, session->bytes_left);
    if (!session->manners.raw && !session->manners.silent) {
      if (nghttp2_session_mem_recv(session->session, buffer.data(), size) < 0) break;
    }
    if (session->bytes_left == 0) session->reset();
    session->more.notify();
  }
  session->close();
  ++session->peer.connections_ended;
}

Task<void> Http2Peer::write(std::shared_ptr<Session> session) {
  if (session->manners.raw) {
    session->raw = *session->manners.raw;
    session->closing = true;
  }
  std::string bytes;
  while (session->open) {
    bytes = std::exchange(session->raw, {});
    while (!session->manners.raw && !session->manners.silent && bytes.size() < 65536) {
      const std::uint8_t* data = nullptr;
      const auto size = nghttp2_session_mem_send(session->session, &data);
      if (size <= 0) break;
      bytes.append(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
    }
    if (bytes.empty() && session->reset_at_end) {
      const auto [id, code] = *std::exchange(session->reset_at_end, {});
      nghttp2_submit_rst_stream(session->session, NGHTTP2_FLAG_NONE, id, code);
      continue;
    }
    if (bytes.empty() && session->closing) break;
    if (bytes.empty()) {
      co_await session->more.wait();
      continue;
    }
    const auto step = session->manners.byte_by_byte ? 1 : bytes.size();
    for (std::size_t begin = 0; begin < bytes.size() && session->open; begin += step) {
      auto [error, size] = co_await asio::async_write(
          session->socket, asio::buffer(bytes.data() + begin, std::min(step, bytes.size() - begin)), as_tuple);
      if (error) co_return;
    }
  }
  if (!session->closing) co_return;
  // The end without a RST, so that the client hears what came before: what it sends now is still read.
  boost::system::error_code ignored;
  session->socket.shutdown(asio::socket_base::shutdown_send, ignored);
}

std::string http2_frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream, std::string_view payload) {
  std::string bytes;
  for (const unsigned shift : {16U, 8U, 0U})
    bytes.push_back(static_cast<char>(payload.size() >> shift & 0xFFU));
  bytes.push_back(static_cast<char>(type));
  bytes.push_back(static_cast<char>(flags));
  for (const unsigned shift : {24U, 16U, 8U, 0U})
    bytes.push_back(static_cast<char>(stream >> shift & 0xFFU));
  return bytes.append(payload);
}

}  // namespace cspy::test
