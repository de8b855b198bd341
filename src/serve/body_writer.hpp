// The body of an answer as it is sent: compressed and cut into chunks, piece by piece. Pure.
#pragma once

#include <optional>
#include <string>

#include "base/gzip.hpp"
#include "serve/head.hpp"
#include "serve/message.hpp"

namespace cspy::serve {

class BodyWriter {
 public:
  BodyWriter(Source source, const Delivery& delivery);

  /// Appends the bytes of the next piece to `out`; perhaps none, while the compressor keeps them. Returns false with
  /// the last piece. REQUIRES: it has not returned false before.
  [[nodiscard]] bool append(std::string& out);

 private:
  [[nodiscard]] bool append_piece(std::string& out);

  Source source_;
  bool chunked_;
  std::optional<GzipStream> gzip_;
  std::string piece_;  ///< what the source gave last
};

}  // namespace cspy::serve
