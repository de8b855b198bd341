// Parses /proc/PID/net, the network of a process. Pure: each class takes the lines of one file of any length and keeps
// sums. It ignores lines without a meaning.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/sample.hpp"

namespace cspy::host {

/// /proc/PID/net/dev. Its "drop" also counts packets that the interface's driver missed. The engine's own number leaves
/// these out.
class InterfaceLines {
 public:
  void line(std::string_view line);
  /// The interfaces without those that cAdvisor ignores, at most limits::networks_max, sorted, without duplicates.
  [[nodiscard]] std::vector<metrics::NetworkCounters> take();

 private:
  std::vector<metrics::NetworkCounters> networks_;
};

/// /proc/PID/net/tcp and tcp6: the number of sockets in each state.
class TcpStates {
 public:
  void line(std::string_view line);
  void add_to(metrics::Tail what, metrics::Sample& sample) const;

 private:
  std::array<std::uint64_t, 11> sockets_{};  // indexed by the kernel's number (net/tcp_states.h) minus one
};

/// /proc/PID/net/udp and udp6: the number of sockets, the bytes in their queues, and the dropped datagrams. cAdvisor
/// swaps the two queues.
class UdpTotals {
 public:
  void line(std::string_view line);
  void add_to(metrics::Tail what, metrics::Sample& sample) const;

 private:
  std::uint64_t sockets_ = 0, dropped_ = 0, receive_queue_bytes_ = 0, transmit_queue_bytes_ = 0;
};

/// /proc/PID/net/netstat and snmp, one after the other: TCP's counters, if cAdvisor knows them. A negative number (no
/// limit of connections) is kept as its two's complement.
class TcpCounters {
 public:
  explicit TcpCounters(metrics::Sample& sample) : sample_{sample} {}
  void line(std::string_view line);

 private:
  metrics::Sample& sample_;
  std::string names_;  // the names; the next line has their values
};

}  // namespace cspy::host
