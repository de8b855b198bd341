// The engine's API: versioned requests over a pool of kept connections.
//
// Answers come back parsed. An error names the request, the socket and the cause. If a request fails because the engine
// had closed a kept connection, the client repeats it on a fresh connection. It repeats nothing else.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/endpoint.hpp"
#include "base/error.hpp"
#include "docker/engine.hpp"
#include "docker/event.hpp"
#include "docker/inspect.hpp"
#include "docker/list.hpp"
#include "docker/sizes.hpp"
#include "metrics/sample.hpp"
#include "net/context.hpp"
#include "net/http1.hpp"

namespace cspy::docker {

/// The lines of a body as they arrive.
class LineReader {
 public:
  explicit LineReader(net::http1::Connection connection) : connection_{std::move(connection)} {}

  /// The next line that is not empty, valid until the next call; nullopt at the end of the body. Errors: too_large, and
  /// those of Connection::read_some().
  net::Task<Result<std::optional<std::string_view>>> next();
  net::http1::Connection& connection() { return connection_; }

 private:
  std::optional<std::string_view> take_line();

  net::http1::Connection connection_;
  std::string buffer_;
  std::size_t consumed_ = 0;  ///< bytes of the buffer
};

/// An open /events stream. The Client that made it must outlive it.
class EventStream {
 public:
  EventStream(net::http1::Connection connection, std::string context, ContainerFilter filter = {});

  /// The next event, however long that takes. Errors: malformed (the stream goes on), and the errors that end it:
  /// unreachable if the engine closed it, cancelled after close(), too_large.
  net::Task<Result<Event>> next();
  /// Makes next() fail at once.
  void close() { lines_.connection().close(); }

 private:
  LineReader lines_;
  std::string context_;
  ContainerFilter filter_;
};

class Client {
 public:
  enum class Request : std::uint8_t { ping, version, info, list, inspect, stats, events, disk };
  static constexpr std::size_t request_count = static_cast<std::size_t>(Request::disk) + 1;
  [[nodiscard]] static std::string_view describe(Request request);
  /// The requests of one kind that have ended. A stream of events has ended when it has begun.
  struct Counts {
    std::uint64_t answered = 0;  ///< with success
    std::uint64_t failed = 0;    ///< refused, without an answer, or with one that was cut short
    std::chrono::nanoseconds time{};
  };

  Client(net::Context& context, Endpoint endpoint) : context_{context}, endpoint_{std::move(endpoint)} {}

  /// Asks the engine what it is, and from then on uses the API version that both sides know. What the engine does not
  /// tell, because it refuses or fails to answer /version or /info, stays as it was last known, or is not known.
  /// REQUIRES: call it before all other requests, and again after a lost connection, because another engine may have
  /// taken its place. Errors: the engine does not answer /_ping, or no API version is known.
  net::Task<Result<Engine>> negotiate();
  /// Asks /info again. True: engine() has its answer now.
  net::Task<bool> ask_info();
  /// Whether the engine is there.
  net::Task<Result<void>> ping();
  /// Uses what another client negotiated with the same engine.
  void adopt(Engine engine) { engine_ = std::move(engine); }
  /// Closes the kept connections.
  void reset() { idle_.clear(); }

  // `filter` says which of the containers are watched.

  net::Task<Result<std::vector<Listed>>> list(Which which = Which::running, ContainerFilter filter = {});
  /// Keeps the labels and variables that `rules` select.
  net::Task<Result<Inspection>> inspect(std::string id, LabelRules rules = {}, ContainerFilter filter = {});
  /// One sample, taken now. nullopt: the container does not run.
  net::Task<Result<std::optional<metrics::Sample>>> stats(std::string id, net::TimePoint deadline);
  /// The answer to one of disk_questions(). The engine may need minutes for it.
  net::Task<Result<DiskReport>> disk_report(std::string question, DiskReportReader::Answer answer,
                                            net::TimePoint deadline);
  net::Task<Result<EventStream>> events(Which which = Which::running, ContainerFilter filter = {});
  /// Passes on the OOM kills that the engine remembers from this period. Podman has no such events, so nothing is
  /// passed on. An engine whose clock is behind keeps the answer open; then the time limit ends it, which is no error.
  net::Task<Result<void>> oom_history(UnixNanos since, UnixNanos until, std::function<void(const Event&)> take,
                                      ContainerFilter filter = {});

  [[nodiscard]] const Endpoint& endpoint() const { return endpoint_; }
  [[nodiscard]] const Engine& engine() const { return engine_; }
  [[nodiscard]] const Counts& counts(Request request) const { return counts_[static_cast<std::size_t>(request)]; }
  [[nodiscard]] net::Context& context() const { return context_; }

 private:
  /// A connection and the memory for its bodies. Keeping both saves making them for each request.
  struct Channel {
    net::http1::Connection connection;
    std::string body;
  };

  [[nodiscard]] std::string operation(std::string_view target) const;
  void count(Request request, net::TimePoint begun, bool answered);
  net::Task<Result<Channel>> begin(std::string target, net::TimePoint deadline);
  /// Only begins: the body is read elsewhere.
  net::Task<Result<Channel>> open(Request request, std::string target, net::TimePoint deadline);
  net::Task<Result<Channel>> get(Request request, std::string target, std::size_t body_bytes_max,
                                 net::TimePoint deadline);
  /// Passes the body of the answer to `feed` as it arrives.
  net::Task<Result<void>> stream(Request request, std::string target, net::TimePoint deadline,
                                 std::function<Result<void>(std::string_view)> feed);
  net::Task<Result<void>> feed_answer(std::string target, net::TimePoint deadline,
                                      std::function<Result<void>(std::string_view)> feed);
  void keep(Channel channel);
  net::Task<Result<void>> add_version(Engine& engine);
  net::Task<Result<void>> add_info(Engine& engine);
  [[nodiscard]] std::string versioned(std::string_view path) const {
    return "/v" + engine_.api().text() + std::string{path};
  }

  net::Context& context_;
  Endpoint endpoint_;
  Engine engine_;
  std::vector<Channel> idle_;
  std::array<Counts, request_count> counts_{};
};

/// The meaning of an HTTP status of the engine, with the message from its JSON body.
[[nodiscard]] Error http_error(unsigned status, std::string_view body);

}  // namespace cspy::docker
