// The columns of sample_counts.def: where the kernel's files and the engine's stats have a count.
#pragma once

#include <cstdint>
#include <string_view>

namespace cspy::metrics {

/// How a file of a cgroup contains a number.
enum class Format : std::uint8_t {
  none,      ///< no file has it
  value,     ///< the file is the number: "4096\n"
  limit,     ///< the file is the number, or "max", which means 0
  field,     ///< a line of the file is "key number"
  pressure,  ///< a line of the file is "key avg10=0.00 avg60=0.00 avg300=0.00 total=number"
};

/// The value of a wanted count that no file has. cAdvisor shows 0 for many counts that the kernel does not keep.
enum class Otherwise : std::uint8_t {
  absent,
  zero,
  zero_with_memory,  ///< 0 if the cgroup has a memory controller, otherwise absent
};

/// The place of a count in a cgroup's files. In version 1 the file's name starts with the name of its controller.
struct KernelPlace {
  Format format = Format::none;
  std::string_view file = {};
  std::string_view key = {};
  std::uint64_t factor = 1;  ///< converts the file's unit to the sample's
  Otherwise otherwise = Otherwise::absent;

  [[nodiscard]] constexpr KernelPlace or_zero() const { return with(Otherwise::zero); }
  [[nodiscard]] constexpr KernelPlace or_zero_with_memory() const { return with(Otherwise::zero_with_memory); }

 private:
  [[nodiscard]] constexpr KernelPlace with(Otherwise value) const {
    auto copy = *this;
    copy.otherwise = value;
    return copy;
  }
};

/// The place of a count in the engine's stats: the path of its object, and its key in that object. An engine on cgroup
/// v1 may use another key.
struct StatsPlace {
  std::string_view object = {};
  std::string_view key = {};
  std::string_view other_key = {};
};

namespace places {

inline constexpr std::uint64_t nanos_per_micro = 1'000;
/// The kernel reports times to programs in hundredths of a second (USER_HZ) on every architecture that runs containers.
inline constexpr std::uint64_t nanos_per_tick = 10'000'000;

constexpr KernelPlace value(std::string_view file) {
  return {.format = Format::value, .file = file};
}
constexpr KernelPlace limit(std::string_view file) {
  return {.format = Format::limit, .file = file};
}
constexpr KernelPlace field(std::string_view file, std::string_view key, std::uint64_t factor = 1) {
  return {.format = Format::field, .file = file, .key = key, .factor = factor};
}
constexpr KernelPlace pressure(std::string_view file, std::string_view key) {
  return {.format = Format::pressure, .file = file, .key = key};
}
/// The agent calculates or counts it.
inline constexpr KernelPlace calculated{};
/// Always 0, as cAdvisor shows it, whatever the kernel reports.
inline constexpr auto zero = KernelPlace{}.or_zero();
inline constexpr auto zero_with_memory = KernelPlace{}.or_zero_with_memory();

constexpr StatsPlace stats(std::string_view object, std::string_view key, std::string_view other_key = {}) {
  return {.object = object, .key = key, .other_key = other_key};
}
/// The engine's stats do not have it, or have it in a form that needs arithmetic (docker/stats).
inline constexpr StatsPlace nowhere{};

}  // namespace places

}  // namespace cspy::metrics
