// The flags of cAdvisor 0.60, one row each, and what they mean here. The command line, the log and the tables of
// docs/FROM_CADVISOR.md are derived from it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "app/cadvisor_values.hpp"

namespace cspy::app {

struct CadvisorFlag {
  enum class Subject : std::uint8_t { reported, read, output, process };
  enum class Type : std::uint8_t {
    text,     ///< has a value, after '=' or as the next word
    boolean,  ///< is true without a value; a value follows '=' only
  };
  enum class Fate : std::uint8_t {
    setting,        ///< sets `option`
    not_needed,     ///< accepted and ignored
    not_available,  ///< accepted with a warning, unless the value is cAdvisor's default
  };

  std::string_view name;  ///< without dashes
  Subject subject;
  Type type;
  Fate fate;
  /// The key of the setting. It may be one that this version does not have: then the flag is not available.
  std::string_view option;
  CadvisorConversion convert;      ///< null if `fate` is not `setting`
  std::string_view default_value;  ///< cAdvisor's, where it decides about a warning
  /// For people: how the value is converted, why it is not needed, or what to do instead.
  std::string_view note;
  /// Completes the warning "'-NAME' has no effect ..." if the conversion gives no value. Empty: no warning.
  std::string_view no_effect;
};

/// Sorted by subject.
[[nodiscard]] std::span<const CadvisorFlag> cadvisor_flags();

/// `name`: without dashes. Null if cAdvisor has no such flag.
[[nodiscard]] const CadvisorFlag* find_cadvisor_flag(std::string_view name);

}  // namespace cspy::app
