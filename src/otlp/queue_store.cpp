#include "otlp/queue_store.hpp"

#include <algorithm>
#include <utility>

#include "otlp/round_record.hpp"

namespace cspy::otlp {

Result<std::vector<Waiting>> QueueStore::open(std::string directory, std::size_t bytes_max,
                                              const metrics::Selection& selection) {
  std::vector<Waiting> found;
  std::size_t unreadable = 0;
  Journal::Recovery recovery;
  auto journal = Journal::open(
      directory, bytes_max,
      [&](std::uint64_t sequence, std::string_view record, Progress progress) {
        auto round = read_round(record, selection);
        if (!round) {
          ++unreadable;
          round.emplace();
        }
        progress.readings = std::min(progress.readings, static_cast<std::uint32_t>(round->readings.size()));
        progress.endings = std::min(progress.endings, static_cast<std::uint32_t>(round->endings.size()));
        found.push_back({.sequence = sequence, .round = *std::move(round), .progress = progress});
      },
      recovery);
  if (!journal) return std::unexpected{std::move(journal).error()};
  journal_.emplace(std::move(*journal));
  if (recovery.bytes_cut_off > 0 || unreadable > 0) {
    log_.warn("the queue's files were damaged: what could not be read is left out",
              {{"directory", directory},
               {"bytes", std::to_string(recovery.bytes_cut_off)},
               {"rounds", std::to_string(unreadable)}});
  }
  std::erase_if(found, [this](const Waiting& waiting) {
    const bool nothing_left = is_whole(waiting.round, waiting.progress);
    if (nothing_left) finish(waiting);
    return nothing_left;
  });
  if (!found.empty())
    log_.info("rounds of the last run wait to be delivered", {{"rounds", std::to_string(found.size())}});
  return found;
}

bool QueueStore::keep(const Waiting& waiting) {
  if (!journal_ || journal_->contains(waiting.sequence)) return true;
  write_round(waiting.round, record_);
  const auto written = journal_->append(waiting.sequence, record_);
  if (!written && written.error().code == Code::too_large) return false;
  say(written);
  if (written && waiting.progress != Progress{}) note(waiting);
  return true;
}

void QueueStore::note(const Waiting& waiting) {
  if (has(waiting)) say(journal_->note(waiting.sequence, waiting.progress));
}

void QueueStore::finish(const Waiting& waiting) {
  if (has(waiting)) say(journal_->finish(waiting.sequence));
}

void QueueStore::say(const Result<void>& written) {
  switch (failing_.update(!written)) {
    case Trouble::Change::began:
      log_.warn("the queue cannot be written down: it goes on in memory and would not survive a restart",
                {{"error", written.error().message}, {"remedy", "free some space, or set another queue_dir"}});
      break;
    case Trouble::Change::ended: log_.info("the queue is written down again"); break;
    case Trouble::Change::none: break;
  }
}

}  // namespace cspy::otlp
