// What a person can do about an answer that is no success. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/endpoint.hpp"

namespace cspy::otlp {

/// A sentence for the log, empty where there is nothing to advise. `endpoint` is what was asked, `said` what the
/// receiver says about it, `location` the header of a redirect.
[[nodiscard]] std::string http_remedy(const Endpoint& endpoint, unsigned status, std::string_view said,
                                      std::string_view location);

}  // namespace cspy::otlp
