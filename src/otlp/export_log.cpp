#include "otlp/export_log.hpp"

#include <string>
#include <utility>

namespace cspy::otlp {

void ExportLog::failed(const Outcome& outcome) {
  auto failure = outcome.status != 0 ? std::to_string(outcome.status) : outcome.message;
  if (failing_ == failure) return;
  failing_ = std::move(failure);
  if (outcome.remedy.empty()) {
    log_.warn("cannot deliver metrics", {{"error", outcome.message}});
  } else {
    log_.warn("cannot deliver metrics", {{"error", outcome.message}, {"remedy", outcome.remedy}});
  }
}

void ExportLog::delivered(std::uint64_t points, std::size_t waiting, std::uint64_t lost) {
  if (!std::exchange(ever_delivered_, true)) {
    log_.info("first metrics delivered", {{"points", std::to_string(points)}});
    catching_up_ = waiting > 0;
  } else if (failing_) {
    log_.info("metrics are delivered again",
              {{"rounds_waiting", std::to_string(waiting)}, {"rounds_lost", std::to_string(lost - lost_before_)}});
    catching_up_ = waiting > 0;
  } else if (catching_up_ && waiting == 0) {
    catching_up_ = false;
    log_.info("all waiting rounds are delivered");
  }
  failing_.reset();
  dropping_ = false;
  lost_before_ = lost;
}

void ExportLog::accepted(const Outcome& outcome) {
  const bool rejects = outcome.rejected_points > 0 || !outcome.message.empty();
  if (rejects && !rejecting_) {
    log_.warn("the receiver rejected some points",
              {{"rejected", std::to_string(outcome.rejected_points)}, {"message", outcome.message}});
  }
  rejecting_ = rejects;
}

void ExportLog::dropped(std::string_view why, std::string_view remedy) {
  if (std::exchange(dropping_, true)) return;
  log_.warn("the oldest waiting rounds are dropped", {{"reason", std::string{why}}, {"remedy", std::string{remedy}}});
}

void ExportLog::smaller_requests(std::size_t bytes) {
  if (bytes >= smallest_request_) return;
  smallest_request_ = bytes;
  log_.info("the receiver refuses requests of this size: smaller ones are sent", {{"bytes", std::to_string(bytes)}});
}

}  // namespace cspy::otlp
