// Answers of /containers/json?size=1 and /system/df, whole and in two pieces: both must say the same, and no container
// is held that was not counted.
#include "docker/sizes.hpp"
#include "tests/fuzz/input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using cspy::docker::DiskReportReader;
  const auto text = text_of(data, size);
  const auto read = [](DiskReportReader::Answer answer, std::string_view first, std::string_view second) {
    DiskReportReader reader{answer};
    cspy::docker::DiskReport nothing;
    if (!reader.feed(first) || !reader.feed(second)) return nothing;
    return reader.finish().value_or(nothing);
  };
  using enum DiskReportReader::Answer;
  for (const auto answer : {list_of_running, list_of_all, usage}) {
    const auto whole = read(answer, text, {});
    const auto parts = read(answer, text.substr(0, size / 2), text.substr(size / 2));
    must(whole.containers == parts.containers);
    must(whole.totals == parts.totals);
    if (answer == list_of_all) must(whole.containers.size() <= whole.totals.containers.objects.value_or(0));
    cspy::metrics::Sample sample;
    cspy::docker::add_totals(sample, whole.totals);
    must(sample.details.size() <= 12);
  }
  return 0;
}
