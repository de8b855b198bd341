#include "metrics/missed.hpp"

#include "metrics/details.hpp"
#include "metrics/sample_parts.hpp"

namespace cspy::metrics {

void keep_missed(Sample& sample, const Sample* before) {
  const auto& missed = sample.missed;
  if (missed == SampleParts{}) return;
  static const Sample nothing;
  const auto& old = before != nullptr ? *before : nothing;
  for (const auto& row : sample_counts) {
    if (missed.has(row.member)) sample.*row.member = old.*row.member;
  }
  if (missed.has(&Sample::oom_events)) sample.kills_by_kernel = old.kills_by_kernel;
  if (missed.cpus) sample.cpu_each_ns = old.cpu_each_ns;
  if (missed.devices) sample.devices = old.devices;
  if (missed.networks) sample.networks = old.networks;
  std::erase_if(sample.details, [&](const Detail& detail) { return missed.has(detail.what); });
  for (const auto& detail : old.details) {
    if (missed.has(detail.what)) sample.details.push_back(detail);
  }
  sort_details(sample);
}

}  // namespace cspy::metrics
