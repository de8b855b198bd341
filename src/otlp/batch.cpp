#include "otlp/batch.hpp"

namespace cspy::otlp {

std::size_t estimated_bytes(const metrics::Reading& reading, std::size_t extra) {
  // In protobuf, each label has 6 bytes of tags and lengths; labels.bytes() counts 4. Two times, a value and a label of
  // the metric take at most about 60 bytes.
  constexpr std::size_t point_overhead = 60;
  return reading.points * (reading.container->labels.bytes() * 5 / 4 + point_overhead + extra);
}

std::size_t estimated_bytes(const Batch& batch, std::size_t extra) {
  std::size_t bytes = 0;
  for (const auto& reading : batch.readings)
    bytes += estimated_bytes(*reading, extra);
  for (const auto& ending : batch.endings)
    bytes += estimated_bytes(*ending.last, extra);
  return bytes;
}

Batch batch_from(const metrics::Round& round, queue::Progress from, std::size_t bytes_target, std::size_t extra) {
  std::size_t reading = from.readings, ending = from.endings;
  std::size_t bytes = 0;
  const auto fits = [&](const metrics::Reading& next) {
    const auto more = estimated_bytes(next, extra);
    if (bytes > 0 && bytes + more > bytes_target) return false;
    bytes += more;
    return true;
  };
  while (reading < round.readings.size() && fits(*round.readings[reading]))
    ++reading;
  if (reading == round.readings.size()) {
    while (ending < round.endings.size() && fits(*round.endings[ending].last))
      ++ending;
  }
  return {.time = round.time,
          .readings = std::span{round.readings}.subspan(from.readings, reading - from.readings),
          .endings = std::span{round.endings}.subspan(from.endings, ending - from.endings)};
}

queue::Progress after(queue::Progress from, const Batch& batch) {
  return {.readings = from.readings + static_cast<std::uint32_t>(batch.readings.size()),
          .endings = from.endings + static_cast<std::uint32_t>(batch.endings.size())};
}

}  // namespace cspy::otlp
