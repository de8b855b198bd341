#include "otlp/answer_json.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/json_reader.hpp"
#include "base/limits.hpp"
#include "base/utf8.hpp"

namespace cspy::otlp {
namespace {

bool set_points(PartialSuccess& partial, const json::Scalar& value) {
  std::int64_t points = 0;
  if (const auto* const text = std::get_if<std::string_view>(&value)) {
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), points);
    if (error != std::errc{} || end != text->data() + text->size()) return false;
  } else if (!json::read(value, points)) {
    return false;
  }
  partial.rejected_points = static_cast<std::uint64_t>(std::max<std::int64_t>(0, points));
  return true;
}

constexpr std::array partial_fields{json::field<PartialSuccess, set_points>("rejectedDataPoints"),
                                    json::into<&PartialSuccess::message, PartialSuccess>("errorMessage")};
constexpr std::array response_fields{json::object("partialSuccess", partial_fields)};
constexpr auto response_schema = json::object("", response_fields);

struct Status {
  std::string message;
};

constexpr std::array status_fields{json::into<&Status::message, Status>("message")};
constexpr auto status_schema = json::object("", status_fields);

}  // namespace

Result<PartialSuccess> parse_partial_success_json(std::string_view body) {
  PartialSuccess partial;
  if (body.empty()) return partial;
  if (auto done = json::read_all(response_schema, &partial, body); !done) return std::unexpected{done.error()};
  partial.message = printable(partial.message, limits::error_quote_bytes_max);
  return partial;
}

std::optional<std::string> parse_status_message_json(std::string_view body) {
  Status status;
  if (!json::read_all(status_schema, &status, body) || status.message.empty()) return std::nullopt;
  return status.message;
}

}  // namespace cspy::otlp
