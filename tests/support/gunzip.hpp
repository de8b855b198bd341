// What a receiver makes of a compressed body.
#pragma once

#include <gtest/gtest.h>
#include <zlib.h>

#include <string>

namespace cspy::test {

/// The bytes of a whole gzip member; fails the test where it is none.
inline std::string gunzip(const std::string& compressed) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 16 + 15), Z_OK);
  // Deflate makes nothing more than 1,032 times smaller.
  std::string out(1'100 * compressed.size() + 1'024, '\0');
  std::string in = compressed;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

}  // namespace cspy::test
