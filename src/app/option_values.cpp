#include "app/option_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <ranges>
#include <utility>

#include "base/amount.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"

namespace cspy::app {

namespace {

using std::chrono::milliseconds;

/// `wrong`: what is wrong with the value, besides its range; null: nothing.
std::unexpected<Error> expected_instead(std::string expectation, const Error* wrong) {
  if (wrong != nullptr) expectation.append(": ").append(wrong->message);
  return fail(Code::invalid, std::move(expectation));
}

}  // namespace

Result<milliseconds> duration_between(std::string_view value, milliseconds min, milliseconds max) {
  auto duration = parse_duration(value);
  if (duration && *duration >= min && *duration <= max) return duration;
  return expected_instead(
      fmt::format("expected a duration from {} to {}, such as 10s or 1m30s", duration_text(min), duration_text(max)),
      duration ? nullptr : &duration.error());
}

Result<milliseconds> milliseconds_between(std::string_view value, milliseconds min, milliseconds max) {
  std::int64_t number = 0;
  const auto* const end = value.data() + value.size();
  const auto [last, error] = std::from_chars(value.data(), end, number);
  if (error != std::errc{} || last != end || number < min.count() || number > max.count()) {
    return fail(Code::invalid,
                fmt::format("expected a whole number of milliseconds from {} to {}", min.count(), max.count()));
  }
  return milliseconds{number};
}

Result<std::int64_t> size_between(std::string_view value, std::int64_t min, std::int64_t max) {
  auto bytes = parse_size(value);
  if (bytes && *bytes >= min && *bytes <= max) return bytes;
  return expected_instead(
      fmt::format("expected a size from {} to {}, such as 512KiB or 32MiB", size_text(min), size_text(max)),
      bytes ? nullptr : &bytes.error());
}

Result<std::vector<serve::ListenAddress>> parse_listen(std::string_view value) {
  std::vector<serve::ListenAddress> addresses;
  for (const auto part : std::views::split(value, ',')) {
    const auto text = trimmed(std::string_view{part});
    if (text.empty()) continue;
    auto address = serve::parse_listen_address(text);
    if (!address) return std::unexpected{std::move(address).error()};
    if (std::ranges::find(addresses, *address) != addresses.end())
      return fail(Code::invalid, fmt::format("'{}' is there twice", address->text()));
    addresses.push_back(*std::move(address));
  }
  if (addresses.size() > std::size_t{limits::listen_addresses_max})
    return fail(Code::invalid, fmt::format("more than {} addresses", limits::listen_addresses_max));
  return addresses;
}

Result<std::string> parse_path_prefix(std::string_view value) {
  while (value.ends_with('/'))
    value.remove_suffix(1);
  const bool legal = std::ranges::all_of(value, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view{"/-._~"}.contains(c);
  });
  if (!legal || value.contains("//"))
    return fail(Code::invalid, "a path has letters, digits and '-', '.', '_', '~' between single slashes");
  return value.empty() || value.starts_with('/') ? std::string{value} : "/" + std::string{value};
}

Result<std::string> parse_metrics_path(std::string_view value) {
  auto path = parse_path_prefix(value);
  if (path && (path->empty() || *path == "/healthz" || *path == "/readyz"))
    return fail(Code::invalid, "the path must differ from /, /healthz and /readyz");
  return path;
}

Result<std::string> attribute_value(std::string_view value) {
  constexpr std::size_t bytes_max = 255;
  if (value.size() > bytes_max || valid_utf8_prefix(value) != value.size()) {
    return fail(Code::invalid, "expected at most 255 bytes of valid UTF-8");
  }
  return std::string{value};
}

std::string hide_all(std::string_view value) {
  return value.empty() ? std::string{} : "***";
}

std::string hide_values(std::string_view list) {
  std::string shown;
  for (const auto entry : split(list, ',')) {
    const auto equals = entry.find('=');
    shown.append(shown.empty() ? "" : ",").append(entry.substr(0, equals));
    if (equals != std::string_view::npos) shown.append("=***");
  }
  return shown;
}

std::string hide_secrets(std::string_view url) {
  std::string shown;
  if (const auto scheme = url.find("://"); scheme < std::min(url.find_first_of("@?#"), url.size())) {
    shown = url.substr(0, scheme + 3);
    url.remove_prefix(scheme + 3);
  }
  const auto query = std::min(url.find_first_of("?#"), url.size());
  const auto at = url.rfind('@');
  if (at == std::string_view::npos) {
    shown.append(url.substr(0, query));
  } else if (at < query) {
    shown.append("***").append(url.substr(at, query - at));
  } else {
    return shown.append("***");  // Either the password has a '?', or the query has an '@'.
  }
  if (query < url.size()) shown.append(1, url[query]).append("***");
  return shown;
}

}  // namespace cspy::app
