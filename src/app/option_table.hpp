// The option table: every setting of the program, one row each. The command line, the environment, the configuration
// file, --help, --print-config, docs/CONFIGURATION.md and the error messages are all derived from it.
//
// A new option is one row here and one member in app/options.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "app/options.hpp"
#include "base/error.hpp"

namespace cspy::app {

/// Stores a value in the options. The error says which values are valid.
using Setter = Result<void> (*)(Options& options, std::string_view value);

/// One of ContainerSpy's own environment variables.
struct EnvironmentName {
  std::string_view name;
  bool deprecated = false;  ///< still works, with a warning that names the right variable
};

/// An environment variable that Docker or OpenTelemetry defines. The configuration file overrides it.
struct AmbientName {
  /// OpenTelemetry wants invalid numbers, booleans, enumerations and lists to be ignored with a warning. Variables that
  /// decide where metrics go are strict: if one were ignored, the metrics would go elsewhere unnoticed.
  enum class Check : std::uint8_t {
    strict,   ///< an invalid value is a mistake, which stops the start
    lenient,  ///< an invalid value is ignored with a warning
  };

  std::string_view name;
  Check check = Check::strict;
  Setter set = nullptr;  ///< if the variable has another meaning than the option
};

/// A list that is part of its row. More than `capacity` items do not compile.
template<class T, std::size_t capacity>
class ShortList {
 public:
  constexpr ShortList() = default;
  constexpr ShortList(std::initializer_list<T> items) : size_{items.size()} {
    std::copy(items.begin(), items.end(), items_.begin());
  }

  [[nodiscard]] constexpr const T* begin() const { return items_.data(); }
  [[nodiscard]] constexpr const T* end() const { return items_.data() + size_; }
  [[nodiscard]] constexpr const T& front() const { return items_.front(); }

 private:
  std::array<T, capacity> items_{};
  std::size_t size_ = 0;
};

struct OptionRow {
  enum class Type : std::uint8_t {
    text,
    amount,  ///< a duration or a size: a number, or a text with units
    boolean,
    pairs,  ///< NAME=VALUE[,NAME=VALUE...]: a text, or an object of texts
  };

  std::string_view key;  ///< in the configuration file; the flag is "--" and the key with dashes
  Type type;
  std::string_view placeholder;  ///< for the value, in --help
  Setter set;
  ShortList<EnvironmentName, 2> environment;  ///< the first one that is set wins
  ShortList<AmbientName, 3> ambient;          ///< the first one that is set and valid wins
  std::string_view default_value;
  std::string_view help;
  /// The part of a value that may be shown; null: all of it.
  std::string (*show)(std::string_view value) = nullptr;

  [[nodiscard]] std::string flag() const;
  /// The value as it may be shown to people.
  [[nodiscard]] std::string shown(std::string_view value) const { return show ? show(value) : std::string{value}; }
};

[[nodiscard]] std::span<const OptionRow> option_table();
/// The row of a key. Null if there is none.
[[nodiscard]] const OptionRow* find_option(std::string_view key);

/// Paths of the configuration file, tried in this order if neither --config nor CSPY_CONFIG names one.
[[nodiscard]] std::span<const std::string_view> config_file_places();
inline constexpr std::string_view config_environment_name = "CSPY_CONFIG";

}  // namespace cspy::app
