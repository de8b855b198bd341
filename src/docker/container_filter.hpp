// Which containers are watched: the setting `containers`, and the label containerspy.enable. Pure.
//
// A list, an event and an inspection each report the name, the image and the labels of a container. The readers of all
// three ask the filter while they read, so that an excluded container costs no request of its own.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace cspy::docker {

/// A container with this label and the value "false", in upper or lower case, is never watched.
inline constexpr std::string_view enable_label = "containerspy.enable";

/// Whether a container is watched.
enum class Watched : std::uint8_t {
  yes,
  no,
  unknown,  ///< it depends on something that was not reported: an inspection decides
};

/// What the engine reports about a container.
struct Traits {
  std::optional<std::string> name;                              ///< without the leading slash
  std::optional<std::string> image;                             ///< as the user configured it
  std::map<std::string, std::string, std::less<>> labels = {};  ///< those that ContainerFilter::wants() names
};

class ContainerFilter {
 public:
  /// Watches every container that does not opt out by its label.
  ContainerFilter() = default;

  /// A list of globs, separated by commas and applied in order. Each adds the containers that it matches; with '-' or
  /// '!' in front it removes them. A glob matches names, or with a prefix something else: image:GLOB, label:KEY=GLOB,
  /// label:KEY (the label exists), project:GLOB (of Docker Compose), service:GLOB (of Docker Compose or Swarm). A list
  /// that is empty or starts with a sign starts from all containers. "none" removes everything before it. Errors:
  /// invalid, with the reason.
  [[nodiscard]] static Result<ContainerFilter> parse(std::string_view list);

  /// Whether Traits::labels must have the label `key`.
  [[nodiscard]] bool wants(std::string_view key) const;
  [[nodiscard]] Watched judge(const Traits& traits) const;

 private:
  enum class Field : std::uint8_t { name, image, label };
  struct Rule {
    bool take;
    Field field;
    std::string key;  ///< of the label
    std::string glob;
  };

  static Result<std::vector<Rule>> parse_rule(bool take, std::string_view text);
  [[nodiscard]] static Watched matches(const Rule& rule, const Traits& traits);

  std::vector<Rule> rules_{{.take = true, .field = Field::name, .key = {}, .glob = "*"}};
};

}  // namespace cspy::docker
