// Advice for the user about an HTTP answer that is not a success. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/endpoint.hpp"

namespace cspy::otlp {

/// A sentence for the log; empty if there is no advice. `endpoint`: the URL of the request. `said`: the message of the
/// receiver. `location`: the header of a redirect, without its query.
[[nodiscard]] std::string http_remedy(const Endpoint& endpoint, unsigned status, std::string_view said,
                                      std::string_view location);

}  // namespace cspy::otlp
