// The headers that a user adds to each request: credentials, mostly, so no value of them is ever shown.
#pragma once

#include <string>

#include "base/key_values.hpp"
#include "base/log.hpp"
#include "base/watched_file.hpp"

namespace cspy::otlp {

class RequestHeaders {
 public:
  /// No headers.
  RequestHeaders() = default;
  /// `fixed` and, where `file` names one, what stands in it; one of the file replaces a fixed one of the same name.
  /// `log` outlives this.
  RequestHeaders(KeyValues fixed, std::string file, Log& log);

  /// The headers as they are now: the file is read again when it has changed. One that cannot be read or understood any
  /// more leaves the last ones in place, with one warning. Valid until the next call.
  const KeyValues& current();

 private:
  void read_file_again();

  KeyValues fixed_;
  KeyValues merged_;
  WatchedFile file_;
  Log* log_ = nullptr;
};

/// The headers of a file, one "name=value" a line or several separated by commas, as parse_headers. Empty lines and
/// lines whose first character is '#' mean nothing. Errors name the line, never the value.
[[nodiscard]] Result<KeyValues> parse_header_lines(std::string_view text);

}  // namespace cspy::otlp
