// THE TABLE: every fact about a metric, stated once. The encoders, the selection, the sources, the generated
// documentation, the parameterised tests and the checks of names all walk it.
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

/// What a metric's name and meaning promise. Names of cAdvisor are stable by definition: they change when cAdvisor
/// changes them. Of ContainerSpy's own, a stable one changes with a major version only; an experimental one may change
/// with any.
enum class Stability : std::uint8_t { cadvisor, stable, experimental };
[[nodiscard]] std::string_view describe(Stability stability);

/// What must hold for a metric to exist, beyond something giving the number.
enum class Condition : std::uint8_t { always, cpu_quota };
[[nodiscard]] std::string_view describe(Condition condition);

/// Since when a counter counts: the start of a run, the creation of the container, or, of what the container shares
/// with others, since before both.
enum class Since : std::uint8_t { start, creation, before };

/// A point's value; whole numbers stay whole.
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

/// How a metric gets its points from a reading, and which parts of the sample it takes them from.
struct Accessor {
  using Emit = void (*)(const Reading& reading, UnixNanos time, PointSink& sink);

  // NOLINTNEXTLINE(misc-explicit-constructor): a row of the catalogue names a function where the container has it all
  constexpr Accessor(Emit emit, SampleParts parts = {}) : emit{emit}, parts{parts} {}

  /// Gives the points that the reading has under this metric, without regard to the metric's condition or the subject.
  Emit emit;
  SampleParts parts;
};

struct Metric {
  std::string_view name;
  Kind kind;
  std::string_view unit;  ///< UCUM, only where the name holds it: receivers append a missing unit to the name
  Group group;
  Origin origin;
  LabelKeys label_keys;  ///< beyond the container's own; empty ones unused
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
