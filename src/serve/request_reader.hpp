// Finds requests in the bytes of a connection. Pure; Beast parses the header.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "serve/message.hpp"

namespace cspy::serve {

/// Why a request is not answered by a handler. The connection must be closed after the answer, because nobody knows
/// where the next request begins.
struct Refusal {
  unsigned status = 400;
  std::string why;
};

class RequestReader {
 public:
  enum class Step : std::uint8_t {
    need_more,  ///< the bytes were read and are not a whole header yet
    request,    ///< request() has the next one
    refused,    ///< refusal() says why; nothing is read any more
  };

  /// `head_bytes_max`: of the request line, and of the header.
  explicit RequestReader(std::uint32_t head_bytes_max = limits::serve_head_bytes_max);
  ~RequestReader();

  /// Takes what it has read off the front of `bytes`. The rest is at most 3 bytes longer than the maximum of a header,
  /// or belongs to later requests. A small body is skipped by the next call.
  [[nodiscard]] Step read(std::string& bytes);

  /// REQUIRES: read() has returned `request`.
  [[nodiscard]] const Request& request() const { return request_; }
  [[nodiscard]] bool refused() const { return refused_; }
  /// REQUIRES: refused().
  [[nodiscard]] const Refusal& refusal() const { return refusal_; }

 private:
  struct Parser;
  [[nodiscard]] Step refuse(unsigned status, std::string_view why);
  /// Makes the request from the parsed header.
  [[nodiscard]] Step accept();

  std::uint32_t head_bytes_max_;
  std::unique_ptr<Parser> parser_;  ///< of the header that is being read
  std::uint64_t body_left_ = 0;     ///< bytes to skip
  Request request_;
  Refusal refusal_;
  bool refused_ = false;
};

/// The time of X-Prometheus-Scrape-Timeout-Seconds: a decimal number of seconds. nullopt if it is not a positive
/// number. A time above limits::timeout_max is cut.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_scrape_timeout(std::string_view text);

}  // namespace cspy::serve
