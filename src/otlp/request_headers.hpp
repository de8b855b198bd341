// The headers of requests: those that the user adds, which are mostly credentials and therefore never shown, and the
// User-Agent.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/key_values.hpp"
#include "base/log.hpp"
#include "base/watched_file.hpp"

namespace cspy::otlp {

/// The user's headers: a fixed list, and a file that may change while the program runs.
class RequestHeaders {
 public:
  /// No headers.
  RequestHeaders() = default;
  /// An empty `file` means no file. A header of the file replaces a fixed one with the same name. `log` outlives this.
  RequestHeaders(KeyValues fixed, std::string file, Log& log);

  /// The current headers; reads the file again if it has changed. If the file cannot be read or parsed, its last valid
  /// headers remain, and one warning is logged. Valid until the next call.
  const KeyValues& current();

 private:
  void read_file_again();

  KeyValues fixed_;
  KeyValues merged_;
  WatchedFile file_;
  Log* log_ = nullptr;
};

/// The User-Agent of every request to the receiver: "ContainerSpy/0.2.0 OTel-OTLP-Exporter-Cpp/0.2.0".
[[nodiscard]] std::string user_agent();

/// Parses a file of headers: each line is a list as in parse_headers (base/header_list.hpp). Empty lines and lines that
/// start with '#' are skipped. An error gives the number of the line and never shows a value.
[[nodiscard]] Result<KeyValues> parse_header_lines(std::string_view text);

}  // namespace cspy::otlp
