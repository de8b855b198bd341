// A count that may be absent.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

namespace cspy {

/// An optional 64-bit count that takes 8 bytes, where std::optional takes 16. A sample has about thirty of them, and
/// samples are most of the agent's memory. 2^64-1 means absent; no kernel counter reaches it. Engines send this value
/// for an unlimited number of threads, and the parser maps it to 0.
class Count {
 public:
  constexpr Count() = default;
  constexpr Count(std::uint64_t value) : value_{value} {}  // NOLINT(misc-explicit-constructor): it is a number
  constexpr Count(std::nullopt_t) {}                       // NOLINT(misc-explicit-constructor): as std::optional

  [[nodiscard]] constexpr bool has_value() const { return value_ != absent; }
  constexpr explicit operator bool() const { return has_value(); }
  /// REQUIRES: has_value().
  constexpr std::uint64_t operator*() const { return value_; }
  [[nodiscard]] constexpr std::uint64_t value_or(std::uint64_t other) const { return has_value() ? value_ : other; }

  bool operator==(const Count&) const = default;

 private:
  static constexpr std::uint64_t absent = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t value_ = absent;
};

}  // namespace cspy
