// Compression with gzip (RFC 1952) at zlib's fastest level: whole texts, and texts that are written piece by piece.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace cspy {

/// Compresses one text after the other, each as a whole.
class Gzip {
 public:
  Gzip();
  ~Gzip();
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  /// Compresses `bytes`. The result is valid until the next call.
  [[nodiscard]] std::string_view compress(std::string_view bytes);

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::string out_;
};

/// Compresses one text that arrives in pieces. It takes 260 KB of memory, whatever the length of the text is.
class GzipStream {
 public:
  GzipStream();
  ~GzipStream();
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;

  /// Takes the next piece. Appends to `out` what is ready; zlib keeps some of it for later calls.
  void write(std::string_view bytes, std::string& out);
  /// Appends the rest. REQUIRES: no call of write() or finish() follows.
  void finish(std::string& out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cspy
