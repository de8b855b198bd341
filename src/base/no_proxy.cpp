#include "base/no_proxy.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/text.hpp"

namespace cspy {
namespace {

/// An IPv4 or IPv6 address. A mapped address ("::ffff:10.0.0.1") is stored as IPv4.
struct Address {
  std::array<std::uint8_t, 16> bytes{};
  std::size_t size = 0;  ///< 4 or 16

  bool operator==(const Address&) const = default;
};

constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

std::optional<Address> parse_address(const std::string& text) {
  Address address;
  if (::inet_pton(AF_INET, text.c_str(), address.bytes.data()) == 1) {
    address.size = 4;
    return address;
  }
  if (::inet_pton(AF_INET6, text.c_str(), address.bytes.data()) != 1) return std::nullopt;
  address.size = 16;
  if (std::ranges::equal(mapped_prefix, std::span{address.bytes}.first<12>())) {
    Address inner{.bytes = {}, .size = 4};
    std::ranges::copy(std::span{address.bytes}.last<4>(), inner.bytes.begin());
    return inner;
  }
  return address;
}

bool is_loopback(const Address& address) {
  if (address.size == 4) return address.bytes[0] == 127;
  Address loopback{.bytes = {}, .size = 16};
  loopback.bytes.back() = 1;
  return address == loopback;
}

/// A range of addresses: "10.0.0.0/8".
struct Range {
  Address address;
  std::size_t bits = 0;

  [[nodiscard]] bool contains(const Address& other) const {
    if (other.size != address.size) return false;
    for (std::size_t bit = 0; bit < bits; ++bit) {
      const auto mask = static_cast<std::uint8_t>(0x80U >> bit % 8);
      if (((address.bytes[bit / 8] ^ other.bytes[bit / 8]) & mask) != 0) return false;
    }
    return true;
  }
};

std::optional<Range> parse_range(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string host{text.substr(0, slash)};
  const auto address = parse_address(host);
  const auto digits = text.substr(slash + 1);
  std::size_t bits = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  const std::size_t written = host.contains(':') ? 128 : 32;
  if (!address || error != std::errc{} || end != digits.data() + digits.size() || bits > written) return std::nullopt;
  const std::size_t mapped = written - address->size * 8;  // the bits of the prefix that parse_address removed
  return Range{.address = *address, .bits = bits - std::min(bits, mapped)};
}

struct HostPort {
  std::string host;
  std::string port;  ///< empty: any
};

/// "name", "name:80", "10.0.0.1:80", "::1", "[::1]:80". As in Go, "[::1]" without a port keeps its brackets and so
/// matches nothing.
HostPort split(std::string_view entry) {
  const auto colon = entry.rfind(':');
  if (colon == std::string_view::npos) return {std::string{entry}, {}};
  const auto host = entry.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (!bracketed && host.contains(':')) return {std::string{entry}, {}};
  return {std::string{bracketed ? host.substr(1, host.size() - 2) : host}, std::string{entry.substr(colon + 1)}};
}

/// The endpoint in the form that entries are compared with.
struct Peer {
  std::string host;
  std::string port;
  std::optional<Address> address;
};

bool matches(const Peer& peer, std::string_view entry) {
  if (const auto range = parse_range(entry)) return peer.address && range->contains(*peer.address);
  auto [host, port] = split(entry);
  if (host.empty() || (!port.empty() && port != peer.port)) return false;
  if (const auto address = parse_address(host)) return address == peer.address;
  if (peer.address) return false;
  if (host.starts_with("*.")) host.erase(0, 1);
  if (host.starts_with('.')) return peer.host.ends_with(host);
  return peer.host == host || peer.host.ends_with("." + host);
}

}  // namespace

bool bypasses_proxy(const Endpoint& endpoint, std::string_view no_proxy) {
  if (endpoint.kind == Endpoint::Kind::unix_socket) return true;
  const Peer peer{
      .host = lowered(endpoint.host), .port = std::to_string(endpoint.port), .address = parse_address(endpoint.host)};
  if (peer.host == "localhost" || (peer.address && is_loopback(*peer.address))) return true;
  for (std::size_t begin = 0; begin <= no_proxy.size();) {
    const auto end = std::min(no_proxy.find(',', begin), no_proxy.size());
    const auto entry = lowered(trimmed(no_proxy.substr(begin, end - begin)));
    begin = end + 1;
    if (entry == "*" || (!entry.empty() && matches(peer, entry))) return true;
  }
  return false;
}

}  // namespace cspy
