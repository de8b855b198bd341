#include "app/readiness.hpp"

#include <string_view>

#include "base/limits.hpp"

namespace cspy::app {
namespace {

std::string explain(std::string_view what, const std::optional<Error>& error) {
  std::string text{what};
  if (error) text += ": " + error->message;
  text += '\n';
  if (error && !error->remedy.empty()) text += "remedy: " + error->remedy + '\n';
  return text;
}

}  // namespace

std::optional<std::string> why_not_ready(const Condition& condition, net::TimePoint now) {
  if (!condition.engine_connected) return explain("the engine is not connected", condition.engine_error);
  if (condition.pushes && condition.push_failing_since &&
      now - *condition.push_failing_since >= limits::ready_despite_failures)
    return explain("the receiver takes no metrics", condition.push_error);
  return std::nullopt;
}

}  // namespace cspy::app
