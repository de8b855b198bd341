#include "app/cadvisor_command_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "app/cadvisor_flags.hpp"
#include "app/option_table.hpp"

namespace cspy::app {
namespace {

/// Whether the word is one of our flags whose value is the next word.
bool takes_next_word(std::string_view word) {
  return word == "--config" || std::ranges::any_of(option_table(), [&](const auto& row) { return row.flag() == word; });
}

bool is_ours(std::string_view name) {
  const auto flag = fmt::format("--{}", name);
  return flag == "--help" || flag == "--version" || flag == "--print-config" || takes_next_word(flag);
}

/// "-port=80" in its parts.
struct Word {
  std::size_t dashes = 0;
  std::string_view name;
  std::optional<std::string_view> value;  ///< after '='
};

Word parts_of(std::string_view text) {
  Word word;
  word.dashes = text.starts_with("--") ? 2 : text.starts_with('-') ? 1 : 0;
  text.remove_prefix(word.dashes);
  const auto equals = text.find('=');
  word.name = text.substr(0, equals);
  if (equals != std::string_view::npos) word.value = text.substr(equals + 1);
  return word;
}

class Taker {
 public:
  explicit Taker(std::span<const char* const> arguments) : rest_{arguments} {}

  CadvisorArguments take() {
    while (!rest_.empty()) {
      const std::string_view word{next()};
      if (word == "--") {
        result_.others.emplace_back(word);
        while (!rest_.empty())
          result_.others.emplace_back(next());
      } else {
        take_word(word);
      }
    }
    apply();
    return std::move(result_);
  }

 private:
  const char* next() {
    const auto* const word = rest_.front();
    rest_ = rest_.subspan(1);
    return word;
  }

  void take_word(std::string_view text) {
    const auto word = parts_of(text);
    const bool may_be_cadvisors = word.dashes == 1 || (word.dashes == 2 && !is_ours(word.name));
    const auto* const flag = may_be_cadvisors ? find_cadvisor_flag(word.name) : nullptr;
    if (flag != nullptr) {
      take_flag(*flag, word.value);
    } else if (word.dashes == 1 && !word.value && (word.name == "help" || word.name == "version")) {
      result_.others.push_back(fmt::format("--{}", word.name));
    } else if (word.dashes == 1 && word.name.size() > 1) {
      result_.unknown.emplace_back(text);
    } else {
      result_.others.emplace_back(text);
      if (takes_next_word(text) && !rest_.empty()) result_.others.emplace_back(next());
    }
  }

  void take_flag(const CadvisorFlag& flag, std::optional<std::string_view> value) {
    if (flag.type == CadvisorFlag::Type::text) {
      if (value || !rest_.empty()) {
        keep(flag, std::string{value ? *value : next()});
      } else {
        mistake(flag, "expected a value");
      }
      return;
    }
    if (const auto parsed = go_bool(value.value_or("true"))) {
      keep(flag, *parsed ? "true" : "false");
    } else {
      mistake(flag, "expected true or false");
    }
    if (!value && !rest_.empty() && go_bool(rest_.front())) end_at(flag);
  }

  /// Go's package ends the flags at the first word that is neither a flag nor the value of one. Somebody wrote "-flag
  /// false", and cAdvisor ran as if the rest were not there.
  void end_at(const CadvisorFlag& flag) {
    next();
    if (std::exchange(ended_, true)) return;
    result_.warnings.push_back(
        fmt::format("the word after '-{0}' and cAdvisor's flags behind it are ignored, as in cAdvisor: write "
                    "'-{0}=true' or '-{0}=false'",
                    flag.name));
  }

  void keep(const CadvisorFlag& flag, std::string value) {
    if (!ended_) given_.insert_or_assign(std::string{flag.name}, std::move(value));
  }

  void mistake(const CadvisorFlag& flag, std::string_view what) {
    result_.mistakes.push_back(fmt::format("command line: -{}: {}", flag.name, what));
  }

  void warn(const CadvisorFlag& flag, std::string_view what) {
    result_.warnings.push_back(fmt::format("'-{}' {}", flag.name, what));
  }

  void apply() {
    for (const auto& flag : cadvisor_flags()) {
      if (const auto given = given_.find(flag.name); given != given_.end()) apply(flag, given->second);
    }
    std::ranges::sort(result_.not_needed);
  }

  void apply(const CadvisorFlag& flag, std::string_view value) {
    if (flag.fate == CadvisorFlag::Fate::setting) {
      set(flag);
    } else if (flag.fate == CadvisorFlag::Fate::not_available && value != flag.default_value) {
      warn(flag, fmt::format("is not available: {}", flag.note));
    } else {
      result_.not_needed.push_back(fmt::format("-{}", flag.name));
    }
  }

  void set(const CadvisorFlag& flag) {
    auto converted = flag.convert(given_);
    if (!converted) {
      // Two flags that make one setting have the same error.
      if (mistaken_.insert(flag.option).second) mistake(flag, converted.error().message);
    } else if (!*converted) {
      if (!flag.no_effect.empty()) warn(flag, fmt::format("has no effect {}", flag.no_effect));
    } else if (find_option(flag.option) == nullptr) {
      warn(flag, fmt::format("is not available: this version does not have the setting {}", flag.option));
    } else {
      result_.settings.try_emplace(
          std::string{flag.option},
          Given{.value = **std::move(converted), .source = fmt::format("command line -{}", flag.name)});
    }
  }

  std::span<const char* const> rest_;
  CadvisorValues given_;
  bool ended_ = false;  ///< cAdvisor's flags are ignored from here on
  std::set<std::string_view> mistaken_;
  CadvisorArguments result_;
};

}  // namespace

CadvisorArguments take_cadvisor_flags(std::span<const char* const> arguments) {
  return Taker{arguments}.take();
}

}  // namespace cspy::app
