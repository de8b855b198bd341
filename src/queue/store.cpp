#include "queue/store.hpp"

#include <algorithm>
#include <utility>

#include "queue/round_record.hpp"

namespace cspy::queue {

Result<std::uint64_t> Store::open(std::string directory, std::size_t bytes_max, const metrics::Selection& selection,
                                  const Take& take) {
  Journal::Recovery recovery;
  auto journal = Journal::open(directory, bytes_max, recovery);
  if (!journal) return std::unexpected{std::move(journal).error()};
  journal_.emplace(*std::move(journal));
  std::size_t unreadable = 0;
  SharedParts shared;
  auto read = journal_->read([&](std::uint64_t sequence, std::string_view record, Progress progress) {
    auto round = read_round(record, shared, selection);
    if (!round) {
      ++unreadable;
      round.emplace();
    }
    progress.readings = std::min(progress.readings, static_cast<std::uint32_t>(round->readings.size()));
    progress.endings = std::min(progress.endings, static_cast<std::uint32_t>(round->endings.size()));
    Waiting waiting{.sequence = sequence, .round = *std::move(round), .progress = progress};
    if (is_whole(waiting.round, waiting.progress)) {
      remove(waiting);
    } else {
      take(std::move(waiting));
    }
  });
  log_damage(directory, recovery, unreadable);
  log_undeletable();
  if (!read) return std::unexpected{std::move(read).error()};
  return recovery.next_sequence;
}

Store::Kept Store::keep(const std::deque<Waiting>& rounds) {
  if (!journal_) return Kept::all;
  bool wrote = false;
  std::string record;  // not a member: a large fleet has a large record, and rounds rarely wait
  for (const auto& waiting : rounds) {
    if (has(waiting) || too_large_.contains(waiting.sequence)) continue;
    write_round(waiting.round, record);
    if (!journal_->fits(record.size())) {
      note_too_large(waiting, record.size());
      continue;
    }
    auto written = journal_->append(waiting.sequence, record);
    if (!written && written.error().code == Code::too_large) return Kept::full;
    if (written && waiting.progress != Progress{})
      written = journal_->update_progress(waiting.sequence, waiting.progress);
    if (!written) {
      note_failure(written);
      return Kept::failed;
    }
    wrote = true;
  }
  if (wrote) log_trouble(failing_.update(false), {});
  return Kept::all;
}

void Store::update_progress(const Waiting& waiting) {
  if (has(waiting)) note_failure(journal_->update_progress(waiting.sequence, waiting.progress));
}

void Store::remove(const Waiting& waiting) {
  too_large_.erase(waiting.sequence);
  if (!has(waiting)) return;
  note_failure(journal_->remove(waiting.sequence));
  log_undeletable();
}

void Store::note_too_large(const Waiting& waiting, std::size_t bytes) {
  too_large_.insert(waiting.sequence);
  if (std::exchange(said_too_large_, true)) return;
  log_.warn("a round is too large for the queue directory: it is in memory alone, where it would not survive a restart",
            {{"bytes", std::to_string(bytes)}, {"remedy", "raise queue_limit"}});
}

/// The trouble is over when keep() has written rounds and none is left. That a small record fits proves nothing.
void Store::note_failure(const Result<void>& written) {
  if (!written) log_trouble(failing_.update(true), written);
}

void Store::log_trouble(Trouble::Change change, const Result<void>& written) {
  switch (change) {
    case Trouble::Change::began:
      log_.warn("cannot write the queue to disk: keeping it in memory, where it would not survive a restart",
                {{"error", written.error().message}, {"remedy", "free some space, or set another queue_dir"}});
      break;
    case Trouble::Change::ended: log_.info("can write the queue to disk again"); break;
    case Trouble::Change::none: break;
  }
}

void Store::log_undeletable() {
  const auto& error = journal_->undeletable();
  switch (undeletable_.update(error.has_value())) {
    case Trouble::Change::began:
      log_.warn("cannot delete a finished queue file: it takes up space in the queue directory",
                {{"error", error->message}, {"remedy", "let the agent's user write to queue_dir"}});
      break;
    case Trouble::Change::ended: log_.info("can delete finished queue files again"); break;
    case Trouble::Change::none: break;
  }
}

void Store::log_damage(const std::string& directory, const Journal::Recovery& recovery, std::size_t unreadable) {
  for (const auto& error : recovery.unusable)
    log_.warn("a queue file cannot be used", {{"error", error.message}, {"remedy", error.remedy}});
  if (recovery.files_unusable > 0) {
    log_.warn("the queue directory has files that cannot be used: they are set aside as NAME.damaged, or left alone",
              {{"directory", directory},
               {"files", std::to_string(recovery.files_unusable)},
               {"set_aside", std::to_string(recovery.files_aside)}});
  }
  if (recovery.files_deleted > 0)
    log_.info("files that were set aside are deleted", {{"files", std::to_string(recovery.files_deleted)}});
  if (recovery.files_beyond > 0) {
    log_.warn("the queue files are larger than queue_limit: the oldest are deleted, and their rounds are lost",
              {{"directory", directory},
               {"files", std::to_string(recovery.files_beyond)},
               {"bytes", std::to_string(recovery.bytes_beyond)},
               {"remedy", "raise queue_limit"}});
  }
  if (recovery.bytes_cut_off == 0 && unreadable == 0) return;
  log_.warn("the queue files are damaged: some rounds cannot be read and are lost",
            {{"directory", directory},
             {"bytes", std::to_string(recovery.bytes_cut_off)},
             {"rounds", std::to_string(unreadable)}});
}

}  // namespace cspy::queue
