#include "metrics/origin.hpp"

namespace cspy::metrics {

std::string_view describe(Need need) {
  switch (need) {
    case Need::never: return "-";
    case Need::zero: return "0";
    case Need::knowledge: return "engine";
    case Need::stats: return "stats";
    case Need::tree: return "cgroup tree";
    case Need::proc: return "host /proc";
    case Need::sizes: return "disk_usage";
    case Need::host: return "host";
  }
  return "";
}

}  // namespace cspy::metrics
