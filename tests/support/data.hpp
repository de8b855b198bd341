// Files of tests/data, and goldens beside them.
#pragma once

#include <string>
#include <string_view>

namespace cspy::test {

/// The path of a file or folder of tests/data.
[[nodiscard]] std::string data_path(std::string_view name);
/// Its bytes; fails the test where it cannot be read.
[[nodiscard]] std::string read_data(std::string_view name);
/// Any file, by path from the repository's root.
[[nodiscard]] std::string read_source(std::string_view path);

/// Makes or replaces a file; fails the test where it cannot.
void write_file(const std::string& path, std::string_view content);

/// Compares `actual` with the file tests/data/golden/`name`. With UPDATE_GOLDEN=1 in the environment it is rewritten
/// instead: read the difference in git before you commit it.
void expect_golden(std::string_view name, const std::string& actual);

}  // namespace cspy::test
