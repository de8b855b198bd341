#include "app/process_families.hpp"

#include <unistd.h>

#include <charconv>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/file.hpp"
#include "base/limits.hpp"

namespace cspy::app {
namespace {

using metrics::Kind;

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end == text.data()) return std::nullopt;
  return number;
}

/// The word number `index` of a text, or an empty one.
std::string_view word(std::string_view text, std::size_t index) {
  for (;; --index) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t\n"), text.size()));
    const auto end = std::min(text.find_first_of(" \t\n"), text.size());
    if (index == 0 || text.empty()) return text.substr(0, end);
    text.remove_prefix(end);
  }
}

/// The words of a line that begins with `name`.
std::string_view line_of(std::string_view text, std::string_view name) {
  const auto at = text.find(name);
  if (at == std::string_view::npos) return {};
  const auto rest = text.substr(at + name.size());
  return rest.substr(0, rest.find('\n'));
}

class Families {
 public:
  void add(std::string name, std::string help, Kind kind, std::optional<metrics::Number> value) {
    if (value) list_.push_back({std::move(name), std::move(help), kind, {{.labels = {}, .value = *value}}});
  }
  [[nodiscard]] std::vector<serve::Family> take() { return std::move(list_); }

 private:
  std::vector<serve::Family> list_;
};

std::optional<metrics::Number> bytes(std::optional<std::uint64_t> count, std::uint64_t unit) {
  if (!count) return std::nullopt;
  return static_cast<std::int64_t>(*count * unit);
}

/// Seconds from ticks of the kernel's clock.
std::optional<double> seconds(std::optional<std::uint64_t> ticks) {
  if (!ticks) return std::nullopt;
  return static_cast<double>(*ticks) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

std::optional<metrics::Number> open_files(const std::string& proc) {
  std::error_code error;
  std::filesystem::directory_iterator files{proc + "/self/fd", error};
  if (error) return std::nullopt;
  std::int64_t count = -1;  // the iterator has one open, too
  for (; files != std::filesystem::directory_iterator{}; files.increment(error)) {
    if (error) return std::nullopt;
    ++count;
  }
  return count;
}

/// proc(5), /proc/pid/stat. The name of the program may have spaces, so what is counted comes after it.
void add_times(Families& families, const std::string& proc, std::string_view stat) {
  constexpr std::size_t utime = 11, stime = 12, threads = 17, start = 19;
  const auto rest = stat.substr(std::min(stat.rfind(')') + 1, stat.size()));
  const auto user = seconds(whole_number(word(rest, utime)));
  const auto system = seconds(whole_number(word(rest, stime)));
  families.add("process_cpu_seconds_total", "Time that this process has spent on CPUs", Kind::counter,
               user && system ? std::optional<metrics::Number>{*user + *system} : std::nullopt);
  families.add("process_threads", "Threads of this process", Kind::gauge, bytes(whole_number(word(rest, threads)), 1));
  const auto begun = seconds(whole_number(word(rest, start)));
  const auto machine = read_file(proc + "/stat", limits::own_proc_bytes_max);
  const auto booted = machine ? whole_number(word(line_of(*machine, "btime"), 0)) : std::nullopt;
  if (begun && booted)
    families.add("process_start_time_seconds", "Time at which this process started", Kind::gauge,
                 static_cast<double>(*booted) + *begun);
}

}  // namespace

std::vector<serve::Family> process_families(const std::string& proc) {
  Families families;
  if (const auto stat = read_file(proc + "/self/stat", limits::own_proc_bytes_max)) add_times(families, proc, *stat);
  if (const auto pages = read_file(proc + "/self/statm", limits::own_proc_bytes_max)) {
    const auto page_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    families.add("process_virtual_memory_bytes", "Virtual memory of this process", Kind::gauge,
                 bytes(whole_number(word(*pages, 0)), page_bytes));
    families.add("process_resident_memory_bytes", "Resident memory of this process", Kind::gauge,
                 bytes(whole_number(word(*pages, 1)), page_bytes));
  }
  families.add("process_open_fds", "Open files and sockets of this process", Kind::gauge, open_files(proc));
  if (const auto limits = read_file(proc + "/self/limits", limits::own_proc_bytes_max))
    families.add("process_max_fds", "Limit for open files and sockets of this process", Kind::gauge,
                 bytes(whole_number(word(line_of(*limits, "Max open files"), 0)), 1));
  return families.take();
}

}  // namespace cspy::app
