// The generated pages as GitHub would read them. That the files in docs/ are current is a test of tests/app.
#include "tools/docs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace cspy::tools {
namespace {

using testing::HasSubstr;

/// Cells of a row, whose escaped pipes are part of a cell.
std::size_t columns_of(std::string_view row) {
  std::size_t pipes = 0;
  for (std::size_t i = 0; i < row.size(); ++i)
    pipes += row[i] == '|' && (i == 0 || row[i - 1] != '\\') ? 1 : 0;
  return pipes - 1;
}

void expect_tables_with_equal_rows(std::string_view page) {
  std::size_t columns = 0, rows = 0;  // of the table that the line is in
  while (!page.empty()) {
    const auto line = page.substr(0, page.find('\n'));
    page.remove_prefix(std::min(line.size() + 1, page.size()));
    if (!line.starts_with('|')) {
      columns = 0;
      continue;
    }
    if (columns == 0) columns = columns_of(line);
    EXPECT_EQ(columns_of(line), columns) << "this row has another number of columns than its header: " << line;
    ++rows;
  }
  EXPECT_GT(rows, 0U) << "the page has no table";
}

TEST(Docs, EachRowOfAPageHasTheColumnsOfItsHeader) {
  expect_tables_with_equal_rows(metrics_page());
  expect_tables_with_equal_rows(configuration_page());
}

TEST(Docs, TheConfigurationPageShowsTheOrderOfPrecedence) {
  EXPECT_THAT(configuration_page(),
              HasSubstr("flag > environment variable > configuration file > `OTEL_*` variable > default"));
}

}  // namespace
}  // namespace cspy::tools
