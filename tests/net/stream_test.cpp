// connect() with all kinds of routes, over real sockets.
#include "net/stream.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "net/tls.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/log_capture.hpp"
#include "tests/support/loop.hpp"
#include "tests/support/scripted_peer.hpp"
#include "tests/support/temp_dir.hpp"

namespace cspy::net {
namespace {

using test::handshake;
using test::read_bytes;
using test::ScriptedPeer;
using test::silence;

constexpr auto as_tuple = boost::asio::as_tuple(boost::asio::use_awaitable_t<Executor>{});

Task<std::string> read_exactly(Stream* stream, std::size_t size) {
  std::string text(size, '\0');
  auto [error, count] = co_await boost::asio::async_read(*stream, boost::asio::buffer(text), as_tuple);
  text.resize(count);
  co_return error ? "error: " + socket_error(error, false).message : text;
}

Task<std::string> write_all(Stream* stream, std::string text) {
  auto [error, count] = co_await boost::asio::async_write(*stream, boost::asio::buffer(text), as_tuple);
  co_return error ? "error: " + socket_error(error, false).message : "written";
}

struct StreamTest : testing::Test {
  StreamTest() { test::replace_file(ca, authority.certificate()); }
  ~StreamTest() override {
    stream.reset();
    peer.stop();
    EXPECT_TRUE(test::drain(io)) << "a coroutine is still waiting";
  }

  /// "connected", or why not.
  std::string open(std::chrono::milliseconds time = test::patience) {
    auto opened = *test::run(io, connect(context, route, Clock::now() + time));
    if (!opened) return opened.error().message;
    stream.emplace(std::move(*opened));
    return "connected";
  }
  void use_tls() {
    route.endpoint.kind = Endpoint::Kind::tls;
    route.tls = &tls;
  }

  boost::asio::io_context io;
  Context context{io};
  ScriptedPeer peer{io};
  Route route{.endpoint = {Endpoint::Kind::tcp, "127.0.0.1", peer.port(), ""}};
  test::Authority authority;
  test::TempDir folder;
  std::string ca = folder.file("ca.pem");
  test::LogCapture capture;
  Tls tls{{.ca_file = ca, .certificate_file = {}, .key_file = {}}, capture.log};
  std::optional<Stream> stream;
};

TEST_F(StreamTest, IsPlainWithoutAProtocol) {
  peer.expect({test::send("hello"), silence()});
  ASSERT_EQ(open(), "connected");
  EXPECT_EQ(test::run(io, read_exactly(&*stream, 5)), "hello");
  EXPECT_EQ(stream->alpn(), "");
  EXPECT_TRUE(stream->is_open());
  stream->close();
  EXPECT_FALSE(stream->is_open());
}

TEST_F(StreamTest, ReachesTheOtherLoopbackAddressOfLocalhost) {
  ScriptedPeer other{io, "::1"};
  other.expect({test::send("hello")});
  route.endpoint.host = "localhost";
  route.endpoint.port = other.port();
  ASSERT_EQ(open(), "connected");
  EXPECT_EQ(test::run(io, read_exactly(&*stream, 5)), "hello");
}

TEST_F(StreamTest, SaysWhatThePeerChose) {
  use_tls();
  route.alpn = "h2";
  peer.expect({handshake(test::server_context({.identity = authority.issue(), .alpn = "h2"})), silence()});
  ASSERT_EQ(open(), "connected");
  EXPECT_EQ(stream->alpn(), "h2");
}

TEST_F(StreamTest, HasNoProtocolWhereThePeerChoseNone) {
  use_tls();
  route.alpn = "h2";
  peer.expect({handshake(test::server_context({.identity = authority.issue()})), silence()});
  ASSERT_EQ(open(), "connected");
  EXPECT_EQ(stream->alpn(), "");
}

TEST_F(StreamTest, ReadsAndWritesAtOnceOverTls) {
  use_tls();
  constexpr std::size_t size = 300 * 1024;  // many records, and more than the buffers of the sockets hold
  peer.expect({handshake(test::server_context({.identity = authority.issue()})), read_bytes(size), test::send("done"),
               silence()});
  ASSERT_EQ(open(), "connected");
  std::optional<std::string> read;
  boost::asio::co_spawn(io, test::store(read_exactly(&*stream, 4), &read), [](std::exception_ptr) {});
  EXPECT_EQ(test::run(io, write_all(&*stream, std::string(size, 'x'))), "written");
  ASSERT_TRUE(test::run_until(io, [&] { return read.has_value(); }));
  EXPECT_EQ(read, "done");
}

TEST_F(StreamTest, EndsWhatIsPendingWhenItIsClosed) {
  for (const bool secured : {false, true}) {
    peer.expect_only({silence()});
    if (secured) {
      use_tls();
      peer.expect_only({handshake(test::server_context({.identity = authority.issue()})), silence()});
    }
    ASSERT_EQ(open(), "connected");
    std::optional<std::string> read;
    boost::asio::co_spawn(io, test::store(read_exactly(&*stream, 1), &read), [](std::exception_ptr) {});
    io.restart();
    io.poll();
    stream->close();
    ASSERT_TRUE(test::run_until(io, [&] { return read.has_value(); }));
    EXPECT_EQ(read, "error: stopped") << secured;
  }
}

TEST_F(StreamTest, TellsTheEndWithAndWithoutAFarewell) {
  use_tls();
  peer.expect({handshake(test::server_context({.identity = authority.issue()})), test::send("x")});
  ASSERT_EQ(open(), "connected");
  EXPECT_EQ(test::run(io, read_exactly(&*stream, 2)), "error: the peer closed the connection");
}

TEST_F(StreamTest, ConnectsToAnAddressOfVersion6WithItsCertificate) {
  ScriptedPeer other{io, "::1"};
  use_tls();
  other.expect(
      {handshake(test::server_context({.identity = authority.issue({.names = "IP:0:0:0:0:0:0:0:1"})})), silence()});
  route.endpoint.host = "::1";
  route.endpoint.port = other.port();
  EXPECT_EQ(open(), "connected");
  EXPECT_EQ(other.server_name(), "") << "an address is not a server name";
}

TEST_F(StreamTest, PassesOverADeadAddressAndRemembersTheGoodOne) {
  // The system drops what is sent to this address (RFC 5737), or refuses it at once.
  context.hosts = [](std::string_view) { return std::vector<std::string>{"192.0.2.1", "127.0.0.1"}; };
  route.endpoint.host = "receiver.test";
  peer.expect({test::send("hello"), silence()});
  ASSERT_EQ(open(std::chrono::milliseconds{1'200}), "connected");
  EXPECT_EQ(test::run(io, read_exactly(&*stream, 5)), "hello");
  const auto begun = Clock::now();
  ASSERT_EQ(open(std::chrono::milliseconds{1'200}), "connected");
  EXPECT_LT(Clock::now() - begun, std::chrono::milliseconds{400}) << "the good address comes first now";
}

TEST_F(StreamTest, LooksUpNamesOfTheSystem) {
  route.endpoint.host = "ip6-localhost.invalid";
  EXPECT_EQ(open().substr(0, 46), "cannot resolve 'ip6-localhost.invalid': Name o");
  route.endpoint.host = "LOCALHOST";  // "localhost" itself needs no resolver
  peer.expect({test::send("hello"), silence()});
  EXPECT_EQ(open(), "connected");
}

TEST_F(StreamTest, LetsManyShareALookup) {
  route.endpoint.host = "LOCALHOST";
  std::vector<std::string> ends;
  const auto open_one = [&] -> Task<void> {
    const Result<Stream> opened = co_await connect(context, route, Clock::now() + test::patience);
    ends.push_back(opened ? "connected" : opened.error().message);
  };
  for (int i = 0; i < 40; ++i) {
    peer.expect({silence()});
    test::spawn(io, open_one());
  }
  ASSERT_TRUE(test::run_until(io, [&] { return ends.size() == 40; }));
  EXPECT_EQ(std::ranges::count(ends, "connected"), 40) << ends.back();
}

TEST_F(StreamTest, TriesNoFurtherAddressWhenTheProgramStops) {
  // The system drops what is sent to these addresses (RFC 5737), or refuses it at once.
  context.hosts = [](std::string_view) { return std::vector<std::string>{"192.0.2.1", "192.0.2.2", "192.0.2.3"}; };
  route.endpoint.host = "receiver.test";
  bool ended = false;
  const auto open_one = [&] -> Task<void> {
    const Result<Stream> opened = co_await connect(context, route, Clock::now() + std::chrono::minutes{10});
    ended = !opened;
  };
  test::spawn(io, open_one());
  io.restart();
  io.poll();
  context.deadlines.expire_all();
  EXPECT_TRUE(test::run_until(io, [&] { return ended; }));
}

}  // namespace
}  // namespace cspy::net
