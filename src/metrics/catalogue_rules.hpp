// What must hold for every row of the catalogue, checked when it is compiled.
#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "metrics/catalogue.hpp"

namespace cspy::metrics::rules {

/// Gauges whose names end in _total. The rule says that only counters do, but cAdvisor gave these names. (cAdvisor has
/// counters without the ending, the failcnt metrics. They are gauges here, because receivers would append the ending to
/// the name of a counter.)
inline constexpr std::array misnamed_gauges{std::string_view{"container_fs_inodes_total"},
                                            std::string_view{"container_network_tcp_usage_total"},
                                            std::string_view{"container_network_tcp6_usage_total"},
                                            std::string_view{"container_network_udp_usage_total"},
                                            std::string_view{"container_network_udp6_usage_total"},
                                            std::string_view{"container_network_advance_tcp_stats_total"}};

constexpr bool well_ended(const Metric& metric) {
  const bool total = metric.name.ends_with("_total");
  if (metric.kind == Kind::counter) return total;
  return total == (std::ranges::find(misnamed_gauges, metric.name) != misnamed_gauges.end());
}

constexpr bool legal_name(std::string_view name) {
  return !name.empty() &&
         std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

/// A unit must be the last word of the name, or for a counter the word before _total. If it is not, a receiver appends
/// it.
constexpr bool unit_in_name(const Metric& metric) {
  if (metric.unit.empty()) return true;
  auto name = metric.name;
  if (metric.kind == Kind::counter) name.remove_suffix(std::string_view{"_total"}.size());
  return name.ends_with(metric.unit == "s" ? "_seconds" : "_bytes") && (metric.unit == "s" || metric.unit == "By");
}

constexpr bool own_name_is_marked(const Metric& metric) {
  return metric.stability != Stability::cadvisor || !metric.name.starts_with("containerspy_");
}

constexpr bool holds(const Metric& metric) {
  return legal_name(metric.name) && own_name_is_marked(metric) && well_ended(metric) && unit_in_name(metric) &&
         !metric.help.empty();
}

constexpr bool names_are_unique(std::span<const Metric> rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t j = i + 1; j < rows.size(); ++j) {
      if (rows[i].name == rows[j].name) return false;
    }
  }
  return true;
}

}  // namespace cspy::metrics::rules
