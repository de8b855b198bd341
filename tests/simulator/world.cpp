#include "tests/simulator/world.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <sys/un.h>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>
#include <limits>
#include <memory>
#include <utility>

#include "net/context.hpp"
#include "net/stream.hpp"

namespace cspy::simulator {
namespace {

namespace asio = boost::asio;

World* the_world = nullptr;

/// Steps of both loops at one moment after which nothing but an endless loop explains them.
constexpr std::uint64_t steps_at_once_max = 2'000'000;
/// 2026-11-18.
constexpr UnixNanos wall_begin = 1'795'000'000'000'000'000;

/// "/engine.sock" or "10.0.0.1:4318".
std::string text_of(const net::Address& address) {
  if (address.protocol().family() == AF_UNIX) {
    sockaddr_un name{};
    std::memcpy(&name, address.data(), std::min(sizeof(name), address.size()));
    return name.sun_path;
  }
  asio::ip::tcp::endpoint endpoint;
  endpoint.resize(address.size());
  std::memcpy(endpoint.data(), address.data(), address.size());
  return fmt::format("{}:{}", endpoint.address().to_string(), endpoint.port());
}

}  // namespace

/// A timer that waits.
struct World::Wait {
  Wait(net::Timer::Done call, asio::io_context& loop) : done{std::move(call)}, io{loop}, work{loop.get_executor()} {}

  void end(bool reached) {
    asio::post(io, [done = std::move(done), reached] mutable { done(reached); });
    work.reset();
  }

  net::Timer::Done done;
  asio::io_context& io;
  asio::executor_work_guard<net::Executor> work;
  Waits::iterator place;
  bool pending = true;
};

/// Ends the waits of a loop with the loop, as Asio does with those of its timers.
class Timers : public asio::execution_context::service {
 public:
  using key_type = Timers;
  static asio::execution_context::id id;

  explicit Timers(asio::execution_context& context) : service{context} {}

  void shutdown() override {
    std::vector<std::shared_ptr<World::Wait>> ended;
    std::erase_if(World::current().waits_, [&](const auto& entry) {
      if (&entry.second->io != &context()) return false;
      entry.second->pending = false;
      ended.push_back(entry.second);
      return true;
    });
    // Each destroys a coroutine, and perhaps further timers.
    for (const auto& wait : ended)
      wait->done = nullptr;
  }
};

asio::execution_context::id Timers::id;

World& World::current() {
  return *the_world;
}

World::World(std::uint64_t seed) : random{seed} {
  if (std::exchange(the_world, this) != nullptr) throw std::logic_error{"there is a world already"};
}

World::~World() {
  stays_.reset();
  io_.reset();  // its coroutines hold timers
  the_world = nullptr;
}

std::int64_t World::number(std::int64_t low, std::int64_t high) {
  // std::uniform_int_distribution may differ between libraries; a seed must not.
  const auto span = static_cast<std::uint64_t>(high - low) + 1;
  return low + static_cast<std::int64_t>(span == 0 ? random() : random() % span);
}

bool World::chance(double probability) {
  constexpr double steps = 1'000'000;
  return static_cast<double>(number(0, static_cast<std::int64_t>(steps) - 1)) < probability * steps;
}

UnixNanos World::wall() const {
  return wall_begin + static_cast<UnixNanos>((age() + wall_offset_).count());
}

void World::at(Duration age, std::function<void()> action) {
  actions_.emplace(std::max(now_, TimePoint{age}), std::move(action));
}

void World::say(std::string_view line) const {
  if (trace) trace(line);
}

void World::fire_next() {
  const auto next_wait = waits_.empty() ? TimePoint::max() : waits_.begin()->first;
  const auto next_action = actions_.empty() ? TimePoint::max() : actions_.begin()->first;
  const auto next = std::min(next_wait, next_action);
  if (next == TimePoint::max()) throw Violation{"the agent waits for nothing, for ever"};
  now_ = std::max(now_, next);
  if (next_action <= next_wait) {
    const auto action = std::move(actions_.begin()->second);
    actions_.erase(actions_.begin());
    action();
    return;
  }
  const auto wait = std::move(waits_.begin()->second);
  waits_.erase(waits_.begin());
  wait->pending = false;
  wait->end(true);
}

void World::drive(asio::io_context& agent) {
  agent.restart();
  while (!agent.stopped()) {
    std::uint64_t steps = 0;
    for (bool ran = true; ran && !agent.stopped();) {
      ran = agent.poll_one() > 0;
      if (ran && steps_until_kill_ > 0) {
        --steps_until_kill_;
        if (steps_until_kill_ == 0) throw Killed{};
      }
      ran = (io().poll_one() > 0) || ran;
      if (violation_) throw Violation{*violation_};
      if (++steps > steps_at_once_max) throw Violation{"the agent never comes to rest"};
    }
    if (!agent.stopped()) fire_next();
  }
}

void World::pass(Duration time) {
  const auto end = now_ + time;
  bool reached = false;
  at(end.time_since_epoch(), [&reached] { reached = true; });
  while (!reached) {
    while (io().poll_one() > 0) {
    }
    fire_next();
  }
}

}  // namespace cspy::simulator

// What the agent sees instead of the system.

namespace cspy {

UnixNanos system_now() {
  return simulator::World::current().wall();
}

}  // namespace cspy

namespace cspy::net {

namespace asio = boost::asio;
using simulator::Reach;
using simulator::World;

Clock::time_point Clock::now() {
  return World::current().now();
}

struct Timer::State {
  explicit State(asio::io_context& loop) : io{loop} { asio::use_service<simulator::Timers>(io); }

  asio::io_context& io;
  std::shared_ptr<World::Wait> wait = {};
};

Timer::Timer(asio::io_context& io) : state_{std::make_unique<State>(io)} {}

Timer::~Timer() {
  cancel();
}

void Timer::start(TimePoint at, Done done) {
  cancel();
  auto& world = World::current();
  state_->wait = std::make_shared<World::Wait>(std::move(done), state_->io);
  state_->wait->place = world.waits_.emplace(std::max(at, world.now()), state_->wait);
}

void Timer::cancel() {
  const auto wait = std::exchange(state_->wait, nullptr);
  if (!wait || !wait->pending) return;
  wait->pending = false;
  World::current().waits_.erase(wait->place);
  wait->end(false);
}

Task<void> Timer::wait_until(TimePoint at) {
  [[maybe_unused]] const asio::use_awaitable_t<Executor> token{};
  co_await asio::async_initiate<const asio::use_awaitable_t<Executor>, void()>(
      [this, at](auto handler) { start(at, [handler = std::move(handler)](bool) mutable { std::move(handler)(); }); },
      asio::use_awaitable_t<Executor>{});
}

void run_loop(asio::io_context& io) {
  World::current().drive(io);
}

Task<Result<std::vector<Address>>> look_up(Context& context, std::string host, std::uint16_t port, TimePoint deadline) {
  auto& world = World::current();
  Timer wait{context.io};
  if (world.names_silent) {
    const Deadlines::Guard guard{context.deadlines, deadline, [](void* timer) { static_cast<Timer*>(timer)->cancel(); },
                                 &wait};
    co_await wait.wait_until(TimePoint::max());
    co_return fail(Code::timeout, "cannot resolve '" + host + "': no answer within the deadline");
  }
  co_await wait.wait_until(world.now() + std::chrono::milliseconds{1});
  const auto found = world.names.find(host);
  if (found == world.names.end()) co_return fail(Code::unreachable, "cannot resolve '" + host + "': no such name");
  std::vector<Address> addresses;
  for (const auto& text : found->second)
    addresses.emplace_back(asio::ip::tcp::endpoint{asio::ip::make_address(text), port});
  co_return addresses;
}

Task<Result<Socket>> dial(Context& context, Address address, TimePoint deadline) {
  auto& world = World::current();
  const auto text = simulator::text_of(address);
  const auto found = world.places.find(text);
  auto place = found == world.places.end() ? World::Place{.reach = Reach::is_absent} : found->second;
  Timer wait{context.io};
  const Deadlines::Guard guard{context.deadlines, deadline, [](void* timer) { static_cast<Timer*>(timer)->cancel(); },
                               &wait};
  co_await wait.wait_until(place.reach == Reach::is_silent ? TimePoint::max() : world.now() + place.latency);
  const auto failed = [&](int code) {
    return std::unexpected{socket_error({code, boost::system::system_category()}, guard.expired())};
  };
  if (guard.expired() || place.reach == Reach::is_silent) co_return failed(ETIMEDOUT);
  if (place.reach == Reach::refuses) co_return failed(ECONNREFUSED);
  if (place.reach == Reach::denies) co_return failed(EACCES);
  if (place.reach == Reach::is_absent) co_return failed(address.protocol().family() == AF_UNIX ? ENOENT : EHOSTUNREACH);
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0) co_return failed(errno);
  const asio::generic::stream_protocol protocol{AF_UNIX, 0};
  place.accept(Socket{world.io(), protocol, ends[1]});
  co_return Socket{context.io, protocol, ends[0]};
}

}  // namespace cspy::net
