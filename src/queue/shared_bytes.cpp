#include "queue/shared_bytes.hpp"

#include "queue/waiting.hpp"

namespace cspy::queue {
namespace {

/// Calls `visit` with the container of each reading of the round, and with its identity.
template<class Visit>
void for_each_shared(const metrics::Round& round, Visit&& visit) {
  if (round.identity) visit(*round.identity);
  for (const auto& reading : round.readings)
    visit(*reading->container);
  for (const auto& ending : round.endings) {
    visit(*ending.last->container);
    if (ending.now) visit(*ending.now->container);
  }
}

}  // namespace

void SharedBytes::add(const metrics::Round& round) {
  for_each_shared(round, [this](const auto& object) {
    if (++holders_[&object] == 1) bytes_ += memory_bytes(object);
  });
}

void SharedBytes::remove(const metrics::Round& round) {
  for_each_shared(round, [this](const auto& object) {
    const auto found = holders_.find(&object);
    if (--found->second > 0) return;
    holders_.erase(found);
    bytes_ -= memory_bytes(object);
  });
}

}  // namespace cspy::queue
