// Carrying one encoded request to the receiver. The exporter knows no transport, a transport knows no encoding.
#pragma once

#include <string_view>

#include "net/context.hpp"
#include "net/task.hpp"
#include "otlp/response.hpp"

namespace cspy::otlp {

/// A request as it goes over the wire. The bytes stay alive until it has been sent.
struct Payload {
  std::string_view body;
  std::string_view content_type;  ///< of what is encoded, whether compressed or not
  bool gzip = false;              ///< `body` is compressed
};

class Transport {
 public:
  virtual ~Transport() = default;
  /// Sends the payload and waits for the answer until `deadline` at the most. One request at a time.
  virtual net::Task<Outcome> send(Payload payload, net::TimePoint deadline) = 0;
  /// Closes what is kept open, so that nothing of the transport is left in the loop. A later send opens it again.
  virtual void close() = 0;
};

}  // namespace cspy::otlp
