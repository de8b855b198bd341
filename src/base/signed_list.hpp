// Lists that add and remove, as the settings metrics, containers and container_labels have them: "a,-b,+c". Pure.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace cspy {

struct SignedWord {
  std::string_view text;  ///< without its sign; not empty
  bool take = true;       ///< false after '-' or '!'
  bool has_sign = false;  ///< of '+', '-' and '!'

  /// The word that removes everything.
  [[nodiscard]] bool is_none() const { return text == "none" && !has_sign; }
};

/// The words between commas, without those that are empty. They refer to `list`. Error invalid: a sign without a text,
/// or a text of more than `text_bytes_max`.
[[nodiscard]] Result<std::vector<SignedWord>> parse_signed_list(std::string_view list, std::size_t text_bytes_max);

}  // namespace cspy
