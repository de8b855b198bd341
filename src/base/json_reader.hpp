// Reading JSON by a schema: a table of the wanted fields.
//
// The answers of the engine are large, and we need few of their fields. So no tree is built in memory: the schema has a
// function for each wanted field that stores its value, and all other fields are skipped. The reader accepts the text
// in parts, as it arrives. A wanted field of the wrong type is an error that names the field. null counts as absent.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <variant>

#include "base/count.hpp"
#include "base/error.hpp"

namespace cspy::json {

/// A scalar. A string is valid during the call only, may be invalid UTF-8, and is cut at the limit of the Reader.
using Scalar = std::variant<bool, std::int64_t, std::uint64_t, double, std::string_view>;

enum class Type : std::uint8_t { scalar, object, array };

struct Node {
  /// The key of the member. "*" stands for the elements of an array and, as the last of its siblings, for all other
  /// keys of an object.
  std::string_view key;
  Type type = Type::scalar;
  /// Stores a scalar. false: it has the wrong type.
  bool (*store)(void* target, std::string_view key, const Scalar& value) = nullptr;
  /// Called before and after the members of an object or array. If `begin` returns false, the whole value is skipped.
  /// If `end` returns false, reading stops with an error.
  bool (*begin)(void* target, std::string_view key) = nullptr;
  bool (*end)(void* target) = nullptr;
  std::span<const Node> children = {};
};

// Functions that make nodes. `Target` is the type that the schema stores into.

/// A scalar that `set(target, value)` stores. `set` returns false if the type is wrong.
template<class Target, bool (*set)(Target&, const Scalar&)>
constexpr Node field(std::string_view key) {
  return {.key = key, .store = [](void* target, std::string_view, const Scalar& value) {
            return set(*static_cast<Target*>(target), value);
          }};
}

[[nodiscard]] bool read(const Scalar& scalar, Count& value);
[[nodiscard]] bool read(const Scalar& scalar, std::uint64_t& value);
[[nodiscard]] bool read(const Scalar& scalar, std::uint32_t& value);
[[nodiscard]] bool read(const Scalar& scalar, std::int64_t& value);
[[nodiscard]] bool read(const Scalar& scalar, bool& value);
/// Repairs invalid UTF-8.
[[nodiscard]] bool read(const Scalar& scalar, std::string& value);

/// A scalar that is stored in `member`.
template<auto member, class Target>
constexpr Node into(std::string_view key) {
  return {.key = key, .store = [](void* target, std::string_view, const Scalar& value) {
            return read(value, static_cast<Target*>(target)->*member);
          }};
}

constexpr Node object(std::string_view key, std::span<const Node> children) {
  return {.key = key, .type = Type::object, .children = children};
}

class Reader {
 public:
  /// `root` and `target` must outlive the reader. Strings and keys are cut at `string_bytes_max`.
  Reader(const Node& root, void* target, std::size_t string_bytes_max);
  ~Reader();
  Reader(Reader&&) noexcept;

  /// Reads the next part of the text. Errors: malformed, with the position or the path of the field.
  [[nodiscard]] Result<void> feed(std::string_view part);
  /// Call this at the end of the text. Errors: malformed if the text is incomplete.
  [[nodiscard]] Result<void> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Reads a whole text, with fewer allocations than a Reader.
[[nodiscard]] Result<void> read_all(const Node& root, void* target, std::string_view text);

}  // namespace cspy::json
