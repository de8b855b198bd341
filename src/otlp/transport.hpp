// Sends one encoded request to the receiver. The exporter does not depend on a protocol, nor a transport on an
// encoding.
#pragma once

#include <string_view>

#include "net/context.hpp"
#include "net/task.hpp"
#include "otlp/response.hpp"

namespace cspy::otlp {

/// An encoded request. The referenced memory must stay valid until send() returns.
struct Payload {
  std::string_view body;
  std::string_view content_type;  ///< of the body before compression
  bool gzip = false;              ///< `body` is compressed
};

class Transport {
 public:
  virtual ~Transport() = default;
  /// Sends the payload and waits for the answer, at most until `deadline`. One request at a time.
  virtual net::Task<Outcome> send(Payload payload, net::TimePoint deadline) = 0;
  /// Closes the connection, so that the transport leaves no work in the event loop. A later send() connects again.
  virtual void close() = 0;
};

}  // namespace cspy::otlp
