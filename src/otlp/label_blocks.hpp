// The encoded labels of the containers in a request. Each point of a container carries them, so they are encoded once
// and copied.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "otlp/encoder.hpp"

namespace cspy::otlp {

class LabelBlocks {
 public:
  void clear() {
    bytes_.clear();
    ends_.clear();
  }
  /// The buffer: append the labels of the next container to it.
  [[nodiscard]] std::string& bytes() { return bytes_; }
  /// Call this after the labels of a container are appended.
  void close() { ends_.push_back(bytes_.size()); }
  /// The labels of the container number `index`. Valid until the next change.
  [[nodiscard]] std::string_view of(std::size_t index) const {
    const auto begin = index == 0 ? 0 : ends_[index - 1];
    return std::string_view{bytes_}.substr(begin, ends_[index] - begin);
  }

 private:
  std::string bytes_;
  std::vector<std::size_t> ends_;
};

/// The container number `index` of Point::container.
[[nodiscard]] inline const metrics::Container& container_of(const Batch& batch, std::size_t index) {
  const auto readings = batch.readings.size();
  return index < readings ? *batch.readings[index]->container : *batch.endings[index - readings].last->container;
}

/// Calls `visit(const metrics::Container&)` for the containers of the readings, then of the endings. This is the order
/// of Point::container.
template<class Visit>
void for_each_container(const Batch& batch, Visit&& visit) {
  for (const auto& reading : batch.readings)
    visit(*reading->container);
  for (const auto& ending : batch.endings)
    visit(*ending.last->container);
}

}  // namespace cspy::otlp
