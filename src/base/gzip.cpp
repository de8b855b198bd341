#include "base/gzip.hpp"

#include <zlib.h>

#include <new>

namespace cspy {
namespace {

// Requests and scrapes repeat their labels in every point, so even the fastest level makes them many times smaller. A
// window of 32 KB spans many points.
constexpr int level = Z_BEST_SPEED;
constexpr int gzip_header = 16;
constexpr int window_bits = 15;
constexpr int memory_level = 8;
constexpr std::size_t step_bytes = 4 * 1024;

/// A stream of zlib, ready for a text.
struct Deflate {
  Deflate() {
    if (deflateInit2(&stream, level, Z_DEFLATED, gzip_header + window_bits, memory_level, Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc{};  // The arguments are valid, so only memory can be missing.
    }
  }
  ~Deflate() { deflateEnd(&stream); }
  Deflate(const Deflate&) = delete;
  Deflate& operator=(const Deflate&) = delete;

  void set_input(std::string_view bytes) {
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // zlib does not write to it
    stream.avail_in = static_cast<uInt>(bytes.size());
  }

  void set_output(char* out, std::size_t size) {
    stream.next_out = reinterpret_cast<Bytef*>(out);
    stream.avail_out = static_cast<uInt>(size);
  }

  /// Appends to `out` all that zlib gives for the input with this flush mode.
  void append(int flush, std::string& out) {
    do {
      const auto filled = out.size();
      // The library may offer more room than was asked for.
      out.resize_and_overwrite(filled + step_bytes, [&](char* begin, std::size_t) {
        set_output(begin + filled, step_bytes);
        deflate(&stream, flush);  // It has room for output, so it cannot fail.
        return filled + step_bytes - stream.avail_out;
      });
    } while (stream.avail_out == 0);
  }

  z_stream stream{};
};

}  // namespace

struct Gzip::State : Deflate {};

Gzip::Gzip() : state_{std::make_unique<State>()} {}
Gzip::~Gzip() = default;

std::string_view Gzip::compress(std::string_view bytes) {
  auto& stream = state_->stream;
  deflateReset(&stream);  // cannot fail on an initialised stream
  // The bound is for data that does not compress. Unused pages of the buffer are never touched and take no memory.
  const auto bound = deflateBound(&stream, static_cast<uLong>(bytes.size()));
  out_.resize_and_overwrite(bound, [&](char* out, std::size_t size) {
    state_->set_input(bytes);
    state_->set_output(out, size);
    // It cannot fail with a buffer of deflateBound(). A truncated request must never be sent.
    if (deflate(&stream, Z_FINISH) != Z_STREAM_END) __builtin_trap();
    return size - stream.avail_out;
  });
  return out_;
}

struct GzipStream::State : Deflate {};

GzipStream::GzipStream() : state_{std::make_unique<State>()} {}
GzipStream::~GzipStream() = default;

void GzipStream::write(std::string_view bytes, std::string& out) {
  state_->set_input(bytes);
  state_->append(Z_NO_FLUSH, out);
}

void GzipStream::finish(std::string& out) {
  state_->set_input({});
  state_->append(Z_FINISH, out);
}

}  // namespace cspy
