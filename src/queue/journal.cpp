#include "queue/journal.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <map>
#include <ranges>
#include <system_error>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "base/unique_fd.hpp"
#include "queue/directory.hpp"
#include "queue/journal_format.hpp"

namespace cspy::queue {
namespace {

using journal::Record;
using journal::Type;

std::unexpected<Error> failed(const std::string& path, int error) {
  return fail(Code::refused, path + ": " + std::generic_category().message(error));
}

/// Writes all of `bytes`. Returns 0 or the number of the error.
int write_at(int file, std::string_view bytes, std::size_t offset) {
  while (!bytes.empty()) {
    const auto written = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return written < 0 ? errno : ENOSPC;
    bytes.remove_prefix(static_cast<std::size_t>(written));
    offset += static_cast<std::size_t>(written);
  }
  return 0;
}

/// Reads a part of a file. The result is shorter if the file is.
Result<std::string> read_at(int file, std::size_t offset, std::size_t bytes, const std::string& path) {
  std::string content(bytes, '\0');
  std::size_t filled = 0;
  while (filled < content.size()) {
    const auto got =
        ::pread(file, content.data() + filled, content.size() - filled, static_cast<off_t>(offset + filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(path, errno);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  content.resize(filled);
  return content;
}

}  // namespace

struct Journal::State {
  struct Segment {
    std::uint64_t number = 0;
    std::size_t bytes = 0;
    std::size_t live = 0;  ///< its rounds that are not finished
  };
  /// A round found at the start: its place, and how far its delivery had come.
  struct Found {
    std::uint64_t segment = 0;
    std::size_t offset = 0;
    std::size_t bytes = 0;
    Progress progress;
  };

  [[nodiscard]] std::size_t bytes() const {
    std::size_t sum = aside_bytes;
    for (const auto& segment : segments)
      sum += segment.bytes;
    return sum;
  }

  explicit State(Directory opened, std::size_t limit) : directory{std::move(opened)}, bytes_max{limit} {}

  /// More than this goes into another segment.
  [[nodiscard]] std::size_t segment_max() const { return std::max(bytes_max / 8, journal::segment_bytes_min); }

  Result<void> recover(Recovery& recovery);
  [[nodiscard]] std::uint64_t first_within_limit(const std::vector<std::uint64_t>& numbers) const;
  [[nodiscard]] Result<void> delete_unread(std::uint64_t number, Recovery& recovery) const;
  Result<void> recover_segment(std::uint64_t number, Recovery& recovery);
  [[nodiscard]] Result<void> set_aside(std::uint64_t number, std::string_view why, Recovery& recovery) const;
  Result<void> begin_segment();
  Result<void> write(const Record& record);
  void drop_dead_segments();

  Directory directory;
  std::size_t bytes_max;
  std::size_t aside_bytes = 0;       ///< of the files that were set aside
  std::optional<Error> undeletable;  ///< why the oldest finished segment still exists
  UniqueFd newest;                   ///< the file of the last segment; closed if there is no segment
  std::deque<Segment> segments;
  std::map<std::uint64_t, Found> found;         ///< what read() has not passed on yet, by sequence
  std::map<std::uint64_t, std::uint64_t> live;  ///< the segment of each unfinished sequence
  std::uint64_t next_segment = 1;
};

Journal::Journal(std::unique_ptr<State> state) : state_{std::move(state)} {}
Journal::~Journal() = default;
Journal::Journal(Journal&&) noexcept = default;
Journal& Journal::operator=(Journal&&) noexcept = default;

void Journal::Recovery::note(Error why) {
  ++files_unusable;
  if (why.remedy.empty()) why.remedy = "look at the file, and then delete it";
  if (unusable.size() < limits::queue_files_named_max) unusable.push_back(std::move(why));
}

Result<Journal> Journal::open(std::string directory, std::size_t bytes_max, Recovery& recovery) {
  auto opened = Directory::open(std::move(directory));
  if (!opened) return std::unexpected{std::move(opened).error()};
  auto state = std::make_unique<State>(*std::move(opened), bytes_max);
  if (auto recovered = state->recover(recovery); !recovered) return std::unexpected{std::move(recovered).error()};
  return Journal{std::move(state)};
}

Result<void> Journal::State::recover(Recovery& recovery) {
  const auto numbers = directory.segments();
  if (!numbers) return std::unexpected{numbers.error()};
  const auto first = first_within_limit(*numbers);
  for (const auto number : *numbers) {
    next_segment = std::max(next_segment, number + 1);
    auto done = number < first ? delete_unread(number, recovery) : recover_segment(number, recovery);
    if (!done) recovery.note(std::move(done).error());
  }
  const auto aside = directory.limit_aside(limits::queue_files_aside_max, bytes_max / 4);
  aside_bytes = aside.bytes;
  next_segment = std::max(next_segment, aside.last + 1);  // it may be set aside too, and must not replace another file
  recovery.files_deleted = aside.deleted;
  for (const auto& [sequence, round] : found) {
    live[sequence] = round.segment;
    ++std::ranges::find(segments, round.segment, &Segment::number)->live;
  }
  if (!segments.empty()) {
    auto file = directory.open_segment(segments.back().number);
    if (!file) return std::unexpected{std::move(file).error()};
    newest = *std::move(file);
  }
  drop_dead_segments();
  return {};
}

/// The first segment that is read: it and all after it fit into the limit. Notes may exceed the limit by as much as a
/// segment. A file that is larger than any limit is not ours, and does not count.
std::uint64_t Journal::State::first_within_limit(const std::vector<std::uint64_t>& numbers) const {
  auto room = bytes_max + segment_max();
  for (const auto number : numbers | std::views::reverse) {
    const auto file = directory.open_segment(number);
    const auto bytes = file ? size_of(*file) : 0;
    if (bytes > limits::queue_bytes_max) continue;
    if (bytes > room) return number + 1;
    room -= bytes;
  }
  return 0;
}

/// Deletes a file. Its rounds are lost, and nobody counts them because nobody reads the file.
Result<void> Journal::State::delete_unread(std::uint64_t number, Recovery& recovery) const {
  const auto file = directory.open_segment(number);
  if (!file) return std::unexpected{file.error()};
  if (auto removed = directory.remove(number); !removed) return removed;
  ++recovery.files_beyond;
  recovery.bytes_beyond += size_of(*file);
  return {};
}

/// Reads the records of a segment. An error says why the file cannot be used. It is set aside if it is a regular file
/// that can be renamed, and otherwise left alone.
Result<void> Journal::State::recover_segment(std::uint64_t number, Recovery& recovery) {
  const auto path = directory.path_of(number);
  const auto file = directory.open_segment(number);
  if (!file) return std::unexpected{file.error()};
  const auto head = read_at(file->get(), 0, journal::magic.size(), path);
  if (!head) return std::unexpected{head.error()};
  if (journal::is_torn_header(*head)) {
    recovery.bytes_cut_off += head->size();
    return directory.remove(number);
  }
  if (*head != journal::magic) return set_aside(number, "not a queue file of this version", recovery);
  const auto size = size_of(*file);
  if (size > limits::queue_bytes_max) return set_aside(number, "too large", recovery);
  const auto content = read_at(file->get(), 0, size, path);
  if (!content) return std::unexpected{content.error()};
  segments.push_back({.number = number, .bytes = 0, .live = 0});
  std::size_t offset = journal::magic.size();
  while (const auto record = journal::parse(std::string_view{*content}.substr(offset))) {
    const auto payload_offset = offset + journal::record_head_bytes;
    offset += record->size();
    recovery.next_sequence = std::max(recovery.next_sequence, record->sequence + 1);
    if (record->type == Type::round) {
      found[record->sequence] = {
          .segment = number, .offset = payload_offset, .bytes = record->payload.size(), .progress = {}};
    } else if (record->type == Type::removed) {
      found.erase(record->sequence);
    } else if (const auto round = found.find(record->sequence); round != found.end()) {
      round->second.progress = journal::parse_progress(record->payload);
    }
  }
  segments.back().bytes = offset;
  if (offset == content->size()) return {};
  // Damaged bytes must not stay between the sound records and new ones, nor be counted again at each start.
  recovery.bytes_cut_off += content->size() - offset;
  if (::ftruncate(file->get(), static_cast<off_t>(offset)) != 0) return failed(path, errno);
  return {};
}

/// Sets a file aside. The error says why it was done.
Result<void> Journal::State::set_aside(std::uint64_t number, std::string_view why, Recovery& recovery) const {
  if (auto renamed = directory.set_aside(number); !renamed) return renamed;
  ++recovery.files_aside;
  return fail(Code::malformed, fmt::format("{}: {}", directory.path_of(number), why));
}

Result<void> Journal::State::begin_segment() {
  const auto number = next_segment++;  // also if it fails: somebody may have made an entry with this name
  auto file = directory.create_segment(number);
  if (!file) return std::unexpected{std::move(file).error()};
  if (const int error = write_at(file->get(), journal::magic, 0); error != 0) {
    if (auto removed = directory.remove(number); !removed) return removed;
    return failed(directory.path_of(number), error);
  }
  newest = *std::move(file);
  segments.push_back({.number = number, .bytes = journal::magic.size(), .live = 0});
  return {};
}

Result<void> Journal::State::write(const Record& record) {
  const bool full = !segments.empty() && segments.back().bytes + record.size() > segment_max() &&
                    segments.back().bytes > journal::magic.size();
  if (segments.empty() || full) {
    if (auto begun = begin_segment(); !begun) return begun;
  }
  auto& segment = segments.back();
  const auto head = journal::compose_head(record);
  int error = write_at(newest.get(), {head.data(), head.size()}, segment.bytes);
  if (error == 0) error = write_at(newest.get(), record.payload, segment.bytes + head.size());
  if (error != 0) {
    // A later start would take the incomplete record for a torn tail, and would cut off everything after it too.
    if (::ftruncate(newest.get(), static_cast<off_t>(segment.bytes)) != 0)
      return failed(directory.path_of(segment.number), errno);
    return failed(directory.path_of(segment.number), error);
  }
  segment.bytes += record.size();
  return {};
}

/// Removes segments from the oldest on. The record that finishes a round comes after the round, and must exist as long
/// as the round does. A segment that cannot be removed stays, and the next call tries again.
void Journal::State::drop_dead_segments() {
  undeletable.reset();
  while (!segments.empty() && segments.front().live == 0) {
    if (auto removed = directory.remove(segments.front().number); !removed) {
      undeletable = std::move(removed).error();
      return;
    }
    segments.pop_front();
  }
  if (segments.empty()) newest.reset();
}

Result<void> Journal::read(const Take& take) {
  const auto found = std::exchange(state_->found, {});
  UniqueFd file;
  std::uint64_t opened = 0;
  for (const auto& [sequence, round] : found) {
    if (!file || round.segment != opened) {
      auto segment = state_->directory.open_segment(round.segment);
      if (!segment) return std::unexpected{std::move(segment).error()};
      file = *std::move(segment);
      opened = round.segment;
    }
    const auto record = read_at(file.get(), round.offset, round.bytes, state_->directory.path_of(opened));
    if (!record) return std::unexpected{record.error()};
    take(sequence, *record, round.progress);
  }
  return {};
}

bool Journal::fits(std::size_t payload_bytes) const {
  return state_->aside_bytes + journal::magic.size() + journal::record_head_bytes + payload_bytes <= state_->bytes_max;
}

Result<void> Journal::append(std::uint64_t sequence, std::string_view payload) {
  auto& state = *state_;
  const Record record{.type = Type::round, .sequence = sequence, .payload = payload};
  if (state.bytes() + record.size() + journal::magic.size() > state.bytes_max) {
    // If segments that cannot be removed are in the way, dropping rounds would not make room.
    state.drop_dead_segments();
    if (state.undeletable) return std::unexpected{*state.undeletable};
    return fail(Code::too_large, fmt::format("{}: the queue files would be larger than {} bytes",
                                             state.directory.path(), state.bytes_max));
  }
  if (auto written = state.write(record); !written) return written;
  ++state.segments.back().live;
  state.live[sequence] = state.segments.back().number;
  return {};
}

Result<void> Journal::update_progress(std::uint64_t sequence, Progress progress) {
  if (!contains(sequence)) return {};
  const auto payload = journal::compose_progress(progress);
  return state_->write({.type = Type::progress, .sequence = sequence, .payload = {payload.data(), payload.size()}});
}

Result<void> Journal::remove(std::uint64_t sequence) {
  auto& state = *state_;
  const auto found = state.live.find(sequence);
  if (found == state.live.end()) return {};
  --std::ranges::find(state.segments, found->second, &State::Segment::number)->live;
  state.live.erase(found);
  auto written = state.write({.type = Type::removed, .sequence = sequence, .payload = {}});
  state.drop_dead_segments();
  return written;
}

bool Journal::contains(std::uint64_t sequence) const {
  return state_->live.contains(sequence);
}

const std::optional<Error>& Journal::undeletable() const {
  return state_->undeletable;
}

std::size_t Journal::bytes() const {
  return state_->bytes();
}

}  // namespace cspy::queue
