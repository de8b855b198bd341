#include "otlp/batch.hpp"

namespace cspy::otlp {

std::size_t estimated_bytes(const metrics::Reading& reading) {
  // Each label has 6 bytes of tags and lengths around key and value, where the set itself has 4; two times, a value and
  // the metric's own label come to 60 at the most for usual names.
  constexpr std::size_t point_overhead = 60;
  return reading.points * (reading.container->labels.bytes() * 5 / 4 + point_overhead);
}

Batch Batches::next() {
  const auto first_reading = reading_;
  const auto first_ending = ending_;
  std::size_t bytes = 0;
  const auto fits = [&](const metrics::Reading& reading) {
    const auto more = estimated_bytes(reading);
    if (bytes > 0 && bytes + more > bytes_target_) return false;
    bytes += more;
    return true;
  };
  while (reading_ < round_.readings.size() && fits(*round_.readings[reading_]))
    ++reading_;
  if (reading_ == round_.readings.size()) {
    while (ending_ < round_.endings.size() && fits(*round_.endings[ending_].last))
      ++ending_;
  }
  return {.time = round_.time,
          .readings = std::span{round_.readings}.subspan(first_reading, reading_ - first_reading),
          .endings = std::span{round_.endings}.subspan(first_ending, ending_ - first_ending)};
}

}  // namespace cspy::otlp
