#include "otlp/deltas.hpp"

namespace cspy::otlp {

std::span<const Base> Deltas::bases(const Batch& batch) {
  bases_.clear();
  for (const auto& reading : batch.readings) {
    const auto& container = *reading->container;
    const auto found = pushed_.find(container.id);
    if (found != pushed_.end() && found->second.last->container->started == container.started) {
      bases_.push_back(found->second);
    } else {
      const bool ours = container.started >= begun_ || found != pushed_.end();
      bases_.push_back({.kind = ours ? Base::Kind::started : Base::Kind::unknown, .last = nullptr});
    }
  }
  return bases_;
}

void Deltas::delivered(const Batch& batch) {
  for (const auto& reading : batch.readings)
    pushed_[reading->container->id] = {.kind = Base::Kind::pushed, .last = reading, .time = batch.time};
  for (const auto& ending : batch.endings) {
    if (ending.now) continue;
    const auto found = pushed_.find(ending.last->container->id);
    if (found != pushed_.end() && found->second.last->container->started <= ending.last->container->started)
      pushed_.erase(found);
  }
}

}  // namespace cspy::otlp
