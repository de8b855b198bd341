#include "tools/markdown_table.hpp"

#include <gtest/gtest.h>

namespace cspy::tools {
namespace {

TEST(MarkdownTable, EscapesWhatWouldEndACellOrARow) {
  EXPECT_EQ(table_cell("`--disk-usage true|false`"), "`--disk-usage true\\|false`");
  EXPECT_EQ(table_cell("||"), "\\|\\|");
  EXPECT_EQ(table_cell("two\nlines"), "two lines");
  EXPECT_EQ(table_cell(""), "");
}

TEST(MarkdownTable, WritesAHeaderARuleAndRows) {
  std::string page;
  append_header(page, {"key", "values"});
  append_row(page, {"`disabled`", "true|false"});
  append_row(page, {"", "none"});
  EXPECT_EQ(page,
            "| key | values |\n"
            "|---|---|\n"
            "| `disabled` | true\\|false |\n"
            "|  | none |\n");
}

}  // namespace
}  // namespace cspy::tools
