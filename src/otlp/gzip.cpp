#include "otlp/gzip.hpp"

#include <zlib.h>

#include <new>

namespace cspy::otlp {
namespace {

// A request repeats its labels in every point, so the fastest level finds most of what there is to find (about 28 times
// less); and a window of 32 KB spans many points.
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
    throw std::bad_alloc{};  // All arguments are right, so it is that.
  }
}

Gzip::~Gzip() {
  deflateEnd(&state_->stream);
}

std::string_view Gzip::compress(std::string_view bytes) {
  auto& stream = state_->stream;
  deflateReset(&stream);  // of a stream that was set up, which is all that it could complain of
  // The bound is for bytes that do not compress; what is not used of it is not touched, so it takes no memory.
  const auto bound = deflateBound(&stream, static_cast<uLong>(bytes.size()));
  out_.resize_and_overwrite(bound, [&](char* out, std::size_t size) {
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // zlib only reads it
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out);
    stream.avail_out = static_cast<uInt>(size);
    // Into a buffer of deflateBound() it cannot fail, and a request cut short would be refused as damaged.
    if (deflate(&stream, Z_FINISH) != Z_STREAM_END) __builtin_trap();
    return size - stream.avail_out;
  });
  return out_;
}

}  // namespace cspy::otlp
