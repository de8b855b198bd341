#include "host/mount.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "host/words.hpp"

namespace cspy::host {
namespace {

/// The longest Linux path with each byte escaped.
constexpr std::size_t part_bytes_max = 4 * 4'096;

constexpr bool is_octal(char c) {
  return c >= '0' && c <= '7';
}

/// "/a\040b" as "/a b": the kernel writes blanks, line breaks and backslashes as three octal digits.
std::string unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '\\' && text.size() - i > 3 && text[i + 1] <= '3' &&
                        std::ranges::all_of(text.substr(i + 1, 3), is_octal);
    if (!escape) {
      plain.push_back(text[i]);
      continue;
    }
    const auto digits = to_number<unsigned>(text.substr(i + 1, 3), 8);
    plain.push_back(static_cast<char>(digits.value_or(0)));
    i += 3;
  }
  return plain;
}

}  // namespace

std::optional<Mount> parse_mount(std::string_view line) {
  // 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw; any number of fields may stand between the options
  // and the dash.
  constexpr std::size_t options = 5;
  constexpr std::string_view dash{" - "};
  const auto middle = line.find(dash);
  if (middle == std::string_view::npos) return std::nullopt;
  const auto left = split(line.substr(0, middle), ' ');
  const auto right = split(line.substr(middle + dash.size()), ' ');
  if (left.size() <= options || right.size() < 2) return std::nullopt;
  const auto colon = std::min(left[2].find(':'), left[2].size());
  const auto major = to_number<std::uint32_t>(left[2].substr(0, colon));
  const auto minor = to_number<std::uint32_t>(left[2].substr(std::min(colon + 1, left[2].size())));
  const std::array parts{left[3], left[4], right[0], right[1]};
  if (!major || !minor || !left[4].starts_with('/')) return std::nullopt;
  if (std::ranges::any_of(parts, [](std::string_view part) { return part.size() > part_bytes_max; })) {
    return std::nullopt;
  }
  return Mount{.major = *major,
               .minor = *minor,
               .root = unescaped(left[3]),
               .point = unescaped(left[4]),
               .type = std::string{right[0]},
               .source = unescaped(right[1])};
}

std::string Mount::device() const {
  if (type == "overlay") return fmt::format("overlay_{}-{}", major, minor);
  return repair_utf8(type == "tmpfs" ? point : source, limits::label_value_bytes_max);
}

}  // namespace cspy::host
