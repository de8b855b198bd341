#include "metrics/labels.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"

namespace cspy::metrics {
namespace {

void append_part(std::string& packed, std::string_view part) {
  part = part.substr(0, LabelSet::part_bytes_max);
  packed.push_back(static_cast<char>(part.size() & 0xFF));
  packed.push_back(static_cast<char>(part.size() >> 8));
  packed.append(part);
}

bool is_label_character(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

LabelSet::LabelSet(const std::vector<std::pair<std::string, std::string>>& labels) {
  std::set<std::string_view> seen;
  for (const auto& [key, value] : labels) {
    if (!seen.insert(key).second || value.empty()) continue;
    append_part(packed_, key);
    append_part(packed_, value);
  }
  packed_.shrink_to_fit();
}

std::string_view LabelSet::take(std::string_view& rest) {
  const auto low = static_cast<unsigned char>(rest[0]);
  const auto high = static_cast<unsigned char>(rest[1]);
  const auto part = rest.substr(2, low | static_cast<std::size_t>(high) << 8);
  rest.remove_prefix(2 + part.size());
  return part;
}

LabelSet LabelSet::with(std::string_view key, std::string_view value) const {
  LabelSet changed;
  for_each([&](std::string_view k, std::string_view v) {
    append_part(changed.packed_, k);
    append_part(changed.packed_, k == key ? value : v);
  });
  changed.packed_.shrink_to_fit();
  return changed;
}

std::string_view LabelSet::get(std::string_view key) const {
  std::string_view found;
  for_each([&](std::string_view k, std::string_view value) {
    if (k == key) found = value;
  });
  return found;
}

std::string label_name(std::string_view prefix, std::string_view key) {
  std::string name{prefix};
  for (const char c : key) {
    const auto byte = static_cast<unsigned char>(c);
    const bool continuation = (byte & 0xC0) == 0x80;
    if (continuation) continue;
    name.push_back(is_label_character(byte) ? c : '_');
  }
  return name;
}

std::string container_label_name(std::string_view docker_key) {
  return label_name("container_label_", docker_key);
}

std::string container_env_name(std::string_view variable) {
  return label_name("container_env_", lowered(variable));
}

}  // namespace cspy::metrics
