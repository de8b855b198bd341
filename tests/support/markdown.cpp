#include "tests/support/markdown.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace cspy::test {
namespace {

/// Moves each `code span` of a paragraph from the text to the spans. A span may go on in the next line.
std::string take_spans(const std::string& text, std::vector<std::string>& spans) {
  std::string rest;
  for (std::size_t at = 0; at < text.size();) {
    const auto open = text.find('`', at);
    const auto close = open == std::string::npos ? open : text.find('`', open + 1);
    rest.append(text, at, open - at);
    if (close == std::string::npos) break;
    auto span = text.substr(open + 1, close - open - 1);
    for (char& c : span)
      c = c == '\n' ? ' ' : c;
    spans.push_back(std::move(span));
    at = close + 1;
  }
  return rest;
}

void take_links(const std::string& text, std::vector<std::string>& links) {
  for (auto at = text.find("]("); at != std::string::npos; at = text.find("](", at + 2)) {
    const auto close = text.find(')', at);
    if (close != std::string::npos) links.push_back(text.substr(at + 2, close - at - 2));
  }
}

void end_paragraph(std::string& paragraph, MarkdownPage& page) {
  take_links(take_spans(std::exchange(paragraph, {}), page.spans), page.links);
}

void add_anchor(const std::string& line, MarkdownPage& page) {
  const auto name = anchor_of(std::string_view{line}.substr(line.find_first_not_of('#')));
  auto anchor = name;
  for (int again = 1; !page.anchors.insert(anchor).second; ++again)
    anchor = name + "-" + std::to_string(again);
}

}  // namespace

std::string anchor_of(std::string_view heading) {
  while (heading.starts_with(' '))
    heading.remove_prefix(1);
  std::string anchor;
  for (const char c : heading) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '_') anchor.push_back(static_cast<char>(std::tolower(byte)));
    if (c == ' ') anchor.push_back('-');
  }
  return anchor;
}

MarkdownPage parse_markdown(std::string path, std::string_view text) {
  MarkdownPage page{.path = std::move(path), .links = {}, .anchors = {}, .spans = {}, .fenced = {}};
  std::string paragraph;
  bool in_fence = false;
  while (!text.empty()) {
    const std::string line{text.substr(0, text.find('\n'))};
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const auto start = line.find_first_not_of(' ');
    const bool fence = start != std::string::npos && line.compare(start, 3, "```") == 0;
    if (fence || start == std::string::npos || line.starts_with('#')) end_paragraph(paragraph, page);
    if (fence) {
      in_fence = !in_fence;
    } else if (in_fence) {
      page.fenced.push_back(line);
    } else {
      if (line.starts_with('#')) add_anchor(line, page);
      paragraph.append(line).append("\n");
    }
  }
  end_paragraph(paragraph, page);
  return page;
}

}  // namespace cspy::test
