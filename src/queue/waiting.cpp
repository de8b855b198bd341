#include "queue/waiting.hpp"

namespace cspy::queue {
namespace {

std::size_t memory_bytes(const metrics::Reading& reading) {
  constexpr std::size_t shared_block = 16;
  const auto& sample = reading.sample;
  return sizeof(metrics::Reading) + sizeof(metrics::ReadingPtr) + shared_block +
         sample.cpu_each_ns.capacity() * sizeof(std::uint64_t) +
         sample.devices.capacity() * sizeof(metrics::DeviceCounters) +
         sample.networks.capacity() * sizeof(metrics::NetworkCounters);
}

}  // namespace

bool is_whole(const metrics::Round& round, Progress progress) {
  return progress.readings >= round.readings.size() && progress.endings >= round.endings.size();
}

std::size_t memory_bytes(const metrics::Round& round) {
  std::size_t bytes = sizeof(Waiting);
  for (const auto& reading : round.readings)
    bytes += memory_bytes(*reading);
  for (const auto& ending : round.endings) {
    bytes += sizeof(ending) + memory_bytes(*ending.last);
    if (!ending.now) bytes += sizeof(metrics::Container) + ending.last->container->labels.bytes();
  }
  return bytes;
}

}  // namespace cspy::queue
