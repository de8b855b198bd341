// A family of metrics that is not in the catalogue: what a scrape says about itself or about the process.
#pragma once

#include <string>
#include <vector>

#include "base/key_values.hpp"
#include "metrics/catalogue.hpp"

namespace cspy::serve {

struct FamilySample {
  KeyValues labels;
  metrics::Number value;
};

/// REQUIRES: `name` is a metric name, `help` is valid UTF-8, no two samples have the same labels.
struct Family {
  std::string name;
  std::string help;
  metrics::Kind kind = metrics::Kind::gauge;
  std::vector<FamilySample> samples;
};

}  // namespace cspy::serve
