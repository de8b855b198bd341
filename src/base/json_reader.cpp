#include "base/json_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/src.hpp>  // The only unit that uses Boost.JSON, so its implementation is compiled here.
#include <limits>
#include <string>

#include "base/limits.hpp"
#include "base/utf8.hpp"

namespace cspy::json {
namespace {

using boost::json::error_code;

/// Limit of strings in read_all. The strings of samples are short: names of interfaces.
constexpr std::size_t string_bytes_default = 4 * limits::label_value_bytes_max;

error_code stop() {
  return boost::json::make_error_code(boost::json::error::exception);
}

/// Receives the calls of Boost.JSON's parser. It has one frame for each open object or array of the schema. Inside a
/// value that the schema does not have, it only counts the depth.
class Handler {
 public:
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_key_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_string_size = std::numeric_limits<std::size_t>::max();

  Handler(const Node& root, void* target, std::size_t string_bytes_max)
      : root_{&root}, target_{target}, string_bytes_max_{string_bytes_max} {}

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_comment_part(std::string_view, error_code&) { return true; }
  bool on_comment(std::string_view, error_code&) { return true; }
  bool on_number_part(std::string_view, error_code&) { return true; }

  bool on_object_begin(error_code& error) { return open(Type::object, error); }
  bool on_object_end(std::size_t, error_code& error) { return close(error); }
  bool on_array_begin(error_code& error) { return open(Type::array, error); }
  bool on_array_end(std::size_t, error_code& error) { return close(error); }

  bool on_key_part(std::string_view part, std::size_t, error_code&) { return collect(part); }
  bool on_key(std::string_view part, std::size_t, error_code&) {
    if (skipped_ > 0) return true;
    auto& frame = top();
    const bool whole = text_.empty() && part.size() <= string_bytes_max_;
    if (!whole) collect(part);
    const std::string_view key = whole ? part : std::string_view{text_};
    frame.node = match(frame, key);
    // Only a node that matches any key needs to know which key it was.
    if (frame.node != nullptr && is_any(*frame.node)) frame.key = key;
    text_.clear();
    return true;
  }

  bool on_string_part(std::string_view part, std::size_t, error_code&) { return collect(part); }
  bool on_string(std::string_view part, std::size_t, error_code& error) {
    if (skipped_ > 0 || current() == nullptr) {
      text_.clear();
      return true;
    }
    if (text_.empty() && part.size() <= string_bytes_max_) return scalar(part, error);
    collect(part);
    const bool taken = scalar(std::string_view{text_}, error);
    text_.clear();
    return taken;
  }

  bool on_int64(std::int64_t value, std::string_view, error_code& error) { return scalar(value, error); }
  bool on_uint64(std::uint64_t value, std::string_view, error_code& error) { return scalar(value, error); }
  bool on_double(double value, std::string_view, error_code& error) { return scalar(value, error); }
  bool on_bool(bool value, error_code& error) { return scalar(value, error); }
  bool on_null(error_code&) { return true; }

  /// The error of a field; empty if the JSON itself is invalid.
  [[nodiscard]] const std::string& complaint() const { return complaint_; }

 private:
  struct Frame {
    const Node* owner;          ///< the node of this object or array
    const Node* node;           ///< of the current member; null: not in the schema
    std::string key;            ///< of the current member, if its node matches any key
    std::size_t next;           ///< where to search first: members mostly have the order of the schema
    std::uint64_t key_lengths;  ///< bit i: the schema has a key of the length i; bit 63: of that or more
  };

  static std::uint64_t length_bit(std::string_view key) {
    return std::uint64_t{1} << std::min<std::size_t>(key.size(), 63);
  }

  static const Node* match(Frame& frame, std::string_view key) {
    const auto children = frame.owner->children;
    // Most members of an engine's answer are not in the schema. Their length alone rules out many.
    const auto candidates = (frame.key_lengths & length_bit(key)) != 0 ? children.size() : 0;
    for (std::size_t tried = 0; tried < candidates; ++tried) {
      if (frame.next >= children.size()) frame.next = 0;
      const auto& child = children[frame.next++];
      if (child.key == key) return &child;
    }
    return !children.empty() && is_any(children.back()) ? &children.back() : nullptr;
  }
  static bool is_any(const Node& node) { return node.key == "*"; }
  static std::string_view key_of(const Frame& frame) {
    return frame.node == nullptr || is_any(*frame.node) ? std::string_view{frame.key} : frame.node->key;
  }

  Frame& top() { return frames_[depth_ - 1]; }
  const Node* current() { return depth_ == 0 ? root_ : top().node; }
  std::string_view current_key() { return depth_ == 0 ? std::string_view{} : key_of(top()); }

  bool collect(std::string_view part) {
    if (skipped_ == 0) text_.append(part.substr(0, string_bytes_max_ - std::min(string_bytes_max_, text_.size())));
    return true;
  }

  bool open(Type type, error_code& error) {
    const Node* node = skipped_ > 0 ? nullptr : current();
    if (node == nullptr) {
      ++skipped_;
      return true;
    }
    if (node->type != type) return mismatch(error);
    if (node->begin != nullptr && !node->begin(target_, current_key())) {
      ++skipped_;
      return true;
    }
    // Boost.JSON checks the depth before it calls, so there is always a free frame.
    auto& frame = frames_[depth_++];
    frame.owner = node;
    frame.key.clear();
    frame.next = 0;
    frame.key_lengths = 0;
    for (const auto& child : node->children)
      frame.key_lengths |= length_bit(child.key);
    frame.node = type == Type::array ? match(frame, "*") : nullptr;
    return true;
  }

  bool close(error_code& error) {
    if (skipped_ > 0) {
      --skipped_;
      return true;
    }
    const Node& owner = *frames_[--depth_].owner;
    if (owner.end != nullptr && !owner.end(target_)) {
      complaint_ = "too many elements";
      error = stop();
      return false;
    }
    return true;
  }

  bool scalar(const Scalar& value, error_code& error) {
    const Node* node = skipped_ > 0 ? nullptr : current();
    if (node == nullptr) return true;
    if (node->type == Type::scalar && node->store(target_, current_key(), value)) return true;
    return mismatch(error);
  }

  bool mismatch(error_code& error) {
    std::string path;
    for (std::size_t i = 0; i < depth_; ++i) {
      if (frames_[i].owner->type == Type::array) {
        path.append("[]");
      } else {
        path.append(path.empty() ? "" : ".").append(key_of(frames_[i]));
      }
    }
    complaint_ = fmt::format("'{}' has the wrong type", printable(path, limits::error_quote_bytes_max));
    error = stop();
    return false;
  }

  const Node* root_;
  void* target_;
  std::size_t string_bytes_max_;
  std::array<Frame, limits::json_depth_max + 1> frames_{};
  std::size_t depth_ = 0;
  std::size_t skipped_ = 0;  ///< open objects and arrays that are not in the schema
  std::string text_;         ///< collects a string or key that arrives in parts
  std::string complaint_;
};

boost::json::parse_options options() {
  boost::json::parse_options options;
  options.max_depth = limits::json_depth_max;
  options.allow_invalid_utf8 = true;  // read() repairs it: an invalid label must not lose a container.
  return options;
}

using Parser = boost::json::basic_parser<Handler>;

Result<void> outcome(const Parser& parser, const error_code& error, std::size_t position) {
  if (!error) return {};
  if (!parser.handler().complaint().empty()) return fail(Code::malformed, parser.handler().complaint());
  return fail(Code::malformed, fmt::format("not JSON at byte {}: {}", position, error.message()));
}

}  // namespace

bool read(const Scalar& scalar, std::uint64_t& value) {
  if (const auto* whole = std::get_if<std::uint64_t>(&scalar)) {
    value = *whole;
    return true;
  }
  const auto* whole = std::get_if<std::int64_t>(&scalar);
  if (whole == nullptr || *whole < 0) return false;
  value = static_cast<std::uint64_t>(*whole);
  return true;
}

bool read(const Scalar& scalar, Count& value) {
  std::uint64_t whole = 0;
  if (!read(scalar, whole)) return false;
  value = whole;
  return true;
}

bool read(const Scalar& scalar, std::uint32_t& value) {
  std::uint64_t whole = 0;
  if (!read(scalar, whole) || whole > std::numeric_limits<std::uint32_t>::max()) return false;
  value = static_cast<std::uint32_t>(whole);
  return true;
}

bool read(const Scalar& scalar, std::int64_t& value) {
  const auto* whole = std::get_if<std::int64_t>(&scalar);
  if (whole == nullptr) return false;
  value = *whole;
  return true;
}

bool read(const Scalar& scalar, bool& value) {
  const auto* flag = std::get_if<bool>(&scalar);
  if (flag == nullptr) return false;
  value = *flag;
  return true;
}

bool read(const Scalar& scalar, std::string& value) {
  const auto* text = std::get_if<std::string_view>(&scalar);
  if (text == nullptr) return false;
  value = repair_utf8(*text, limits::label_value_bytes_max);
  return true;
}

struct Reader::State {
  State(const Node& root, void* target, std::size_t string_bytes_max)
      : parser{options(), root, target, string_bytes_max} {}

  Parser parser;
  std::size_t position = 0;
};

Reader::Reader(const Node& root, void* target, std::size_t string_bytes_max)
    : state_{std::make_unique<State>(root, target, string_bytes_max)} {}
Reader::~Reader() = default;
Reader::Reader(Reader&&) noexcept = default;

Result<void> Reader::feed(std::string_view part) {
  error_code error;
  const auto used = state_->parser.write_some(true, part.data(), part.size(), error);
  state_->position += used;
  if (!error && used < part.size()) {
    const auto rest = part.substr(used);
    const bool blank = rest.find_first_not_of(" \t\r\n") == std::string_view::npos;
    if (!blank) error = boost::json::make_error_code(boost::json::error::extra_data);
  }
  return outcome(state_->parser, error, state_->position);
}

Result<void> Reader::finish() {
  if (state_->parser.done()) return {};
  error_code error;
  state_->parser.write_some(false, nullptr, 0, error);
  return outcome(state_->parser, error, state_->position);
}

Result<void> read_all(const Node& root, void* target, std::string_view text) {
  Parser parser{options(), root, target, string_bytes_default};
  error_code error;
  const auto used = parser.write_some(false, text.data(), text.size(), error);
  if (!error && text.substr(used).find_first_not_of(" \t\r\n") != std::string_view::npos) {
    error = boost::json::make_error_code(boost::json::error::extra_data);
  }
  return outcome(parser, error, used);
}

}  // namespace cspy::json
