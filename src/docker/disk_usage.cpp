#include "docker/disk_usage.hpp"

#include <algorithm>
#include <utility>

#include "base/limits.hpp"
#include "docker/remedy.hpp"

namespace cspy::docker {

using net::Clock;
using net::Task;
using net::TimePoint;

TimePoint next_question(TimePoint begun, TimePoint ended, std::chrono::milliseconds interval) {
  return std::max(begun + interval, ended + (ended - begun));
}

Standing::Change Standing::answered() {
  return std::exchange(failures_, 0) > 0 ? Change::answers_again : Change::none;
}

Standing::Change Standing::failed(bool refused) {
  if (refused) return std::exchange(off_, true) ? Change::none : Change::refused;
  return failures_++ == 0 ? Change::fails : Change::none;
}

bool Standing::outdated() const {
  return off_ || failures_ >= limits::disk_usage_failures_max;
}

/// The log messages about a question.
struct DiskUsage::Words {
  std::string_view fails, answers_again, refused, remedy;
};

const DiskUsage::Words DiskUsage::list_words{
    .fails = "cannot read the sizes of containers: trying again",
    .answers_again = "can read the sizes of containers again",
    .refused = "the engine refuses the sizes of containers: their metrics are missing",
    .remedy = "allow CONTAINERS=1 at the socket proxy, or remove the group disk from metrics"};
const DiskUsage::Words DiskUsage::usage_words{
    .fails = "cannot read the engine's disk usage: trying again",
    .answers_again = "can read the engine's disk usage again",
    .refused = "the engine refuses its disk usage: its metrics are missing",
    .remedy = "allow SYSTEM=1 at the socket proxy, or remove the group engine_disk from metrics"};

DiskUsage::DiskUsage(net::Context& context, Endpoint endpoint, Log& log, Settings settings)
    : client_{context, std::move(endpoint)}, log_{log}, settings_{std::move(settings)}, wake_{context.io} {}

void DiskUsage::stop() {
  stopping_ = true;
  wake_.notify();
}

void DiskUsage::connected() {
  at_once_ = true;
  list_.begin_anew();
  usage_.begin_anew();
  wake_.notify();
}

std::optional<Sizes> DiskUsage::of(std::string_view id) const {
  const auto found = sizes_.find(id);
  return found == sizes_.end() ? std::nullopt : std::optional{found->second};
}

Task<void> DiskUsage::run() {
  while (!stopping_) {
    at_once_ = false;
    const auto* engine = settings_.engine();
    if (engine == nullptr || (list_.off() && usage_.off())) {
      co_await wake_.wait();
      continue;
    }
    client_.adopt(*engine);
    const auto begun = Clock::now();
    co_await ask();
    // The next request is far away. Do not make the engine keep connections for it.
    client_.reset();
    const auto next = next_question(begun, Clock::now(), settings_.interval);
    while (!stopping_ && !at_once_ && Clock::now() < next)
      co_await wake_.wait_until(next);
  }
}

Task<void> DiskUsage::ask() {
  using Answer = DiskReportReader::Answer;
  const auto questions = disk_questions(client_.engine(), settings_.which, usage_.off());
  std::optional<DiskReport> list, usage;
  if (!questions.list.empty() && !list_.off()) {
    const auto answer = settings_.which == Which::all ? Answer::list_of_all : Answer::list_of_running;
    list = co_await ask_one(questions.list, answer, &list_, &list_words);
  }
  if (!questions.usage.empty() && !stopping_)
    usage = co_await ask_one(questions.usage, Answer::usage, &usage_, &usage_words);
  if (questions.list.empty()) {
    hold_containers(usage, usage_);
  } else {
    hold_containers(list, list_);
  }
  hold_others(usage);
}

/// An answer replaces the one before, so sizes of containers that are gone disappear.
void DiskUsage::hold_containers(const std::optional<DiskReport>& report, const Standing& standing) {
  if (report) {
    sizes_ = report->containers;
    totals_.containers = report->totals.containers;
  } else if (standing.outdated()) {
    sizes_.clear();
    totals_.containers = {};
  }
}

void DiskUsage::hold_others(const std::optional<DiskReport>& report) {
  if (!report && !usage_.outdated()) return;
  const auto containers = totals_.containers;
  totals_ = report ? report->totals : Totals{};
  totals_.containers = containers;
}

/// Asks one question and logs changes. nullopt: there is no answer.
Task<std::optional<DiskReport>> DiskUsage::ask_one(std::string target, DiskReportReader::Answer answer,
                                                   Standing* standing, const Words* words) {
  auto report = co_await client_.disk_report(std::move(target), answer, Clock::now() + limits::disk_usage_time_max);
  if (report) {
    say(standing->answered(), *words, {});
    co_return *std::move(report);
  }
  // The daemon logs the stop and the watch logs the lost engine. This failure is only a consequence.
  if (stopping_ || settings_.engine() == nullptr) co_return std::nullopt;
  const auto& error = report.error();
  // An absent socket is not a refusal: it may come back.
  const bool there = client_.endpoint().kind != Endpoint::Kind::unix_socket || socket_access(client_.endpoint());
  const bool refused = error.code == Code::forbidden || (error.code == Code::not_found && there);
  say(standing->failed(refused), *words, error.message);
  co_return std::nullopt;
}

void DiskUsage::say(Standing::Change change, const Words& words, const std::string& error) {
  switch (change) {
    case Standing::Change::fails:
      log_.warn(words.fails, {{"error", error}, {"interval_ms", std::to_string(settings_.interval.count())}});
      break;
    case Standing::Change::answers_again: log_.info(words.answers_again, {}); break;
    case Standing::Change::refused:
      log_.warn(words.refused, {{"error", error}, {"remedy", std::string{words.remedy}}});
      break;
    case Standing::Change::none: break;
  }
}

}  // namespace cspy::docker
