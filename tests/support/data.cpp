#include "tests/support/data.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "base/file.hpp"

namespace cspy::test {
namespace {

constexpr std::size_t file_bytes_max = 64 * 1024 * 1024;

std::string read_or_fail(const std::string& path) {
  auto content = read_file(path, file_bytes_max);
  if (content) return *std::move(content);
  ADD_FAILURE() << path << ": " << content.error().message;
  return {};
}

}  // namespace

std::string data_path(std::string_view name) {
  return std::string{CSPY_TEST_DATA "/"}.append(name);
}

std::string read_data(std::string_view name) {
  return read_or_fail(data_path(name));
}

std::string read_source(std::string_view path) {
  return read_or_fail(std::string{CSPY_SOURCE_DIR "/"}.append(path));
}

void write_file(const std::string& path, std::string_view content) {
  std::FILE* const file = std::fopen(path.c_str(), "w");
  if (file == nullptr) {
    ADD_FAILURE() << "cannot write " << path;
    return;
  }
  const auto written = std::fwrite(content.data(), 1, content.size(), file);
  const bool closed = std::fclose(file) == 0;
  EXPECT_TRUE(closed && written == content.size()) << path << " took " << written << " bytes";
}

void expect_golden(std::string_view name, const std::string& actual) {
  const auto path = data_path("golden/" + std::string{name});
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    std::filesystem::create_directories(std::filesystem::path{path}.parent_path());
    write_file(path, actual);
    return;
  }
  EXPECT_EQ(read_or_fail(path), actual) << "UPDATE_GOLDEN=1 rewrites " << path;
}

}  // namespace cspy::test
