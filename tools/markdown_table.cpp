#include "tools/markdown_table.hpp"

namespace cspy::tools {

std::string table_cell(std::string_view text) {
  std::string cell;
  for (const char c : text) {
    if (c == '|') cell.push_back('\\');
    cell.push_back(c == '\n' ? ' ' : c);
  }
  return cell;
}

void append_header(std::string& page, std::initializer_list<std::string_view> cells) {
  append_row(page, cells);
  for (std::size_t i = 0; i < cells.size(); ++i)
    page.append("|---");
  page.append("|\n");
}

void append_row(std::string& page, std::initializer_list<std::string_view> cells) {
  for (const auto cell : cells)
    page.append("| ").append(table_cell(cell)).append(" ");
  page.append("|\n");
}

}  // namespace cspy::tools
