// The groups of metrics. The user switches whole groups on and off.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "metrics/container.hpp"

namespace cspy::metrics {

/// The subject area of a metric. The names are cAdvisor's if it has the group.
enum class Group : std::uint8_t {
  general,
  cpu,
  cpu_load,
  memory,
  pressure,
  oom_event,
  disk_io,
  disk,
  network,
  process,
  spec,
  lifecycle,
  machine,
  engine,
  engine_disk,
  memory_numa,
  hugetlb,
  tcp,
  udp,
  advtcp,
  sched,
  descriptors,
  self,
};

struct GroupRow {
  Group group;
  std::string_view name;
  bool by_default;
  /// Bit 1 << subject is set for each subject that has the group's metrics.
  unsigned subjects;
  std::string_view meaning;

  [[nodiscard]] constexpr bool has(Subject subject) const {
    return (subjects >> static_cast<unsigned>(subject) & 1U) != 0;
  }
};

/// In the order of the enumeration.
[[nodiscard]] std::span<const GroupRow> groups();
[[nodiscard]] const GroupRow& row_of(Group group);

}  // namespace cspy::metrics
