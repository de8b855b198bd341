// The generated pages in docs/ must match their tables.
#include <gtest/gtest.h>

#include "tests/support/data.hpp"
#include "tools/docs.hpp"

namespace cspy::test {
namespace {

TEST(GeneratedDocs, AreCurrent) {
  EXPECT_EQ(read_source("docs/METRICS.md"), tools::metrics_page())
      << "build/dev/tools/generate_docs metrics > docs/METRICS.md";
  EXPECT_EQ(read_source("docs/CONFIGURATION.md"), tools::configuration_page())
      << "build/dev/tools/generate_docs configuration > docs/CONFIGURATION.md";
  EXPECT_EQ(read_source("docs/queue-format.md"), tools::queue_format_page())
      << "build/dev/tools/generate_docs queue-format > docs/queue-format.md";
}

}  // namespace
}  // namespace cspy::test
