// What every fuzzer begins with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

/// Ends the process, so that libFuzzer keeps the input: what was promised does not hold.
inline void must(bool holds) {
  if (!holds) __builtin_trap();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}
