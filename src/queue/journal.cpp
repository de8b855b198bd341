#include "queue/journal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "base/unique_fd.hpp"
#include "queue/journal_format.hpp"

namespace cspy::queue {
namespace {

namespace fs = std::filesystem;
using journal::Record;
using journal::Type;

std::unexpected<Error> failed(const std::string& path, int error, std::string remedy = {}) {
  const auto code = error == EACCES || error == EPERM ? Code::denied : error == ENOENT ? Code::missing : Code::refused;
  return std::unexpected{Error{code, path + ": " + std::generic_category().message(error), std::move(remedy)}};
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

/// Reads a segment. Refuses everything that only has a segment's name: a pipe would make us wait, and a link may lead
/// to a foreign file.
Result<std::string> read_whole(const std::string& path) {
  const UniqueFd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)};
  struct stat status{};
  if (!file || ::fstat(file.get(), &status) != 0) return failed(path, errno);
  if (!S_ISREG(status.st_mode) || status.st_size > limits::queue_bytes_max)
    return std::unexpected{Error{Code::refused, path + ": not a queue file", "move it away, or set another queue_dir"}};
  std::string content(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t filled = 0;
  while (filled < content.size()) {
    const auto got = ::read(file.get(), content.data() + filled, content.size() - filled);
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

  [[nodiscard]] std::string path_of(std::uint64_t segment) const {
    return directory + "/" + journal::segment_name(segment);
  }
  [[nodiscard]] std::size_t bytes() const {
    std::size_t sum = 0;
    for (const auto& segment : segments)
      sum += segment.bytes;
    return sum;
  }

  Result<void> lock();
  Result<void> recover(const Take& take, Recovery& recovery);
  Result<void> recover_segment(std::uint64_t number, std::map<std::uint64_t, Found>& found, Recovery& recovery);
  [[nodiscard]] Result<void> give(const std::map<std::uint64_t, Found>& found, const Take& take) const;
  Result<void> begin_segment();
  Result<void> write(const Record& record);
  Result<void> drop_dead_segments();

  std::string directory;
  std::size_t bytes_max = 0;
  UniqueFd lock_file;
  UniqueFd newest;  ///< the file of the last segment; closed if there is no segment
  std::deque<Segment> segments;
  std::map<std::uint64_t, std::uint64_t> live;  ///< the segment of each unfinished sequence
  std::uint64_t next_segment = 1;
  std::string buffer;
};

Journal::Journal(std::unique_ptr<State> state) : state_{std::move(state)} {}
Journal::~Journal() = default;
Journal::Journal(Journal&&) noexcept = default;
Journal& Journal::operator=(Journal&&) noexcept = default;

Result<Journal> Journal::open(std::string directory, std::size_t bytes_max, const Take& take, Recovery& recovery) {
  auto state = std::make_unique<State>();
  state->directory = std::move(directory);
  state->bytes_max = bytes_max;
  constexpr mode_t ours_alone = 0700;
  if (::mkdir(state->directory.c_str(), ours_alone) != 0 && errno != EEXIST)
    return failed(state->directory, errno, "create it, writable for the agent's user");
  if (auto locked = state->lock(); !locked) return std::unexpected{std::move(locked).error()};
  if (auto recovered = state->recover(take, recovery); !recovered) return std::unexpected{std::move(recovered).error()};
  return Journal{std::move(state)};
}

Result<void> Journal::State::lock() {
  const auto path = directory + "/lock";
  lock_file = UniqueFd{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, journal::file_mode)};
  if (!lock_file) return failed(path, errno, "make the directory writable for the agent's user");
  if (::flock(lock_file.get(), LOCK_EX | LOCK_NB) == 0) return {};
  if (errno != EWOULDBLOCK) return failed(path, errno);
  return std::unexpected{
      Error{Code::refused, directory + ": another process uses it", "give each agent a directory of its own"}};
}

Result<void> Journal::State::recover(const Take& take, Recovery& recovery) {
  std::vector<std::uint64_t> numbers;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator{directory, error}) {
    if (const auto number = journal::segment_number(entry.path().filename().string())) numbers.push_back(*number);
  }
  if (error) return failed(directory, error.value());
  std::ranges::sort(numbers);
  std::map<std::uint64_t, Found> found;
  for (const auto number : numbers) {
    if (auto read = recover_segment(number, found, recovery); !read) return read;
  }
  for (const auto& [sequence, round] : found) {
    live[sequence] = round.segment;
    ++std::ranges::find(segments, round.segment, &Segment::number)->live;
  }
  recovery.rounds = found.size();
  if (!segments.empty()) {
    const auto path = path_of(segments.back().number);
    newest = UniqueFd{::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW)};
    if (!newest) return failed(path, errno);
  }
  if (auto given = give(found, take); !given) return given;
  return drop_dead_segments();
}

Result<void> Journal::State::recover_segment(std::uint64_t number, std::map<std::uint64_t, Found>& found,
                                             Recovery& recovery) {
  const auto path = path_of(number);
  auto content = read_whole(path);
  if (!content) return std::unexpected{std::move(content).error()};
  next_segment = std::max(next_segment, number + 1);
  if (journal::is_torn_header(*content)) {
    recovery.bytes_cut_off += content->size();
    ::unlink(path.c_str());
    return {};
  }
  if (!content->starts_with(journal::magic)) {
    return std::unexpected{Error{Code::refused, path + ": not a queue file of this version",
                                 "set another queue_dir, or move the file away"}};
  }
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
  if (::truncate(path.c_str(), static_cast<off_t>(offset)) != 0) return failed(path, errno);
  return {};
}

/// Passes on one round after the other, so that only one of them is in memory twice.
Result<void> Journal::State::give(const std::map<std::uint64_t, Found>& found, const Take& take) const {
  std::uint64_t read = 0;
  std::string content;
  for (const auto& [sequence, round] : found) {
    if (round.segment != read) {
      auto whole = read_whole(path_of(round.segment));
      if (!whole) return std::unexpected{std::move(whole).error()};
      content = *std::move(whole);
      read = round.segment;
    }
    take(sequence, std::string_view{content}.substr(round.offset, round.bytes), round.progress);
  }
  return {};
}

Result<void> Journal::State::begin_segment() {
  const auto path = path_of(next_segment);
  UniqueFd file{::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, journal::file_mode)};
  if (!file) return failed(path, errno);
  if (const int error = write_at(file.get(), journal::magic, 0); error != 0) {
    ::unlink(path.c_str());
    return failed(path, error);
  }
  newest = std::move(file);
  segments.push_back({.number = next_segment++, .bytes = journal::magic.size(), .live = 0});
  return {};
}

Result<void> Journal::State::write(const Record& record) {
  const auto segment_max = std::max(bytes_max / 8, journal::segment_bytes_min);
  const bool full = !segments.empty() && segments.back().bytes + record.size() > segment_max &&
                    segments.back().bytes > journal::magic.size();
  if (segments.empty() || full) {
    if (auto begun = begin_segment(); !begun) return begun;
  }
  auto& segment = segments.back();
  journal::compose(record, buffer);
  if (const int error = write_at(newest.get(), buffer, segment.bytes); error != 0) {
    // A later start would take the incomplete record for a torn tail, and would cut off everything after it too.
    if (::ftruncate(newest.get(), static_cast<off_t>(segment.bytes)) != 0)
      return failed(path_of(segment.number), errno);
    return failed(path_of(segment.number), error);
  }
  segment.bytes += record.size();
  return {};
}

/// Removes segments from the oldest on. The record that finishes a round comes after the round, and must exist as long
/// as the round does. A segment that cannot be removed stays, and the next call tries again.
Result<void> Journal::State::drop_dead_segments() {
  while (!segments.empty() && segments.front().live == 0) {
    const auto path = path_of(segments.front().number);
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return failed(path, errno);
    segments.pop_front();
  }
  if (segments.empty()) newest.reset();
  return {};
}

Result<void> Journal::append(std::uint64_t sequence, std::string_view payload) {
  auto& state = *state_;
  const Record record{.type = Type::round, .sequence = sequence, .payload = payload};
  if (state.bytes() + record.size() + journal::magic.size() > state.bytes_max) {
    // If segments that cannot be removed are in the way, dropping rounds would not make room.
    if (auto dropped = state.drop_dead_segments(); !dropped) return dropped;
    return fail(Code::too_large,
                fmt::format("{}: the queue files would be larger than {} bytes", state.directory, state.bytes_max));
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
  auto dropped = state.drop_dead_segments();
  return written ? dropped : written;
}

bool Journal::contains(std::uint64_t sequence) const {
  return state_->live.contains(sequence);
}

std::size_t Journal::bytes() const {
  return state_->bytes();
}

}  // namespace cspy::queue
