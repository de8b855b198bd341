// One HTTP/2 request and what has come of it until now: the bookkeeping of net/http2, which knows no frames. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/error.hpp"
#include "net/http2.hpp"

namespace cspy::net::http2 {

struct Exchange {
  /// Copies what fits of the rest of the request's body, and says how much that was; afterwards `body` is empty where
  /// it was the end.
  std::size_t take_body(std::span<char> buffer);

  // The answer as it arrives. False: it is larger than is allowed, and `failure` says so.
  bool add_header(std::string_view name, std::string_view value);
  bool add_data(std::string_view data);
  /// A block of headers is whole; `last`: the answer is as well.
  void end_headers(bool last);

  void end(std::optional<Error> why);
  /// See Connection::safe_to_repeat.
  [[nodiscard]] bool safe_to_repeat() const;

  std::int32_t stream = 0;
  std::span<const std::string_view> body = {};  ///< what is not sent yet
  std::size_t sent_of_piece = 0;                ///< of the first piece of it
  std::size_t body_bytes_max = 0;               ///< of the answer
  std::size_t header_bytes = 0;                 ///< of the answer, until now
  Answer answer = {};
  bool has_headers = false;  ///< the answer's headers are whole: what comes now are trailers
  bool kept = false;         ///< the connection had an exchange before
  bool sent = false;         ///< its head is
  bool heard = false;        ///< the connection has received something since the exchange began
  bool began = false;        ///< ... of this stream
  bool refused = false;      ///< the peer does nothing with it
  bool ended = false;        ///< the answer is whole, or `failure` says why there is none
  std::optional<Error> failure = {};
};

}  // namespace cspy::net::http2
