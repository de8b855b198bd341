// The error type of the program. Expected failures are values. Context is added once, where the operation is known.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace cspy {

/// The kind of a failure. Callers branch on this only.
enum class Code {
  unreachable,  ///< no connection, or it ended before an answer: refused, reset, unknown host
  denied,       ///< the operating system denies access: EACCES, EPERM
  missing,      ///< the file or socket does not exist: ENOENT
  not_found,    ///< the peer answered that it has no such object: HTTP 404
  timeout,      ///< the deadline passed
  cancelled,    ///< the program is stopping
  malformed,    ///< the data is not in the expected format
  too_large,    ///< a limit of base/limits.hpp was exceeded
  forbidden,    ///< the peer denies access: HTTP 401, 403
  refused,      ///< the peer answered with any other error
  invalid,      ///< a wrong argument or configuration
  untrusted,    ///< TLS: one side does not accept the certificate of the other, or our own cannot be used
};

/// A failure: its kind, and a message for people that says what failed, where and why.
struct Error {
  Code code;
  std::string message;
  std::string remedy = {};  ///< what the user can do; empty if the code that failed does not know

  /// The same failure with the operation in front of the message: "GET /info over /var/run/docker.sock: Permission
  /// denied".
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
