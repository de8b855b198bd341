#include "serve/accept_encoding.hpp"

#include <charconv>
#include <optional>
#include <string>

#include "base/text.hpp"

namespace cspy::serve {
namespace {

/// The weight of an element: 1 without "q=", and 0 if it is not a number from 0 to 1.
double weight_of(std::string_view parameters) {
  for (auto parameter : split(parameters, ';')) {
    parameter = trimmed(parameter);
    if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) continue;
    parameter.remove_prefix(2);
    double weight = 0;
    const auto* const end = parameter.data() + parameter.size();
    const auto [at, error] = std::from_chars(parameter.data(), end, weight, std::chars_format::fixed);
    return error == std::errc{} && at == end && weight >= 0 && weight <= 1 ? weight : 0;
  }
  return 1;
}

}  // namespace

bool prefers_gzip(std::string_view accept_encoding) {
  std::optional<double> gzip, identity, any;
  for (const auto element : split(accept_encoding, ',')) {
    const auto semicolon = element.find(';');
    const auto coding = lowered(trimmed(element.substr(0, semicolon)));
    const auto parameters = semicolon == std::string_view::npos ? std::string_view{} : element.substr(semicolon + 1);
    if (coding == "gzip" || coding == "x-gzip") gzip = weight_of(parameters);
    if (coding == "identity") identity = weight_of(parameters);
    if (coding == "*") any = weight_of(parameters);
  }
  // An identity that is not named is acceptable, but not preferred to anything that is named.
  const auto weight = gzip ? *gzip : any.value_or(0);
  return weight > 0 && weight >= identity.value_or(0);
}

}  // namespace cspy::serve
