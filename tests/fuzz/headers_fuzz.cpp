// Headers and attributes as users write them: what is taken can stand in a request, and no error shows a value.
#include <algorithm>

#include "base/header_list.hpp"
#include "otlp/request_headers.hpp"
#include "tests/fuzz/input.hpp"

namespace {

bool can_be_sent(const cspy::KeyValues& headers) {
  return std::ranges::all_of(headers, [](const auto& header) {
    const auto& [name, value] = header;
    return !name.empty() && name != "host" && name.find_first_of("\r\n: ") == std::string::npos &&
           value.find_first_of(std::string_view{"\r\n\0", 3}) == std::string::npos;
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = text_of(data, size);
  if (const auto values = cspy::parse_key_values(text)) {
    must(std::ranges::none_of(*values, [](const auto& pair) { return pair.first.empty(); }));
  }
  if (const auto headers = cspy::parse_headers(text)) must(can_be_sent(*headers));
  if (const auto headers = cspy::otlp::parse_header_lines(text)) must(can_be_sent(*headers));
  const auto secret = cspy::parse_headers("authorization=s3cret" + std::string{text});
  must(secret || text.contains('=') || !secret.error().message.contains("s3cret"));
  return 0;
}
