// What a client accepts as the coding of a body (RFC 9110, section 12.5.3). Pure.
#pragma once

#include <string_view>

namespace cspy::serve {

/// Whether the value of Accept-Encoding prefers gzip to a body that is not coded. No gzip without a value.
[[nodiscard]] bool prefers_gzip(std::string_view accept_encoding);

}  // namespace cspy::serve
