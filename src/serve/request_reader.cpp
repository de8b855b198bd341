#include "serve/request_reader.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.hpp"

namespace cspy::serve {
namespace {

namespace http = boost::beast::http;

constexpr std::string_view timeout_header = "X-Prometheus-Scrape-Timeout-Seconds";

/// Whether the request line ends with the version of another HTTP: "PRI * HTTP/2.0", or HTTP/3.0 by mistake. Beast has
/// one error for this and for a line without any version.
bool has_other_version(std::string_view bytes) {
  const auto line = trimmed(bytes.substr(0, bytes.find('\n')));
  const auto version = line.substr(line.rfind(' ') + 1);
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return version.size() == 8 && version.starts_with("HTTP/") && digit(version[5]) && version[6] == '.' &&
         digit(version[7]);
}

/// Takes the scheme and the authority off a target in absolute form (RFC 9112, section 3.2.2).
void remove_authority(std::string_view& target) {
  const auto scheme = target.find("://");
  if (target.starts_with('/') || scheme == std::string_view::npos) return;
  target.remove_prefix(std::min(target.find_first_of("/?", scheme + 3), target.size()));
  if (target.empty()) target = "/";
}

}  // namespace

struct RequestReader::Parser : http::request_parser<http::empty_body> {};

RequestReader::RequestReader(std::uint32_t head_bytes_max) : head_bytes_max_{head_bytes_max} {}
RequestReader::~RequestReader() = default;

RequestReader::Step RequestReader::refuse(unsigned status, std::string_view why) {
  refused_ = true;
  parser_.reset();
  refusal_ = {.status = status, .why = std::string{why}};
  return Step::refused;
}

RequestReader::Step RequestReader::read(std::string& bytes) {
  if (refused_) return Step::refused;
  const auto skipped = std::min<std::uint64_t>(body_left_, bytes.size());
  bytes.erase(0, skipped);
  body_left_ -= skipped;
  // Some clients send a line break after a body (RFC 9112, section 2.2).
  if (!parser_) bytes.erase(0, std::min(bytes.find_first_not_of("\r\n"), bytes.size()));
  if (bytes.empty()) return Step::need_more;

  if (!parser_) {
    parser_ = std::make_unique<Parser>();
    parser_->header_limit(head_bytes_max_);
    parser_->body_limit(boost::none);  // accept() decides about the body
  }
  boost::system::error_code error;
  const auto taken = parser_->put(boost::asio::buffer(bytes), error);
  if (error == http::error::bad_version && has_other_version(bytes)) {
    return refuse(505, "only HTTP/1.0 and HTTP/1.1 are supported");
  }
  bytes.erase(0, taken);
  if (error == http::error::need_more) return Step::need_more;
  if (error == http::error::header_limit) return refuse(431, "the header of the request is too large");
  if (error) return refuse(400, error.message());
  return parser_->is_header_done() ? accept() : Step::need_more;
}

RequestReader::Step RequestReader::accept() {
  const auto& head = parser_->get();
  const auto text_of = [&](auto name) {
    const auto found = head.find(name);
    return found == head.end() ? std::string{} : std::string{found->value()};
  };
  const bool http_1_0 = head.version() == 10;
  const auto hosts = head.count(http::field::host);
  if (hosts > 1 || (hosts == 0 && !http_1_0)) return refuse(400, "the request needs one Host header");
  if (head.count(http::field::transfer_encoding) > 0) return refuse(411, "chunked bodies are not supported");
  const auto body_bytes = parser_->content_length().value_or(0);
  if (body_bytes > limits::serve_body_bytes_max) return refuse(413, "the body of the request is too large");
  if (body_bytes > 0 && head.count(http::field::expect) > 0) return refuse(417, "the body of the request is not read");

  request_ = {
      .http_1_0 = http_1_0,
      .keep_alive = parser_->keep_alive(),
      .path = {},
      .accept = text_of(http::field::accept),
      .accept_encoding = text_of(http::field::accept_encoding),
      .authorization = text_of(http::field::authorization),
      .scrape_timeout = parse_scrape_timeout(text_of(timeout_header)),
  };
  if (head.method() == http::verb::head) request_.method = Method::head;
  if (head.method() != http::verb::head && head.method() != http::verb::get) request_.method = Method::other;
  std::string_view target{head.target().data(), head.target().size()};
  remove_authority(target);
  const auto question = target.find('?');
  request_.path = target.substr(0, question);
  if (question != std::string_view::npos) request_.query = target.substr(question + 1);
  if (request_.path.empty()) request_.path = "/";  // "http://agent?query"
  // OPTIONS and CONNECT have targets of their own.
  if (!request_.path.starts_with('/') && request_.method != Method::other) {
    return refuse(400, "the target of the request is not a path");
  }
  body_left_ = body_bytes;
  parser_.reset();
  return Step::request;
}

std::optional<std::chrono::milliseconds> parse_scrape_timeout(std::string_view text) {
  double seconds = 0;
  const auto* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, seconds);
  if (text.empty() || error != std::errc{} || at != end || std::isnan(seconds) || seconds < 0.001) return std::nullopt;
  const std::chrono::duration<double> longest = limits::timeout_max;
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      std::min(std::chrono::duration<double>{seconds}, longest));
}

}  // namespace cspy::serve
