// A file of a cgroup of version 2: the first byte chooses which.
#include "base/limits.hpp"
#include "host/cgroup_v2.hpp"
#include "host/count_files.hpp"
#include "metrics/working_set.hpp"
#include "tests/fuzz/input.hpp"

using namespace cspy::host;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto text = text_of(data + 1, size - 1);
  const auto files = count_files(CgroupVersion::v2);
  const auto limit_files = cgroup_v2::limit_files();
  const auto choice = data[0] % (files.size() + limit_files.size() + 2);
  cspy::metrics::Sample sample;
  if (choice < files.size()) {
    files[choice].parse(text, sample);
    cgroup_v2::set_root_memory(1, sample);
    cspy::metrics::set_working_set(sample);
    set_zeros(CgroupVersion::v2, ~std::uint64_t{0}, sample);
    if (sample.memory_working_set) must(*sample.memory_working_set <= *sample.memory_usage);
    if (sample.memory_usage) must(sample.memory_swap.has_value());
    must(sample.cpu_waiting_us.has_value());
  } else if (choice < files.size() + limit_files.size()) {
    cspy::metrics::Limits limits;
    limit_files[choice - files.size()].parse(text, limits);
    constexpr std::uint64_t shown_max = 1ULL << 62U;
    must(limits.memory_bytes.value_or(0) <= shown_max && limits.cpu_quota_us <= shown_max);
    must(limits.cpu_shares.value_or(0) <= 262'144);
  } else if (choice == files.size() + limit_files.size()) {
    cgroup_v2::parse_io_stat(text, sample);
    must(sample.devices.size() <= cspy::limits::devices_max);
    for (const auto& device : sample.devices)
      must(device.device.empty());
  } else {
    (void)cgroup_v2::parse_hugetlb_failures(text);
  }
  return 0;
}
