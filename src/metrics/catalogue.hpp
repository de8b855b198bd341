// THE TABLE: each fact about a metric, stated once. The encoders, the selection, the sources, the generated
// documentation, the parameterised tests and the checks of names all read it.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

#include "metrics/groups.hpp"
#include "metrics/origin.hpp"
#include "metrics/reading.hpp"
#include "metrics/sample_parts.hpp"

namespace cspy::metrics {

enum class Kind : std::uint8_t { counter, gauge };

/// What the project promises about a metric's name and meaning. cAdvisor's names are stable by definition: they change
/// when cAdvisor changes them. Of ContainerSpy's own metrics, a stable one changes only with a major version. An
/// experimental one may change with any version.
enum class Stability : std::uint8_t { cadvisor, stable, experimental };
[[nodiscard]] std::string_view describe(Stability stability);

/// What a metric needs to exist, besides a source that has the number.
enum class Condition : std::uint8_t { always, cpu_quota };
[[nodiscard]] std::string_view describe(Condition condition);

/// When a counter began to count. metrics/beginning.hpp has the time.
enum class Since : std::uint8_t {
  start,     ///< at the start of the run
  creation,  ///< at the creation of the container, as far as the agent knows
  before,    ///< before the container: it shares the counted thing with others
  agent,     ///< at the start of the run, as far as the agent was there: it adds up the numbers
};

/// A point's value. Whole numbers stay whole.
using Number = std::variant<std::int64_t, double>;

/// Values of a metric's own labels, in the order of Metric::label_keys.
using LabelValues = std::span<const std::string_view>;
inline constexpr std::size_t own_labels_max = 9;
using LabelKeys = std::array<std::string_view, own_labels_max>;

/// Receives the points of one metric.
class PointSink {
 public:
  virtual void point(Number value, LabelValues labels) = 0;

 protected:
  ~PointSink() = default;
};

/// How a metric gets its points from a reading, and which parts of the sample it needs.
struct Accessor {
  using Emit = void (*)(const Reading& reading, UnixNanos time, PointSink& sink);

  /// Without `parts`, everything comes from the container.
  // NOLINTNEXTLINE(misc-explicit-constructor): a row of the catalogue may name only a function
  constexpr Accessor(Emit emit, SampleParts parts = {}) : emit{emit}, parts{parts} {}

  /// Passes the reading's points for this metric to the sink. Checks neither the metric's condition nor the subject.
  Emit emit;
  SampleParts parts;
};

struct Metric {
  std::string_view name;
  Kind kind;
  std::string_view unit;  ///< UCUM, only if the name contains it: receivers append a missing unit to the name
  Group group;
  Origin origin;
  LabelKeys label_keys;  ///< the metric's own labels; unused ones are empty
  Accessor accessor;
  std::string_view help;
  Condition condition = Condition::always;
  Since since = Since::start;
  bool also_stopped = false;  ///< stopped containers have it too, whatever the group says
  Stability stability = Stability::cadvisor;

  [[nodiscard]] constexpr std::size_t label_count() const {
    std::size_t count = 0;
    while (count < label_keys.size() && !label_keys[count].empty())
      ++count;
    return count;
  }
};

[[nodiscard]] std::span<const Metric> catalogue();

}  // namespace cspy::metrics
