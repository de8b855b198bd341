#include "queue/waiting.hpp"

#include <string>

namespace cspy::queue {
namespace {

/// What an object takes besides itself when a shared pointer owns it.
constexpr std::size_t shared_block = 16;

/// The memory of a text besides the object: a short text is in the object.
std::size_t text_bytes(const std::string& text) {
  static const auto inside = std::string{}.capacity();
  return text.capacity() > inside ? text.capacity() + 1 : 0;
}

std::size_t memory_bytes(const metrics::Reading& reading) {
  const auto& sample = reading.sample;
  std::size_t bytes = sizeof(metrics::Reading) + sizeof(metrics::ReadingPtr) + shared_block +
                      sample.cpu_each_ns.capacity() * sizeof(std::uint64_t) +
                      sample.devices.capacity() * sizeof(metrics::DeviceCounters) +
                      sample.networks.capacity() * sizeof(metrics::NetworkCounters) +
                      sample.details.capacity() * sizeof(metrics::Detail);
  for (const auto& device : sample.devices)
    bytes += text_bytes(device.device);
  for (const auto& network : sample.networks)
    bytes += text_bytes(network.interface);
  for (const auto& detail : sample.details)
    bytes += text_bytes(detail.labels);
  return bytes;
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
    if (ending.now) bytes += memory_bytes(*ending.now);
  }
  return bytes;
}

std::size_t memory_bytes(const metrics::Container& container) {
  const auto& lifecycle = container.lifecycle;
  return sizeof(metrics::Container) + shared_block + text_bytes(container.id) + text_bytes(container.name) +
         container.labels.bytes() + text_bytes(lifecycle.image_id) + text_bytes(lifecycle.image_digest);
}

std::size_t memory_bytes(const KeyValues& identity) {
  std::size_t bytes = sizeof(KeyValues) + shared_block + identity.capacity() * sizeof(KeyValues::value_type);
  for (const auto& [key, value] : identity)
    bytes += text_bytes(key) + text_bytes(value);
  return bytes;
}

}  // namespace cspy::queue
