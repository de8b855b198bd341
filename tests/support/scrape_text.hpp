// A strict parser of Prometheus' text format 0.0.4, as the agent writes it. It accepts less than Prometheus does.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace cspy::test {

struct ScrapedSample {
  std::map<std::string, std::string> labels;
  std::string value;  ///< as it is written
};

struct ScrapedFamily {
  std::string name, help, type;
  std::vector<ScrapedSample> samples;
};

/// The families of a scrape. Malformed is also: a family without a sample, without HELP and TYPE before its samples, or
/// out of order; a label that is empty, comes twice or has an illegal name; a series that comes twice; a timestamp;
/// text that is not UTF-8; an unknown escape.
[[nodiscard]] Result<std::vector<ScrapedFamily>> parse_scrape(std::string_view text);

}  // namespace cspy::test
