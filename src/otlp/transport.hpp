// Carrying one encoded request to the receiver. The exporter knows no transport, a transport knows no encoding.
#pragma once

#include <string_view>

#include "net/task.hpp"
#include "otlp/response.hpp"

namespace cspy::otlp {

class Transport {
 public:
  virtual ~Transport() = default;
  /// Sends `body`, which stays alive until the task has ended, and waits for the answer within its own deadline.
  virtual net::Task<Outcome> send(std::string_view body, std::string_view content_type) = 0;
};

}  // namespace cspy::otlp
