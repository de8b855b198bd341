#include "base/amount.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>

#include "base/text.hpp"
#include "base/utf8.hpp"

namespace cspy {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t size;
};

constexpr std::array<Unit, 5> duration_units{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::string_view duration_unit_names{"d, h, m, s, ms"};

constexpr std::int64_t kibi = 1'024, kilo = 1'000;
constexpr std::array<Unit, 9> size_units{{{"TiB", kibi* kibi* kibi* kibi},
                                          {"GiB", kibi* kibi* kibi},
                                          {"MiB", kibi* kibi},
                                          {"KiB", kibi},
                                          {"TB", kilo* kilo* kilo* kilo},
                                          {"GB", kilo* kilo* kilo},
                                          {"MB", kilo* kilo},
                                          {"kB", kilo},
                                          {"B", 1}}};
constexpr std::string_view size_unit_names{"B, KiB, MiB, GiB, TiB, kB, MB, GB, TB"};

constexpr std::size_t quote_bytes = 20;

/// The whole number at the start of `text`, which is removed from it. Too large a number becomes the largest.
Result<std::int64_t> take_number(std::string_view& text) {
  if (text.starts_with('-')) return fail(Code::invalid, "a negative number");
  std::int64_t number = 0;
  const auto [last, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::invalid_argument) {
    return fail(Code::invalid,
                text.empty() ? "no number" : fmt::format("no number before '{}'", printable(text, quote_bytes)));
  }
  if (error != std::errc{}) number = std::numeric_limits<std::int64_t>::max();
  text.remove_prefix(static_cast<std::size_t>(last - text.data()));
  if (text.starts_with('.') || text.starts_with(',')) return fail(Code::invalid, "a fraction");
  return number;
}

/// The unit at the start of `text`, which is removed from it. It ends at the next digit.
std::string_view take_unit(std::string_view& text) {
  const auto unit = text.substr(0, text.find_first_of("0123456789"));
  text.remove_prefix(unit.size());
  return trimmed(unit);
}

Error unknown_unit(std::string_view name, std::string_view names) {
  return {Code::invalid, fmt::format("unknown unit '{}' (known: {})", printable(name, quote_bytes), names)};
}

/// `sum` + `number` * `unit`; nullopt if that is too large.
std::optional<std::int64_t> add(std::int64_t sum, std::int64_t number, std::int64_t unit) {
  std::int64_t product = 0, result = 0;
  if (__builtin_mul_overflow(number, unit, &product) || __builtin_add_overflow(sum, product, &result)) return {};
  return result;
}

std::string text_in(std::span<const Unit> units, std::int64_t amount) {
  const auto whole = std::ranges::find_if(units, [&](const Unit& unit) { return amount % unit.size == 0; });
  return fmt::format("{}{}", amount / whole->size, whole->name);
}

}  // namespace

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  auto rest = trimmed(text);
  std::int64_t sum = 0;
  const Unit* before = nullptr;
  do {
    const auto number = take_number(rest);
    if (!number) return std::unexpected{number.error()};
    const auto name = take_unit(rest);
    const auto* unit = name.empty() ? &duration_units.back() : std::ranges::find(duration_units, name, &Unit::name);
    if (name.empty() && before != nullptr) {
      return fail(Code::invalid, fmt::format("no unit after the last number, {}", *number));
    }
    if (unit == duration_units.end()) return std::unexpected{unknown_unit(name, duration_unit_names)};
    if (before != nullptr && unit <= before) {
      return fail(Code::invalid, fmt::format("the unit {} after {}", unit->name, before->name));
    }
    before = unit;
    const auto added = add(sum, *number, unit->size);
    if (!added) return fail(Code::invalid, "too long");
    sum = *added;
  } while (!rest.empty());
  return std::chrono::milliseconds{sum};
}

Result<std::int64_t> parse_size(std::string_view text) {
  auto rest = trimmed(text);
  const auto number = take_number(rest);
  if (!number) return std::unexpected{number.error()};
  const auto name = trimmed(rest);
  if (name.empty()) return *number;
  const auto* const unit =
      std::ranges::find_if(size_units, [&](const Unit& one) { return lowered(one.name) == lowered(name); });
  if (unit == size_units.end()) return std::unexpected{unknown_unit(name, size_unit_names)};
  const auto bytes = add(0, *number, unit->size);
  if (!bytes) return fail(Code::invalid, "too large");
  return *bytes;
}

std::string duration_text(std::chrono::milliseconds duration) {
  std::string text;
  auto rest = duration.count();
  for (const auto& unit : duration_units) {
    if (rest >= unit.size) text.append(fmt::format("{}{}", rest / unit.size, unit.name));
    rest %= unit.size;
  }
  return text.empty() ? "0s" : text;
}

std::string size_text(std::int64_t bytes) {
  constexpr std::size_t binary = 4;
  if (bytes == 0) return "0B";
  if (bytes % kibi == 0) return text_in(std::span{size_units}.first(binary), bytes);
  return text_in(std::span{size_units}.subspan(binary), bytes);
}

}  // namespace cspy
