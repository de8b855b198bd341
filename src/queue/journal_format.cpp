#include "queue/journal_format.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <charconv>
#include <limits>
#include <type_traits>

namespace cspy::queue::journal {
namespace {

constexpr std::string_view prefix{"queue-"};
constexpr std::string_view suffix{".seg"};
constexpr std::size_t digits = 16;
constexpr std::size_t checksum_bytes = 4;

template<class T>
void put(std::string& out, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i)
    out.push_back(static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i)));
}

template<class T>
T get(std::string_view bytes, std::size_t offset) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    value |= std::uint64_t{static_cast<unsigned char>(bytes[offset + i])} << (8 * i);
  return static_cast<T>(value);
}

/// Goes on from the checksum of the bytes before.
std::uint32_t checksum(std::string_view bytes, std::uint32_t before = 0) {
  if (bytes.empty()) return before;  // zlib begins anew where there is no pointer
  return static_cast<std::uint32_t>(::crc32_z(before, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

}  // namespace

std::size_t Record::size() const {
  return record_head_bytes + payload.size();
}

std::array<char, record_head_bytes> compose_head(const Record& record) {
  std::string rest;
  put(rest, static_cast<std::uint32_t>(record.payload.size()));
  put(rest, record.sequence);
  put(rest, static_cast<std::uint8_t>(record.type));
  std::string bytes;
  put(bytes, checksum(record.payload, checksum(rest)));
  bytes += rest;
  std::array<char, record_head_bytes> head{};
  bytes.copy(head.data(), head.size());
  return head;
}

std::optional<Record> parse(std::string_view bytes) {
  if (bytes.size() < record_head_bytes) return std::nullopt;
  const auto length = get<std::uint32_t>(bytes, 4);
  if (bytes.size() - record_head_bytes < length) return std::nullopt;
  const auto whole = bytes.substr(0, record_head_bytes + length);
  if (checksum(whole.substr(checksum_bytes)) != get<std::uint32_t>(bytes, 0)) return std::nullopt;
  const auto type = get<std::uint8_t>(bytes, 16);
  if (type < static_cast<std::uint8_t>(Type::round) || type > static_cast<std::uint8_t>(Type::removed))
    return std::nullopt;
  const auto sequence = get<std::uint64_t>(bytes, 8);
  if (sequence == std::numeric_limits<std::uint64_t>::max()) return std::nullopt;  // no sequence could come after it
  return Record{.type = static_cast<Type>(type), .sequence = sequence, .payload = whole.substr(record_head_bytes)};
}

std::array<char, 8> compose_progress(Progress progress) {
  std::string bytes;
  put(bytes, progress.readings);
  put(bytes, progress.endings);
  std::array<char, 8> payload{};
  bytes.copy(payload.data(), payload.size());
  return payload;
}

Progress parse_progress(std::string_view payload) {
  if (payload.size() != 8) return {};
  return {.readings = get<std::uint32_t>(payload, 0), .endings = get<std::uint32_t>(payload, 4)};
}

std::string segment_name(std::uint64_t number) {
  return fmt::format("{}{:016x}{}", prefix, number, suffix);
}

std::optional<std::uint64_t> segment_number(std::string_view name) {
  if (name.size() != prefix.size() + digits + suffix.size() || !name.starts_with(prefix) || !name.ends_with(suffix))
    return std::nullopt;
  std::uint64_t number = 0;
  const auto* const begin = name.data() + prefix.size();
  const auto [end, error] = std::from_chars(begin, begin + digits, number, 16);
  if (error != std::errc{} || end != begin + digits || number == std::numeric_limits<std::uint64_t>::max())
    return std::nullopt;
  return number;
}

bool is_torn_header(std::string_view content) {
  return content.size() < magic.size() && magic.starts_with(content);
}

}  // namespace cspy::queue::journal
