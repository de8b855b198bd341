// A number that the engine may not have given.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

namespace cspy {

/// An optional 64-bit count in 8 bytes instead of std::optional's 16: a sample is some thirty of them, a round one
/// sample a container, and that is most of the agent's memory. Absent is 2^64-1, a value no counter of the kernel
/// reaches; the one place where engines do send it (an unlimited number of threads) is mapped to 0 when it is parsed.
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
