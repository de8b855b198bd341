#include "serve/series_labels.hpp"

#include <algorithm>
#include <compare>
#include <functional>
#include <numeric>
#include <utility>

#include "base/limits.hpp"
#include "metrics/catalogue.hpp"
#include "serve/text_format.hpp"

namespace cspy::serve {
namespace {

constexpr std::string_view labels_end = "} ";
/// Besides name and value: `,`, `="` and `"`.
constexpr std::size_t label_overhead = 4;

/// The names of all metrics' own labels, sorted.
std::vector<std::string_view> all_own_keys() {
  std::vector<std::string_view> keys;
  for (const auto& metric : metrics::catalogue())
    keys.insert(keys.end(), metric.label_keys.begin(), metric.label_keys.begin() + metric.label_count());
  std::ranges::sort(keys);
  const auto doubles = std::ranges::unique(keys);
  keys.erase(doubles.begin(), doubles.end());
  return keys;
}

bool is_own_key(std::string_view name) {
  static const auto keys = all_own_keys();
  // Most labels of containers have this beginning, and no label of a metric has it.
  return !name.starts_with("container_") && std::ranges::binary_search(keys, name);
}

bool contains(OwnKeys own, std::string_view name) {
  return std::ranges::find(own, name) != own.end();
}

/// Readings of the same kind share metrics, so their labels must differ.
enum class SeriesKind : std::uint8_t { containers, machine, agent };

SeriesKind kind_of(const metrics::Reading& reading) {
  switch (reading.container->subject) {
    case metrics::Subject::machine: return SeriesKind::machine;
    case metrics::Subject::agent: return SeriesKind::agent;
    default: return SeriesKind::containers;
  }
}

}  // namespace

LabelWriter::LabelWriter(const KeyValues& extra) : extra_bytes_{labels_end.size()} {
  for (const auto& [key, value] : extra) {
    auto name = label_name_of(key);
    if (name.empty() || value.empty()) continue;
    extra_bytes_ += name.size() + value.size() + label_overhead;
    extra_.emplace_back(std::move(name), value);
  }
}

void LabelWriter::append(std::string& out, const metrics::LabelSet& labels, OwnKeys own) {
  labels.for_each([this](std::string_view name, std::string_view value) {
    if (!is_own_key(name)) add(name, value);
  });
  finish(out, own);
}

void LabelWriter::append(std::string& out, const KeyValues& labels) {
  for (const auto& [name, value] : labels)
    add(name, value);
  finish(out, {});
}

bool LabelWriter::hides_extra(OwnKeys own) const {
  return std::ranges::any_of(extra_, [&](const auto& label) { return contains(own, label.first); });
}

void LabelWriter::add(std::string_view name, std::string_view value) {
  if (value.empty()) return;
  if (!is_label_name(name)) {
    name = renamed_.emplace_front(label_name_of(name));
    if (name.empty()) return;
  }
  labels_.push_back({.name = name, .value = value, .rank = labels_.size()});
}

void LabelWriter::finish(std::string& out, OwnKeys own) {
  for (const auto& [name, value] : extra_) {
    if (!contains(own, name)) labels_.push_back({.name = name, .value = value, .rank = labels_.size()});
  }
  std::ranges::sort(labels_, [](const Label& a, const Label& b) {
    const auto order = a.name.compare(b.name);
    return order != 0 ? order < 0 : a.rank < b.rank;
  });
  std::string_view before;
  for (const auto& label : labels_) {
    if (label.name == before) continue;
    before = label.name;
    out.append(",").append(label.name).append("=\"");
    append_label_value(out, label.value);
    out.push_back('"');
  }
  out.append(labels_end);
  labels_.clear();
  renamed_.clear();
}

SeriesLabels::SeriesLabels(std::vector<metrics::ReadingPtr>& readings, const KeyValues& extra) : writer_{extra} {
  keep_texts(readings);
  remove_doubles(readings);
}

void SeriesLabels::keep_texts(const std::vector<metrics::ReadingPtr>& readings) {
  std::size_t expected = 0;
  for (const auto& reading : readings)
    expected += reading->container->labels.bytes() + writer_.extra_bytes();
  // Escapes make a text longer. What does not fit is not kept.
  kept_.reserve(std::min(expected + expected / 16, readings.size() * limits::scrape_labels_bytes));
  texts_.reserve(readings.size());
  for (const auto& reading : readings) {
    scratch_.clear();
    writer_.append(scratch_, reading->container->labels);
    auto& text = texts_.emplace_back();
    text.hash = std::hash<std::string_view>{}(scratch_);
    if (scratch_.size() > kept_.capacity() - kept_.size()) continue;
    text.begin = kept_.size();
    text.size = scratch_.size();
    kept_.append(scratch_);
  }
}

void SeriesLabels::remove_doubles(std::vector<metrics::ReadingPtr>& readings) {
  std::string other;
  const auto order_of = [&](std::size_t a, std::size_t b) {
    if (const auto order = texts_[a].hash <=> texts_[b].hash; order != 0) return order;
    if (const auto order = kind_of(*readings[a]) <=> kind_of(*readings[b]); order != 0) return order;
    return text_of(a, *readings[a], scratch_) <=> text_of(b, *readings[b], other);
  };
  std::vector<std::size_t> order(readings.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    const auto less = order_of(a, b);
    return less != 0 ? less < 0 : a < b;
  });
  for (std::size_t i = 1; i < order.size(); ++i) {
    if (order_of(order[i - 1], order[i]) == 0) texts_[order[i]].doubled = true;
  }
  std::erase_if(readings, [&, i = std::size_t{0}](const auto&) mutable { return texts_[i++].doubled; });
  std::erase_if(texts_, &Text::doubled);
}

std::string_view SeriesLabels::text_of(std::size_t index, const metrics::Reading& reading, std::string& scratch) {
  const auto& text = texts_[index];
  if (text.size != 0) return std::string_view{kept_}.substr(text.begin, text.size);
  scratch.clear();
  writer_.append(scratch, reading.container->labels);
  return scratch;
}

std::string_view SeriesLabels::of(std::size_t index, const metrics::Reading& reading, OwnKeys own) {
  if (own.empty()) return text_of(index, reading, scratch_);
  scratch_.clear();
  writer_.append(scratch_, reading.container->labels, own);
  return scratch_;
}

}  // namespace cspy::serve
