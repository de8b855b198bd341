// The bytes of the journal's files (docs/queue-format.md). Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "queue/waiting.hpp"

namespace cspy::queue::journal {

/// Starts each segment. The last byte is the version of the format.
inline constexpr std::string_view magic{"CSPYQUE\x02", 8};
/// Only for the owner: labels may be confidential.
inline constexpr unsigned file_mode = 0600;
inline constexpr std::size_t segment_bytes_min = std::size_t{64} * 1024;

enum class Type : std::uint8_t { round = 1, progress = 2, removed = 3 };

struct Record {
  Type type = Type::round;
  std::uint64_t sequence = 0;
  std::string_view payload;

  [[nodiscard]] std::size_t size() const;
};

/// checksum (4), length of the payload (4), sequence (8), type (1). All numbers are little-endian.
inline constexpr std::size_t record_head_bytes = 17;

/// The bytes of the record before its payload.
[[nodiscard]] std::array<char, record_head_bytes> compose_head(const Record& record);
/// The record at the start of `bytes`. nullopt if there is no complete and undamaged record.
[[nodiscard]] std::optional<Record> parse(std::string_view bytes);

/// The payload of a progress record.
[[nodiscard]] std::array<char, 8> compose_progress(Progress progress);
[[nodiscard]] Progress parse_progress(std::string_view payload);

/// "queue-0000000000000001.seg". Names sort like their numbers.
[[nodiscard]] std::string segment_name(std::uint64_t number);
/// nullopt if it is not the name of a segment.
[[nodiscard]] std::optional<std::uint64_t> segment_number(std::string_view name);
/// Whether a file ends within the magic, because the process was stopped while it began the segment.
[[nodiscard]] bool is_torn_header(std::string_view content);

}  // namespace cspy::queue::journal
