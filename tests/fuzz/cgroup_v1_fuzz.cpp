// A file of a cgroup of version 1: the first byte chooses which.
#include "base/limits.hpp"
#include "host/cgroup_v1.hpp"
#include "host/count_files.hpp"
#include "metrics/working_set.hpp"
#include "tests/fuzz/input.hpp"

using namespace cspy::host;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto text = text_of(data + 1, size - 1);
  std::size_t choice = data[0];
  cspy::metrics::Sample sample;
  const auto files = cgroup_v1::files();
  if (choice < files.size()) {
    files[choice].parse(text, sample);
    must(sample.cpu_each_ns.size() <= cspy::limits::cpus_max);
    must(sample.details.size() <= cspy::limits::details_max);
    for (const auto& detail : sample.details)
      must(detail.labels.empty() || detail.labels.back() == '\0');
    return 0;
  }
  choice -= files.size();
  const auto counts = count_files(CgroupVersion::v1);
  if (choice < counts.size()) {
    must(static_cast<std::size_t>(cgroup_v1::controller_of(counts[choice].name)) < cgroup_v1::controller_count);
    counts[choice].parse(text, sample);
    cspy::metrics::set_working_set(sample);
    set_zeros(CgroupVersion::v1, ~std::uint64_t{0}, sample);
    if (sample.memory_working_set) must(*sample.memory_working_set <= *sample.memory_usage);
    return 0;
  }
  choice -= counts.size();
  const auto limit_files = cgroup_v1::limit_files();
  if (choice < limit_files.size()) {
    cspy::metrics::Limits limits;
    limit_files[choice].parse(text, limits);
    constexpr std::uint64_t shown_max = 1ULL << 62U;
    must(limits.memory_bytes.value_or(0) <= shown_max && limits.cpu_quota_us <= shown_max);
    return 0;
  }
  choice -= limit_files.size();
  for (const auto& group : cgroup_v1::blkio_groups()) {
    for (const auto& file : group) {
      if (choice-- != 0) continue;
      const bool found = file.parse(text, sample);
      must(found || sample.devices.empty());
      must(sample.devices.size() <= cspy::limits::devices_max);
      return 0;
    }
  }
  return 0;
}
