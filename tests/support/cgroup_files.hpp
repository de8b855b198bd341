// One file of a cgroup through the table that names its parser, of either version.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <string_view>

namespace cspy::test {

/// What `result` is after the parser of `name` in `files` has read `text`.
template<class Result, class File>
Result parsed_by(std::span<const File> files, std::string_view name, std::string_view text) {
  Result result;
  const auto file = std::ranges::find(files, name, &File::name);
  EXPECT_NE(file, files.end()) << name;
  if (file != files.end()) file->parse(text, result);
  return result;
}

}  // namespace cspy::test
