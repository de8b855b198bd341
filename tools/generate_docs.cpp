// Writes the documentation that is derived from the program's tables: generate_docs metrics|configuration|queue-format
// > docs/X.md. `cadvisor-flags` prints only the part of docs/FROM_CADVISOR.md between its marks. A test compares the
// files in docs/ with what this prints.

#include <fmt/format.h>

#include <cstdio>
#include <string_view>

#include "tools/docs.hpp"

int main(int argc, char** argv) {
  const std::string_view which{argc == 2 ? argv[1] : ""};
  if (which == "metrics") {
    fmt::print("{}", cspy::tools::metrics_page());
  } else if (which == "configuration") {
    fmt::print("{}", cspy::tools::configuration_page());
  } else if (which == "queue-format") {
    fmt::print("{}", cspy::tools::queue_format_page());
  } else if (which == "cadvisor-flags") {
    fmt::print("{}", cspy::tools::cadvisor_flags_section());
  } else {
    fmt::print(stderr, "usage: generate_docs metrics|configuration|queue-format|cadvisor-flags\n");
    return 2;
  }
  return 0;
}
