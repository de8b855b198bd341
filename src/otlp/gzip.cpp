#include "otlp/gzip.hpp"

#include <zlib.h>

#include <new>

namespace cspy::otlp {
namespace {

// A request repeats its labels in every point, so even the fastest level makes it about 28 times smaller. A window of
// 32 KB spans many points.
constexpr int level = 1;
constexpr int gzip_header = 16;
constexpr int window_bits = 15;
constexpr int memory_level = 8;

}  // namespace

struct Gzip::State {
  z_stream stream{};
};

Gzip::Gzip() : state_{std::make_unique<State>()} {
  if (deflateInit2(&state_->stream, level, Z_DEFLATED, gzip_header + window_bits, memory_level, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    throw std::bad_alloc{};  // The arguments are valid, so only memory can be missing.
  }
}

Gzip::~Gzip() {
  deflateEnd(&state_->stream);
}

std::string_view Gzip::compress(std::string_view bytes) {
  auto& stream = state_->stream;
  deflateReset(&stream);  // cannot fail on an initialised stream
  // The bound is for data that does not compress. Unused pages of the buffer are never touched and take no memory.
  const auto bound = deflateBound(&stream, static_cast<uLong>(bytes.size()));
  out_.resize_and_overwrite(bound, [&](char* out, std::size_t size) {
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // zlib does not write to it
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out);
    stream.avail_out = static_cast<uInt>(size);
    // It cannot fail with a buffer of deflateBound(). A truncated request must never be sent.
    if (deflate(&stream, Z_FINISH) != Z_STREAM_END) __builtin_trap();
    return size - stream.avail_out;
  });
  return out_;
}

}  // namespace cspy::otlp
