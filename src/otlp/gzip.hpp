// Compression of requests with gzip (RFC 1952), which every OTLP receiver supports.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace cspy::otlp {

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

}  // namespace cspy::otlp
