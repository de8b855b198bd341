// Tables of the generated pages, in GitHub's Markdown.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace cspy::tools {

/// The text as the content of a cell. A pipe would end the cell, also within `code`; a line break would end the row.
[[nodiscard]] std::string table_cell(std::string_view text);

/// Appends the header and the line below it.
void append_header(std::string& page, std::initializer_list<std::string_view> cells);
/// Appends one row; cells are escaped here.
void append_row(std::string& page, std::initializer_list<std::string_view> cells);

}  // namespace cspy::tools
