// Decoding ExportMetricsServiceRequest into plain values, for the viewer and the tests.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"

namespace cspy::fakes {

using Attributes = std::map<std::string, std::string>;

struct Point {
  Attributes attributes;
  std::uint64_t start = 0;
  std::uint64_t time = 0;
  std::variant<std::monostate, std::int64_t, double> value;
  std::uint32_t flags = 0;

  [[nodiscard]] bool ended() const { return (flags & 1U) != 0; }
  [[nodiscard]] double number() const;
};

struct DecodedMetric {
  std::string name, description, unit;
  bool sum = false;
  bool monotonic = false;
  int temporality = 0;
  std::vector<Point> points;
};

struct DecodedRequest {
  Attributes resource;
  std::vector<DecodedMetric> metrics;

  [[nodiscard]] std::size_t points() const;
};

/// Errors: malformed.
[[nodiscard]] Result<DecodedRequest> decode_request(std::string_view body);

}  // namespace cspy::fakes
