// The one error type. Expected failures are values; context is added once, where the operation is known.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace cspy {

/// What kind of failure it was: all that a caller may branch on.
enum class Code {
  unreachable,  ///< no connection, or it ended before an answer: refused, reset, no such host
  denied,       ///< the operating system refused: EACCES, EPERM
  missing,      ///< no such file or socket: ENOENT
  not_found,    ///< the peer answered, and has no such object: HTTP 404
  timeout,      ///< the deadline passed
  cancelled,    ///< the program is stopping
  malformed,    ///< the bytes do not mean what they should
  too_large,    ///< a bound of base/limits.hpp was passed
  forbidden,    ///< the peer does not let us: HTTP 401, 403
  refused,      ///< the peer answered with another error
  invalid,      ///< a wrong argument or configuration
  untrusted,    ///< TLS: we do not accept the peer's certificate, it does not accept ours, or ours cannot be used
};

/// A failure: what kind, and a sentence for people that says what, where and why.
struct Error {
  Code code;
  std::string message;
  std::string remedy = {};  ///< what a person can do, where the place that failed knows it best

  /// The same failure with the operation in front: "GET /info over /var/run/docker.sock: Permission denied".
  [[nodiscard]] Error in(std::string_view operation) && {
    return {code, std::string{operation}.append(": ").append(message), std::move(remedy)};
  }
};

template<class T>
using Result = std::expected<T, Error>;

/// Shorthand for the failing return: `return fail(Code::malformed, "...")`.
[[nodiscard]] inline std::unexpected<Error> fail(Code code, std::string message) {
  return std::unexpected{Error{code, std::move(message)}};
}

}  // namespace cspy
