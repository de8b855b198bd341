#include "net/http2_exchange.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/limits.hpp"

namespace cspy::net::http2 {
namespace {

/// RFC 9113 (6.5.2) counts this for each header, so the limit also bounds their number.
constexpr std::size_t header_overhead_bytes = 32;

std::string_view find(const std::vector<std::pair<std::string, std::string>>& headers, std::string_view name) {
  const auto found = std::ranges::find_if(headers, [&](const auto& header) { return header.first == name; });
  return found == headers.end() ? std::string_view{} : std::string_view{found->second};
}

}  // namespace

std::string_view Answer::header(std::string_view name) const {
  return find(headers, name);
}

std::string_view Answer::trailer(std::string_view name) const {
  return find(trailers, name);
}

std::size_t Exchange::take_body(std::span<char> buffer) {
  std::size_t filled = 0;
  while (!body.empty() && filled < buffer.size()) {
    const auto piece = body.front().substr(sent_of_piece);
    const auto taken = piece.substr(0, buffer.size() - filled);
    std::ranges::copy(taken, buffer.begin() + static_cast<std::ptrdiff_t>(filled));
    filled += taken.size();
    sent_of_piece += taken.size();
    if (taken.size() < piece.size()) break;
    body = body.subspan(1);
    sent_of_piece = 0;
  }
  return filled;
}

bool Exchange::add_header(std::string_view name, std::string_view value) {
  began = true;
  header_bytes += name.size() + value.size() + header_overhead_bytes;
  if (header_bytes > limits::http2_header_bytes_max) {
    end(Error{Code::too_large,
              fmt::format("the answer's header is larger than {} bytes", limits::http2_header_bytes_max)});
    return false;
  }
  if (name == ":status") {
    // nghttp2 has checked that there is one status, before all headers, with three digits.
    std::from_chars(value.data(), value.data() + value.size(), answer.status);
  } else {
    (has_headers ? answer.trailers : answer.headers).emplace_back(name, value);
  }
  return true;
}

bool Exchange::add_data(std::string_view data) {
  if (data.size() > body_bytes_max - answer.body.size()) {
    end(Error{Code::too_large, fmt::format("the answer is larger than {} bytes", body_bytes_max)});
    return false;
  }
  answer.body.append(data);
  return true;
}

void Exchange::end_headers(bool last) {
  if (answer.status / 100 == 1) {  // an interim answer: the final one follows
    answer.status = 0;
    answer.headers.clear();
    return;
  }
  if (last && !has_headers) answer.trailers = std::exchange(answer.headers, {});
  has_headers = true;
}

void Exchange::end(std::optional<Error> why) {
  if (ended) return;
  ended = true;
  failure = std::move(why);
}

bool Exchange::safe_to_repeat() const {
  if (!failure || failure->code != Code::unreachable || began) return false;
  return !sent || refused || (kept && !received);
}

}  // namespace cspy::net::http2
