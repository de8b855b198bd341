// The state of one HTTP/2 request and its answer: the part of net/http2 without frames and sockets. Pure.
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
  /// Copies the next part of the request's body to `buffer` and returns its size. `body` is empty after the last part.
  std::size_t take_body(std::span<char> buffer);

  // The answer as it arrives. false: it is too large, and `failure` says so.
  bool add_header(std::string_view name, std::string_view value);
  bool add_data(std::string_view data);
  /// Called after a block of headers. `last`: the answer is complete.
  void end_headers(bool last);

  void end(std::optional<Error> why);
  /// See Connection::safe_to_repeat.
  [[nodiscard]] bool safe_to_repeat() const;

  std::int32_t stream = 0;
  std::span<const std::string_view> body = {};  ///< the part that is not sent yet
  std::size_t sent_of_piece = 0;                ///< sent bytes of the first piece
  std::size_t body_bytes_max = 0;               ///< limit of the answer
  std::size_t header_bytes = 0;                 ///< of the answer so far
  Answer answer = {};
  bool has_headers = false;  ///< the headers of the answer are complete; trailers may follow
  bool kept = false;         ///< not the first exchange of the connection
  bool sent = false;         ///< the headers of the request are sent
  bool received = false;     ///< the connection has received data since the exchange began
  bool began = false;        ///< the stream has received data
  bool refused = false;      ///< the peer has not acted on the request and will not
  bool ended = false;        ///< the answer is complete, or `failure` is set
  std::optional<Error> failure = {};
};

}  // namespace cspy::net::http2
