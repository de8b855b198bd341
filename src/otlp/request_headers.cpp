#include "otlp/request_headers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/file.hpp"
#include "base/header_list.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "base/version.hpp"

namespace cspy::otlp {

RequestHeaders::RequestHeaders(KeyValues fixed, std::string file, Log& log)
    : fixed_{std::move(fixed)}, merged_{fixed_}, file_{std::move(file)}, log_{&log} {}

const KeyValues& RequestHeaders::current() {
  if (file_.changed()) read_file_again();
  return merged_;
}

void RequestHeaders::read_file_again() {
  const auto text = read_file(file_.path(), limits::headers_file_bytes_max);
  auto headers = text ? parse_header_lines(*text) : std::unexpected{text.error()};
  if (!headers) {
    log_->warn("cannot use the file of headers: its last valid headers are kept",
               {{"file", file_.path()}, {"error", headers.error().message}});
    return;
  }
  merged_ = fixed_;
  for (auto& [name, value] : *headers)
    set(merged_, std::move(name), std::move(value));
}

std::string user_agent() {
  return fmt::format("ContainerSpy/{0} OTel-OTLP-Exporter-Cpp/{0}", version());
}

Result<KeyValues> parse_header_lines(std::string_view text) {
  KeyValues headers;
  int line_number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    const auto line = text.substr(begin, end - begin);
    begin = end + 1;
    ++line_number;
    if (trimmed(line).starts_with('#')) continue;
    auto parsed = parse_headers(line);
    if (!parsed) return std::unexpected{std::move(parsed).error().in(fmt::format("line {}", line_number))};
    for (auto& [name, value] : *parsed)
      set(headers, std::move(name), std::move(value));
  }
  return headers;
}

}  // namespace cspy::otlp
