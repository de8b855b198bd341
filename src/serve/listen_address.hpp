// Addresses to listen at, parsed from the text of a setting. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace cspy::serve {

struct ListenAddress {
  std::string host;        ///< an IPv4 or IPv6 address without brackets; empty: all addresses of this machine
  std::uint16_t port = 0;  ///< 0: a free port
  std::string path = {};   ///< of a unix socket; empty for TCP

  [[nodiscard]] bool is_unix() const { return !path.empty(); }
  /// As a user writes it: ":8080", "127.0.0.1:8080", "[::1]:8080", "unix:/run/containerspy.sock".
  [[nodiscard]] std::string text() const;

  bool operator==(const ListenAddress&) const = default;
};

/// Parses ":PORT", "PORT", "ADDRESS:PORT", "[IPV6]:PORT", "localhost:PORT" (127.0.0.1), "unix:PATH" or "unix://PATH".
/// Error invalid. The message names the text, and the remedy shows how to write it.
[[nodiscard]] Result<ListenAddress> parse_listen_address(std::string_view text);

}  // namespace cspy::serve
