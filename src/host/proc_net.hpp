// What /proc/PID/net says of the network that a process is in. Pure: each class takes the lines of one file, of any
// length, and keeps sums. Lines that mean nothing are passed over.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/sample.hpp"

namespace cspy::host {

/// /proc/PID/net/dev. A "drop" there has what the interface's driver missed as well, which the engine's own number
/// leaves out.
class InterfaceLines {
 public:
  void line(std::string_view line);
  /// What was read, less the interfaces that cAdvisor leaves out; at most limits::networks_max, sorted, none twice.
  [[nodiscard]] std::vector<metrics::NetworkCounters> take();

 private:
  std::vector<metrics::NetworkCounters> networks_;
};

/// /proc/PID/net/tcp and tcp6: how many sockets are in each state.
class TcpStates {
 public:
  void line(std::string_view line);
  void add_to(metrics::Tail what, metrics::Sample& sample) const;

 private:
  std::array<std::uint64_t, 11> sockets_{};  // by the kernel's number (net/tcp_states.h), less one
};

/// /proc/PID/net/udp and udp6: how many sockets there are, what waits in their queues in bytes, and what they dropped.
/// cAdvisor has the two queues the wrong way round.
class UdpTotals {
 public:
  void line(std::string_view line);
  void add_to(metrics::Tail what, metrics::Sample& sample) const;

 private:
  std::uint64_t sockets_ = 0, dropped_ = 0, receive_queue_bytes_ = 0, transmit_queue_bytes_ = 0;
};

/// /proc/PID/net/netstat and snmp, one after the other: what TCP counts, as far as cAdvisor knows it. Negative numbers
/// (no limit of connections) are noted as their two's complement.
class TcpCounters {
 public:
  explicit TcpCounters(metrics::Sample& sample) : sample_{sample} {}
  void line(std::string_view line);

 private:
  metrics::Sample& sample_;
  std::string names_;  // the line of names whose line of values is to come
};

}  // namespace cspy::host
