// THE TABLE: everything that is said about a metric, said once. The encoders, the generated documentation, the
// parameterised tests and the checks of names all walk it.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

#include "metrics/reading.hpp"

namespace cspy::metrics {

enum class Kind : std::uint8_t { counter, gauge };

/// Which subject a metric belongs to, in cAdvisor's terms.
enum class Group : std::uint8_t { general, cpu, memory, disk_io, network, process, spec, health };
[[nodiscard]] std::string_view name_of(Group group);

/// What must hold for a metric to exist, beyond the engine giving the number.
enum class Condition : std::uint8_t { always, cpu_quota };
[[nodiscard]] std::string_view describe(Condition condition);

/// A point's value; whole numbers stay whole.
using Number = std::variant<std::int64_t, double>;

/// Values of a metric's own labels, in the order of Metric::label_keys.
using LabelValues = std::span<const std::string_view>;

/// Receives the points of one metric.
class PointSink {
 public:
  virtual void point(Number value, LabelValues labels) = 0;

 protected:
  ~PointSink() = default;
};

struct Metric {
  std::string_view name;
  Kind kind;
  std::string_view unit;  ///< UCUM, only where the name holds it: receivers append a missing unit to the name
  Group group;
  Condition condition;
  std::array<std::string_view, 2> label_keys;  ///< beyond the container's own; empty ones unused
  /// Gives the points that the reading has under this metric, without regard to `condition`.
  void (*emit)(const Reading& reading, UnixNanos time, PointSink& sink);
  std::string_view help;

  [[nodiscard]] constexpr std::size_t label_count() const {
    return label_keys[1].empty() ? (label_keys[0].empty() ? 0U : 1U) : 2U;
  }
};

[[nodiscard]] std::span<const Metric> catalogue();

}  // namespace cspy::metrics
