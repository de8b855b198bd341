// Compressing requests: gzip (RFC 1952), the one compression that every OTLP receiver takes.
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

  /// `bytes` compressed. The result lives until the next call.
  [[nodiscard]] std::string_view compress(std::string_view bytes);

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::string out_;
};

}  // namespace cspy::otlp
