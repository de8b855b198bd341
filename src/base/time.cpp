#include "base/time.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>

namespace cspy {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

/// Removes exactly `digits` decimal digits from the front of `text` and returns their value.
std::optional<unsigned> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, value);
  if (error != std::errc{} || end != text.data() + digits) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char expected) {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

/// ".327522" -> 327'522'000; no fraction -> 0.
std::optional<unsigned> take_fraction(std::string_view& text) {
  if (!take(text, '.')) return 0;
  unsigned nanos = 0;
  std::size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') {
    if (digits < 9) nanos = nanos * 10 + static_cast<unsigned>(text[digits] - '0');
    ++digits;
  }
  if (digits == 0) return std::nullopt;
  text.remove_prefix(digits);
  for (auto missing = digits; missing < 9; ++missing)
    nanos *= 10;
  return nanos;
}

/// "Z" or "+02:00" -> seconds east of UTC.
std::optional<std::int64_t> take_offset(std::string_view& text) {
  if (take(text, 'Z') || take(text, 'z')) return 0;
  const bool west = text.starts_with('-');
  if (!take(text, west ? '-' : '+')) return std::nullopt;
  const auto hours = take_number(text, 2);
  if (!hours || !take(text, ':')) return std::nullopt;
  const auto minutes = take_number(text, 2);
  if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const std::int64_t seconds = std::int64_t{*hours} * 3600 + std::int64_t{*minutes} * 60;
  return west ? -seconds : seconds;
}

}  // namespace

std::optional<UnixNanos> parse_rfc3339(std::string_view text) {
  const auto year = take_number(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day || !(take(text, 'T') || take(text, 't'))) return std::nullopt;
  const auto hour = take_number(text, 2);
  if (!hour || !take(text, ':')) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute || !take(text, ':')) return std::nullopt;
  const auto second = take_number(text, 2);
  if (!second) return std::nullopt;
  const auto fraction = take_fraction(text);
  if (!fraction) return std::nullopt;
  const auto offset = take_offset(text);
  if (!offset || !text.empty() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;

  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)}, std::chrono::month{*month},
                                         std::chrono::day{*day}};
  if (!date.ok()) return std::nullopt;
  const std::int64_t day_count = sys_days{date}.time_since_epoch().count();
  const std::int64_t seconds = day_count * 86'400 + *hour * 3600 + *minute * 60 + *second - *offset;
  if (seconds < 0) return 0;
  // The last year whose nanoseconds fit into 64 bits is 2554.
  if (*year > 2500) return std::nullopt;
  return static_cast<UnixNanos>(seconds) * nanos_per_second + *fraction;
}

std::string format_rfc3339(UnixNanos instant) {
  const auto seconds = static_cast<std::int64_t>(instant / nanos_per_second);
  const auto millis = instant % nanos_per_second / 1'000'000;
  const std::chrono::sys_seconds point{std::chrono::seconds{seconds}};
  const auto midnight = std::chrono::floor<days>(point);
  const std::chrono::year_month_day date{midnight};
  const std::chrono::hh_mm_ss clock{point - midnight};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), millis);
}

}  // namespace cspy
