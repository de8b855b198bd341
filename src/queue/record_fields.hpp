// The fields of a round's record (record_fields.def) as enumerations and tables. The writer, the reader and the
// generator of docs/queue-format.md use them.
#pragma once

#include <array>
#include <protozero/types.hpp>
#include <string_view>

#include "base/count.hpp"
#include "metrics/container.hpp"
#include "metrics/counts.hpp"

namespace cspy::queue::record {

using Tag = protozero::pbf_tag_type;

template<class Field>
constexpr Tag tag(Field field) {
  return static_cast<Tag>(field);
}

// One enumeration per message: record::Round::time is a field's number.
// NOLINTBEGIN(bugprone-macro-parentheses): an enumerator has none
// clang-format off
#define MESSAGE(name) enum class name : Tag {
#define END() };
#define FIELD(number, type, name, note) name = number,
#define LIMIT(number, name) name = number,
#define LIFECYCLE(number, name) name = number,
#include "queue/record_fields.def"
// NOLINTEND(bugprone-macro-parentheses)

struct FieldRow {
  Tag number;  ///< 0: `name` is a message, and its fields follow
  std::string_view type, name, note;
};
inline constexpr std::array fields{
#define MESSAGE(name) FieldRow{0, "message", #name, ""},
#define END()
#define FIELD(number, type, name, note) FieldRow{number, type, #name, note},
#define LIMIT(number, name) FieldRow{number, "uint64", #name, ""},
#define LIFECYCLE(number, name) FieldRow{number, "uint64", #name, ""},
#include "queue/record_fields.def"
};

template<class Owner>
struct CountRow {
  Tag number;
  Count Owner::* member;
};
inline constexpr std::array limit_counts{
#define MESSAGE(name)
#define END()
#define FIELD(number, type, name, note)
#define LIMIT(number, name) CountRow<metrics::Limits>{number, &metrics::Limits::name},
#define LIFECYCLE(number, name)
#include "queue/record_fields.def"
};
inline constexpr std::array lifecycle_counts{
#define MESSAGE(name)
#define END()
#define FIELD(number, type, name, note)
#define LIMIT(number, name)
#define LIFECYCLE(number, name) CountRow<metrics::Lifecycle>{number, &metrics::Lifecycle::name},
#include "queue/record_fields.def"
};
// clang-format on

}  // namespace cspy::queue::record
