// What a client sends to `listen`: the same requests are found however the bytes are cut, what is kept is bounded, and
// every header that is sent back is one header.
#include <string>
#include <variant>
#include <vector>

#include "base/limits.hpp"
#include "serve/accept_encoding.hpp"
#include "serve/head.hpp"
#include "serve/listen_address.hpp"
#include "serve/request_reader.hpp"
#include "serve/router.hpp"
#include "tests/fuzz/input.hpp"

namespace {

using namespace cspy;

constexpr std::uint32_t head_bytes = 512;

const serve::Router& router() {
  static const auto made = [] {
    serve::Router fresh{"/agent"};
    fresh.add({.path = "/", .handler = nullptr});
    fresh.add({.path = "/metrics", .handler = nullptr});
    return fresh;
  }();
  return made;
}

/// What the server does with a request, without its handler. A text to compare.
std::string answer_to(serve::Request request) {
  auto found = router().find(request);
  const auto* const refused = std::get_if<serve::Response>(&found);
  const serve::Response answered{.body = std::string(2'000, 'x')};
  const auto& response = refused != nullptr ? *refused : answered;
  const auto delivery = serve::delivery_of(request, response, true, true);
  std::string head;
  serve::append_head(head, request, response, delivery, 0);
  must(head.starts_with("HTTP/1.1 ") && head.find("\r\n\r\n") == head.size() - 4);
  must(!refused || response.status >= 300);
  must(request.scrape_timeout.value_or(std::chrono::milliseconds{1}).count() > 0);
  return head + request.path + '\n' + request.query + '\n' + request.accept + '\n' + request.authorization;
}

std::vector<std::string> answers(std::string_view bytes, std::size_t step_bytes) {
  serve::RequestReader reader{head_bytes};
  std::vector<std::string> found;
  std::string buffer;
  for (std::size_t at = 0; at < bytes.size(); at += step_bytes) {
    buffer.append(bytes.substr(at, step_bytes));
    auto step = reader.read(buffer);
    for (; step == serve::RequestReader::Step::request; step = reader.read(buffer))
      found.push_back(answer_to(reader.request()));
    if (step == serve::RequestReader::Step::refused) {
      must(reader.refusal().status >= 400);
      found.emplace_back("refused");
      break;
    }
    must(buffer.size() <= head_bytes + step_bytes);
  }
  return found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = text_of(data, size);
  // Beast may find a malformed line only with the end of the header.
  const auto ended = std::string{text} + "\r\n\r\n";
  const auto whole = answers(ended, ended.size());
  must(whole == answers(ended, 1));
  must(whole == answers(ended, 7));
  must(!serve::prefers_gzip(text) || !text.empty());
  if (const auto address = serve::parse_listen_address(text)) {
    must(serve::parse_listen_address(address->text()) == *address);
  }
  return 0;
}
