// A page of documentation, taken apart as far as its checks need it: links, headings and code.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace cspy::test {

struct MarkdownPage {
  std::string path;                 ///< from the repository's root
  std::vector<std::string> links;   ///< targets, as they are written; those of fenced code are left out
  std::set<std::string> anchors;    ///< of the headings, by GitHub's rule
  std::vector<std::string> spans;   ///< each `code span`
  std::vector<std::string> fenced;  ///< each line of a fenced code block
};

[[nodiscard]] MarkdownPage parse_markdown(std::string path, std::string_view text);

/// The anchor that GitHub gives a heading: lower case, dashes for blanks, without punctuation.
[[nodiscard]] std::string anchor_of(std::string_view heading);

}  // namespace cspy::test
