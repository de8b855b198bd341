// The tables of cAdvisor's flags in docs/FROM_CADVISOR.md.
#include <fmt/format.h>

#include <string>
#include <utility>

#include "app/cadvisor_flags.hpp"
#include "app/option_table.hpp"
#include "tools/docs.hpp"
#include "tools/markdown_table.hpp"

namespace cspy::tools {
namespace {

using app::CadvisorFlag;

constexpr std::pair<CadvisorFlag::Subject, std::string_view> headings[]{
    {CadvisorFlag::Subject::reported, "What is reported"},
    {CadvisorFlag::Subject::read, "What is read, and how often"},
    {CadvisorFlag::Subject::output, "Where it goes"},
    {CadvisorFlag::Subject::process, "The process and its log"},
};

std::string meaning(const CadvisorFlag& flag) {
  switch (flag.fate) {
    case CadvisorFlag::Fate::not_needed: return fmt::format("not needed: {}", flag.note);
    case CadvisorFlag::Fate::not_available: return fmt::format("not available: {}", flag.note);
    case CadvisorFlag::Fate::setting: break;
  }
  if (app::find_option(flag.option) == nullptr) return "not available yet";
  return fmt::format("`{}`: {}", flag.option, flag.note);
}

}  // namespace

std::string cadvisor_flags_section() {
  std::string section;
  for (const auto& [subject, heading] : headings) {
    section.append(fmt::format("\n### {}\n\n", heading));
    append_header(section, {"cAdvisor's flag", "ContainerSpy"});
    std::string names, previous;
    // Neighbours with the same meaning share a row.
    const auto finish = [&] {
      if (!names.empty()) append_row(section, {names, previous});
      names.clear();
    };
    for (const auto& flag : app::cadvisor_flags()) {
      if (flag.subject != subject) continue;
      if (auto next = meaning(flag); next != previous) {
        finish();
        previous = std::move(next);
      }
      names.append(fmt::format("{}`-{}`", names.empty() ? "" : ", ", flag.name));
    }
    finish();
  }
  return section.append("\n");
}

}  // namespace cspy::tools
