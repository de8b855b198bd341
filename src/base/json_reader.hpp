// Reading JSON by a table of the fields that are wanted.
//
// The engine's answers are large and we want little of them, so nothing is built in memory: a schema names the wanted
// fields, each with a function that stores it, and everything else is passed over. It works on a body as it arrives.
// What the schema wants and finds with another type is an error that names the field; null is as good as absent.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <variant>

#include "base/count.hpp"
#include "base/error.hpp"

namespace cspy::json {

/// A scalar; a string is valid during the call only, cut at Reader's bound, and may be invalid UTF-8.
using Scalar = std::variant<bool, std::int64_t, std::uint64_t, double, std::string_view>;

/// The type of what a node describes.
enum class Type : std::uint8_t { scalar, object, array };

struct Node {
  /// The member's key; "*", as the last of its siblings, is every other key of an object, and the elements of an array.
  std::string_view key;
  Type type = Type::scalar;
  /// Stores a scalar; false: it has the wrong type.
  bool (*store)(void* target, std::string_view key, const Scalar& value) = nullptr;
  /// Called before the members of an object or array, and after them. false from `begin` passes over the whole value;
  /// false from `end` stops the reading.
  bool (*begin)(void* target, std::string_view key) = nullptr;
  bool (*end)(void* target) = nullptr;
  std::span<const Node> children = {};
};

// Makers of nodes. `Target` is what a schema stores into.

/// A scalar that `set(target, value)` stores and returns whether it took it.
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

/// A scalar that goes into a member as it is.
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
  /// `root` and `target` outlive the reader. Strings and keys are cut at `string_bytes_max`.
  Reader(const Node& root, void* target, std::size_t string_bytes_max);
  ~Reader();
  Reader(Reader&&) noexcept;

  /// Takes the next part of the text. Errors: malformed, with the position or the path of the field.
  [[nodiscard]] Result<void> feed(std::string_view part);
  /// The text has ended. Errors: malformed where it was not complete.
  [[nodiscard]] Result<void> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Reads a whole text; without the incremental reader's allocations between two calls.
[[nodiscard]] Result<void> read_all(const Node& root, void* target, std::string_view text);

}  // namespace cspy::json
