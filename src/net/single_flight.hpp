// One operation for all who want its result at the same time.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "net/context.hpp"
#include "net/task.hpp"

namespace cspy::net {

/// Runs an operation for the first coroutine that asks. Those who ask before it has ended wait for the same result.
template<class T>
class SingleFlight {
 public:
  explicit SingleFlight(boost::asio::io_context& io) : io_{io} {}

  [[nodiscard]] bool in_progress() const { return flight_ != nullptr; }

  /// Runs `operation` to its end, or waits for the one in progress until `deadline`. Null: that one had not ended by
  /// then, or it failed. It rethrows what its own operation throws.
  Task<std::shared_ptr<const T>> run(TimePoint deadline, std::function<Task<T>()> operation) {
    if (auto flight = flight_) {
      Alarm alarm{io_};
      const Seat seat{*flight, alarm};
      while (!flight->ended && co_await alarm.wait_until(deadline)) {
      }
      co_return flight->result;
    }
    const auto flight = std::make_shared<Flight>();
    const Landing landing{*this, *flight};
    flight_ = flight;
    flight->result = std::make_shared<const T>(co_await operation());
    co_return flight->result;
  }

 private:
  struct Flight {
    bool ended = false;
    std::shared_ptr<const T> result;
    std::vector<Alarm*> waiting;
  };

  /// Lets an alarm ring at the end of the flight. However its coroutine ends, nobody touches the alarm afterwards.
  class Seat {
   public:
    Seat(Flight& flight, Alarm& alarm) : flight_{flight}, alarm_{alarm} { flight_.waiting.push_back(&alarm_); }
    ~Seat() { std::erase(flight_.waiting, &alarm_); }
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;

   private:
    Flight& flight_;
    Alarm& alarm_;
  };

  /// Ends the flight, also if the operation throws.
  class Landing {
   public:
    Landing(SingleFlight& owner, Flight& flight) : owner_{owner}, flight_{flight} {}
    ~Landing() {
      owner_.flight_ = nullptr;
      flight_.ended = true;
      for (auto* const alarm : flight_.waiting)
        alarm->notify();
    }
    Landing(const Landing&) = delete;
    Landing& operator=(const Landing&) = delete;

   private:
    SingleFlight& owner_;
    Flight& flight_;
  };

  boost::asio::io_context& io_;
  std::shared_ptr<Flight> flight_;
};

}  // namespace cspy::net
