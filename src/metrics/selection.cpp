#include "metrics/selection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/glob.hpp"
#include "base/limits.hpp"
#include "base/signed_list.hpp"
#include "base/text.hpp"

namespace cspy::metrics {
namespace {

std::size_t index_of(const Metric& metric) {
  return static_cast<std::size_t>(&metric - catalogue().data());
}

/// Whether `word` names the metric: its group, a glob that matches its name, "all" or "default".
bool fits(std::string_view word, const Metric& metric) {
  const auto& group = row_of(metric.group);
  if (word == "all") return true;
  if (word == "default") return group.by_default;
  return word == lowered(group.name) || matches_glob(word, metric.name);
}

}  // namespace

Selection::Selection() {
  for (const auto& metric : catalogue())
    rows_.set(index_of(metric), row_of(metric.group).by_default);
}

Result<Selection> Selection::parse(std::string_view list) {
  const auto words = parse_signed_list(list, limits::metric_glob_bytes_max);
  if (!words) return std::unexpected{words.error()};
  Selection selection;
  for (const auto& word : *words) {
    const auto name = lowered(word.text);
    if (&word == words->data() && !word.has_sign) selection.rows_.reset();
    if (name == "none" && !word.has_sign) {
      selection.rows_.reset();
      continue;
    }
    bool found = false;
    for (const auto& metric : catalogue()) {
      if (!fits(name, metric)) continue;
      selection.rows_.set(index_of(metric), word.take);
      found = true;
    }
    if (!found) {
      std::string names;
      for (const auto& group : groups())
        names.append(", ").append(group.name);
      return fail(Code::invalid,
                  fmt::format("no group or metric is '{}'; groups are all, default, none{}", name, names));
    }
  }
  return selection;
}

bool Selection::has(const Metric& metric) const {
  return rows_.test(index_of(metric));
}

bool Selection::any(Group group) const {
  return std::ranges::any_of(catalogue(), [&](const Metric& metric) { return metric.group == group && has(metric); });
}

SampleParts Selection::parts() const {
  SampleParts parts;
  for (const auto& metric : catalogue()) {
    if (has(metric)) parts |= metric.accessor.parts;
  }
  return parts;
}

bool Selection::needs(Need need, Platform platform, bool tree, bool proc) const {
  return std::ranges::any_of(catalogue(), [&](const Metric& metric) {
    const auto mount = metric.origin.mount;
    const bool mounted = (mount == Need::tree && tree) || (mount == Need::proc && proc);
    return has(metric) && !mounted && metric.origin.on(platform) == need;
  });
}

}  // namespace cspy::metrics
