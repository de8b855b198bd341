#include "host/cpu_info.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "host/words.hpp"

namespace cspy::host {
namespace {

void insert(std::set<std::uint64_t>& numbers, std::string_view value) {
  const auto number = to_number(value);
  if (number && numbers.size() < limits::cpus_max) numbers.insert(*number);
}

}  // namespace

void CpuInfo::line(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return;
  const auto key = trimmed(line.substr(0, colon));
  const auto value = trimmed(line.substr(colon + 1));
  if (key == "processor" && to_number(value)) ++processors_;
  if (key == "core id") insert(cores_, value);
  if (key == "physical id") insert(sockets_, value);
}

std::optional<std::vector<std::uint32_t>> parse_cpu_list(std::string_view list) {
  std::vector<std::uint32_t> numbers;
  list = trimmed(list);
  while (!list.empty()) {
    const auto range = list.substr(0, list.find(','));
    list.remove_prefix(std::min(range.size() + 1, list.size()));
    const auto dash = std::min(range.find('-'), range.size());
    const auto first = to_number<std::uint32_t>(range.substr(0, dash));
    const auto last = dash == range.size() ? first : to_number<std::uint32_t>(range.substr(dash + 1));
    if (!first || !last || *first > *last) return std::nullopt;
    for (std::uint64_t number = *first; number <= *last && numbers.size() < limits::cpus_max; ++number)
      numbers.push_back(static_cast<std::uint32_t>(number));
  }
  if (numbers.empty()) return std::nullopt;
  return numbers;
}

Count meminfo_bytes(std::string_view meminfo, std::string_view key) {
  // MemTotal:       24689500 kB
  constexpr std::uint64_t bytes_per_kib = 1'024;
  Count bytes;
  for_each_line(meminfo, [&](std::string_view line) {
    if (bytes || !line.starts_with(key) || !line.substr(key.size()).starts_with(':')) return;
    Words words{line.substr(key.size() + 1)};
    const auto number = to_number(words.next());
    if (number && words.next() == "kB") bytes = *number * bytes_per_kib;
  });
  return bytes;
}

}  // namespace cspy::host
