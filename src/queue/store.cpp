#include "queue/store.hpp"

#include <algorithm>
#include <utility>

#include "queue/round_record.hpp"

namespace cspy::queue {

Result<std::vector<Waiting>> Store::open(std::string directory, std::size_t bytes_max,
                                         const metrics::Selection& selection) {
  std::vector<Waiting> found;
  std::size_t unreadable = 0;
  SharedParts shared;
  Journal::Recovery recovery;
  auto journal = Journal::open(
      directory, bytes_max,
      [&](std::uint64_t sequence, std::string_view record, Progress progress) {
        auto round = read_round(record, shared, selection);
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
    log_.warn("the queue files are damaged: some rounds cannot be read and are lost",
              {{"directory", directory},
               {"bytes", std::to_string(recovery.bytes_cut_off)},
               {"rounds", std::to_string(unreadable)}});
  }
  std::erase_if(found, [this](const Waiting& waiting) {
    const bool nothing_left = is_whole(waiting.round, waiting.progress);
    if (nothing_left) remove(waiting);
    return nothing_left;
  });
  if (!found.empty())
    log_.info("rounds from before the restart are waiting to be delivered", {{"rounds", std::to_string(found.size())}});
  return found;
}

bool Store::keep(const Waiting& waiting) {
  if (!journal_ || journal_->contains(waiting.sequence)) return true;
  write_round(waiting.round, record_);
  const auto written = journal_->append(waiting.sequence, record_);
  if (!written && written.error().code == Code::too_large) return false;
  log_trouble(written);
  if (written && waiting.progress != Progress{}) update_progress(waiting);
  return true;
}

void Store::update_progress(const Waiting& waiting) {
  if (has(waiting)) log_trouble(journal_->update_progress(waiting.sequence, waiting.progress));
}

void Store::remove(const Waiting& waiting) {
  if (has(waiting)) log_trouble(journal_->remove(waiting.sequence));
}

void Store::log_trouble(const Result<void>& written) {
  switch (failing_.update(!written)) {
    case Trouble::Change::began:
      log_.warn("cannot write the queue to disk: keeping it in memory, where it would not survive a restart",
                {{"error", written.error().message}, {"remedy", "free some space, or set another queue_dir"}});
      break;
    case Trouble::Change::ended: log_.info("can write the queue to disk again"); break;
    case Trouble::Change::none: break;
  }
}

}  // namespace cspy::queue
