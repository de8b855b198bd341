#include "serve/accept_encoding.hpp"

#include <gtest/gtest.h>

namespace cspy::serve {
namespace {

TEST(AcceptEncoding, PrefersGzipWhereTheClientDoes) {
  for (const auto* const value :
       {"gzip", "GZIP", "x-gzip", "*", "deflate, gzip", "gzip;q=0.1", "br;q=1.0, gzip;q=0.8, *;q=0.1", "gzip ; q=1.000",
        "identity;q=0.5, gzip;q=0.5", "gzip, *;q=0", "identity;q=0, *"})
    EXPECT_TRUE(prefers_gzip(value)) << value;
}

TEST(AcceptEncoding, SendsNoGzipOtherwise) {
  for (const auto* const value :
       {"", " ", "identity", "br", "gzip;q=0", "gzip; q=0.000", "*;q=0", "gzip;q=0, *", "identity, gzip;q=0.5",
        "gzip;q=x", "gzip;q=2", "gzip;q=-1", "gzip;q=nan", "gzippy", ",;,"})
    EXPECT_FALSE(prefers_gzip(value)) << value;
}

}  // namespace
}  // namespace cspy::serve
