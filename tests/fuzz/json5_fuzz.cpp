// A configuration file: read, or refused with a place. What is read keeps its promises, and written down as JSON5 again
// it is read as the same.
#include <fmt/format.h>

#include <cmath>
#include <set>
#include <string>

#include "app/config_file.hpp"
#include "base/utf8.hpp"
#include "json5/parse.hpp"
#include "tests/fuzz/input.hpp"

namespace {

using namespace cspy::json5;

void must_be_utf8(const std::string& text) {
  must(cspy::valid_utf8_prefix(text) == text.size());
}

std::string written(const Value& value);

/// One value in its plainest form; every character of a string that could mean something is escaped.
struct Writer {
  std::string operator()(Null) const { return "null"; }
  std::string operator()(bool flag) const { return flag ? "true" : "false"; }
  std::string operator()(std::int64_t whole) const {
    must(std::abs(whole) < std::int64_t{1} << 53U);
    return fmt::format("{}", whole);
  }
  std::string operator()(double real) const {
    if (std::isnan(real)) return "NaN";
    if (std::isinf(real)) return real < 0 ? "-Infinity" : "Infinity";
    return fmt::format("{}", real);
  }
  std::string operator()(const std::string& text) const {
    must_be_utf8(text);
    std::string out{"'"};
    for (const char c : text) {
      const unsigned byte = static_cast<unsigned char>(c);
      const bool plain = byte >= 0x20 && c != '\'' && c != '\\';
      out += plain ? std::string{c} : fmt::format("\\x{:02x}", byte);
    }
    return out + "'";
  }
  std::string operator()(const Array& array) const {
    std::string out{"["};
    for (const auto& element : array)
      out += written(element) + ",";
    return out + "]";
  }
  std::string operator()(const Object& object) const {
    std::set<std::string> keys;
    std::string out{"{"};
    for (const auto& member : object) {
      must(keys.insert(member.key).second);
      out += (*this)(member.key) + ":" + written(member.value) + ",";
    }
    return out + "}";
  }
};

std::string written(const Value& value) {
  return std::visit(Writer{}, value.data);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = text_of(data, size);
  if (const auto value = parse(text)) {
    const auto once = written(*value);
    const auto again = parse(once);
    must(again && written(*again) == once);
  } else {
    must(value.error().code == cspy::Code::malformed);
    must(value.error().message.starts_with("line "));
    must_be_utf8(value.error().message);
  }
  (void)cspy::app::parse_config(text, "fuzz.json");
  return 0;
}
