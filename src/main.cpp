// From the arguments to the exit status, and what concerns the process as a whole: signals, memory, core dumps.

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <malloc.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/command_line.hpp"
#include "app/config_file.hpp"
#include "app/console.hpp"
#include "app/daemon.hpp"
#include "app/engine_place.hpp"
#include "app/resolve.hpp"
#include "base/line_writer.hpp"
#include "base/log.hpp"

namespace {

constexpr int status_ok = 0;
constexpr int status_failed = 1;
constexpr int status_misconfigured = 2;

std::optional<std::string> environment(std::string_view name) {
  const char* const value = std::getenv(std::string{name}.c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

std::vector<std::string_view> variable_names() {
  std::vector<std::string_view> names;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text{*variable};
    names.push_back(text.substr(0, text.find('=')));
  }
  return names;
}

int print(const std::string& text) {
  const bool printed = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  return printed ? status_ok : status_failed;
}

/// The fleet lives long, buffers do not: one arena, and free memory goes back to the system.
void tune_allocator() {
  constexpr int threshold_bytes = 128 * 1024;
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_MMAP_THRESHOLD, threshold_bytes);
  mallopt(M_TRIM_THRESHOLD, threshold_bytes);
}

/// Whether the settings hold credentials: headers, a key, the password of a proxy, the query of a URL.
bool has_secrets(const cspy::app::Options& options) {
  const auto has_password = [](std::string_view proxy) { return proxy.contains('@'); };
  return options.otlp_endpoint.path.contains('?') || !options.otlp_headers.empty() ||
         !options.otlp_headers_file.empty() || !options.otlp_client_key.empty() ||
         !options.otlp_client_certificate.empty() || !options.listen_certificate.empty() ||
         has_password(options.https_proxy) || has_password(options.http_proxy);
}

/// From here on, a crash leaves no core dump, and other processes of the same user cannot read our memory. A limit
/// (RLIMIT_CORE) is not enough: the kernel ignores it if it pipes core dumps to a program (core(5)).
void keep_memory_private() {
  prctl(PR_SET_DUMPABLE, 0);
}

/// Waits for SIGTERM or SIGINT. If a disabled agent exited instead, a supervisor would restart it again and again.
void wait_for_signal() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  int signal = 0;
  sigwait(&signals, &signal);
}

int run(int argc, char** argv, const cspy::Log::Sink& log_sink) {
  using namespace cspy;
  const auto command_line = app::parse_command_line(argc, argv);
  if (command_line.help) return print(app::help_text());
  if (command_line.version) return print(app::version_text());

  auto file = app::read_config_file(command_line.config_file, environment);
  auto resolved = app::resolve(command_line.values, environment, file.values);
  const auto found_engine = app::find_engine(resolved, environment);
  auto& mistakes = resolved.mistakes;
  mistakes.insert(mistakes.begin(), file.mistakes.begin(), file.mistakes.end());
  mistakes.insert(mistakes.begin(), command_line.mistakes.begin(), command_line.mistakes.end());

  if (has_secrets(resolved.options)) keep_memory_private();
  Log log{resolved.options.log_level, resolved.options.log_format, log_sink};
  for (const auto& warnings :
       {command_line.warnings, file.warnings, app::misspelt_variables(variable_names()), resolved.warnings}) {
    for (const auto& warning : warnings)
      log.warn("check the configuration", {{"warning", warning}});
  }
  for (const auto& note : resolved.notes)
    log.debug("ignored a setting", {{"setting", note}});
  for (const auto& mistake : mistakes)
    log.error("invalid configuration", {{"error", mistake}});
  if (!mistakes.empty()) return status_misconfigured;
  if (command_line.print_config) return print(app::config_text(resolved));
  if (!file.path.empty()) log.info("read the configuration file", {{"path", file.path}});
  if (found_engine) log.info("found the engine's socket", {{"path", *found_engine}});
  if (!command_line.not_needed.empty())
    log.info("ignored flags of cAdvisor that ContainerSpy does not need",
             {{"flags", fmt::format("{}", fmt::join(command_line.not_needed, " "))}});

  if (resolved.options.disabled) {
    log.info("disabled: no metrics are read or sent");
    wait_for_signal();
    return status_ok;
  }
  app::Daemon daemon{resolved.options, log};
  if (auto prepared = daemon.prepare(); !prepared) {
    log.error("invalid configuration", {{"error", prepared.error().message}});
    return status_misconfigured;
  }
  daemon.run();
  return status_ok;
}

}  // namespace

int main(int argc, char** argv) {
  tune_allocator();
  std::signal(SIGPIPE, SIG_IGN);  // The agent keeps running if the reader of its log goes away,
  std::signal(SIGXFSZ, SIG_IGN);  // and if the queue reaches a limit on file sizes: it continues in memory.
  cspy::LineWriter stderr_lines{STDERR_FILENO};
  const auto log_sink = [&stderr_lines](std::string_view line) { return stderr_lines.write(line); };
  try {
    return run(argc, argv, log_sink);
  } catch (const std::exception& error) {
    cspy::Log log{cspy::LogLevel::error, cspy::LogFormat::logfmt, log_sink};
    log.error("internal error; please report this bug", {{"error", error.what()}});
    return status_failed;
  }
}
