#include "serve/body_writer.hpp"

#include <fmt/format.h>

#include <iterator>
#include <utility>

namespace cspy::serve {
namespace {

/// The size of a chunk is known after its data was written. Zeros at its front are allowed (RFC 9112, section 7.1).
constexpr std::string_view no_size = "00000000\r\n";
constexpr std::string_view last_chunk = "0\r\n\r\n";

}  // namespace

BodyWriter::BodyWriter(Source source, const Delivery& delivery)
    : source_{std::move(source)}, chunked_{delivery.framing == Framing::chunked} {
  if (delivery.gzip) gzip_.emplace();
}

bool BodyWriter::append_piece(std::string& out) {
  piece_.clear();
  const bool more = source_(piece_);
  if (!gzip_) {
    out.append(piece_);
    return more;
  }
  gzip_->write(piece_, out);
  if (!more) gzip_->finish(out);
  return more;
}

bool BodyWriter::append(std::string& out) {
  if (!chunked_) return append_piece(out);
  const auto begin = out.size();
  out.append(no_size);
  const bool more = append_piece(out);
  const auto bytes = out.size() - begin - no_size.size();
  if (bytes == 0) {
    out.resize(begin);  // A chunk without data would end the body.
  } else {
    fmt::format_to_n(out.begin() + static_cast<std::ptrdiff_t>(begin), 8, "{:08x}", bytes);
    out.append("\r\n");
  }
  if (!more) out.append(last_chunk);
  return more;
}

}  // namespace cspy::serve
