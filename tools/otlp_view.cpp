// An OTLP/HTTP receiver that shows what it gets: one row a container, from the decoded points.
//
//   otlp_view --listen 127.0.0.1:4318 [--port-file FILE] [--seconds N] [--quiet]
//
// On a terminal the table is redrawn, elsewhere it is printed line by line once a round. With --seconds it ends by
// itself: status 0 if it has seen a container. --quiet counts without decoding: the sink of the benchmark.

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdio>
#include <iterator>
#include <map>
#include <string>

#include "base/endpoint.hpp"
#include "base/utf8.hpp"
#include "tests/fakes/http_server.hpp"
#include "tests/fakes/otlp_decode.hpp"

namespace {

using namespace cspy;
using namespace cspy::fakes;

/// What the table shows of a container, summed over its series.
struct Numbers {
  double cpu_seconds = 0, memory = 0, working_set = 0, received = 0, sent = 0, read = 0, written = 0;
};

struct Row {
  Numbers now, before;
  std::uint64_t time = 0, time_before = 0;  ///< of the rounds they are from
};

struct Totals {
  std::uint64_t requests = 0, points = 0, bytes = 0, ended = 0, errors = 0, rounds = 0;
};

class View {
 public:
  explicit View(bool live) : live_{live} {}

  HttpResponse receive(const HttpRequest& request) {
    ++totals_.requests;
    totals_.bytes += request.body.size();
    if (request.method != "POST" || request.header("Content-Type") != "application/x-protobuf") {
      ++totals_.errors;
      return {
          .status = 415, .content_type = "text/plain", .body = "this receiver takes POST with application/x-protobuf"};
    }
    auto decoded = decode_request(request.body);
    if (!decoded) {
      ++totals_.errors;
      return {.status = 400, .content_type = "text/plain", .body = decoded.error().message};
    }
    for (const auto& metric : decoded->metrics)
      add(metric);
    return {.content_type = "application/x-protobuf"};
  }

  /// Shows what is known, if a round came since the last time.
  void show() {
    if (live_) {
      print("\x1b[H\x1b[2J" + table());
    } else if (shown_round_ != round_ && round_ != 0) {
      shown_round_ = round_;
      print(lines());
    }
  }

  [[nodiscard]] bool saw_containers() const { return seen_; }

 private:
  void add(const DecodedMetric& metric) {
    totals_.points += metric.points.size();
    for (const auto& point : metric.points) {
      if (point.time != round_) begin_round(point.time);
      const auto name = point.attributes.find("name");
      if (name == point.attributes.end()) continue;
      if (point.ended()) {
        ++totals_.ended;
        if (metric.name == "container_last_seen") rows_.erase(name->second);
        continue;
      }
      seen_ = true;
      auto& row = rows_[name->second];
      if (row.time != point.time) {
        row.before = std::exchange(row.now, {});
        row.time_before = std::exchange(row.time, point.time);
      }
      if (double* const number = place(row.now, metric.name)) *number += point.number();
    }
  }

  void begin_round(std::uint64_t time) {
    if (!live_) show();
    ++totals_.rounds;
    round_ = time;
  }

  static double* place(Numbers& numbers, std::string_view metric) {
    if (metric == "container_cpu_usage_seconds_total") return &numbers.cpu_seconds;
    if (metric == "container_memory_usage_bytes") return &numbers.memory;
    if (metric == "container_memory_working_set_bytes") return &numbers.working_set;
    if (metric == "container_network_receive_bytes_total") return &numbers.received;
    if (metric == "container_network_transmit_bytes_total") return &numbers.sent;
    if (metric == "container_fs_reads_bytes_total") return &numbers.read;
    if (metric == "container_fs_writes_bytes_total") return &numbers.written;
    return nullptr;
  }

  static std::string size(double bytes) {
    constexpr std::string_view units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    std::size_t unit = 0;
    while (bytes >= 1'024 && unit + 1 < std::size(units)) {
      bytes /= 1'024;
      ++unit;
    }
    return unit == 0 ? fmt::format("{:.0f} B", bytes) : fmt::format("{:.1f} {}", bytes, units[unit]);
  }

  /// Growth of a counter per second, "-" before there are two rounds.
  static std::string rate(const Row& row, double Numbers::* number) {
    if (row.time_before == 0) return "-";
    const auto seconds = static_cast<double>(row.time - row.time_before) / 1e9;
    return size((row.now.*number - row.before.*number) / seconds) + "/s";
  }

  static std::string cpu_percent(const Row& row) {
    if (row.time_before == 0) return "-";
    const auto seconds = static_cast<double>(row.time - row.time_before) / 1e9;
    return fmt::format("{:.1f} %", (row.now.cpu_seconds - row.before.cpu_seconds) / seconds * 100);
  }

  [[nodiscard]] std::string table() const {
    std::string text = fmt::format("{:<24} {:>9} {:>11} {:>11} {:>13} {:>13} {:>13} {:>13}\n", "CONTAINER", "CPU",
                                   "MEMORY", "WORKING SET", "NET IN", "NET OUT", "DISK READ", "DISK WRITE");
    for (const auto& [name, row] : rows_) {
      fmt::format_to(std::back_inserter(text), "{:<24} {:>9} {:>11} {:>11} {:>13} {:>13} {:>13} {:>13}\n",
                     printable(name, 24), cpu_percent(row), size(row.now.memory), size(row.now.working_set),
                     rate(row, &Numbers::received), rate(row, &Numbers::sent), rate(row, &Numbers::read),
                     rate(row, &Numbers::written));
    }
    return text + footer();
  }

  [[nodiscard]] std::string lines() const {
    std::string text;
    for (const auto& [name, row] : rows_) {
      fmt::format_to(std::back_inserter(text),
                     "container={} cpu={} memory={} working_set={} net_in={} net_out={} disk_read={} disk_write={}\n",
                     printable(name, 64), cpu_percent(row), size(row.now.memory), size(row.now.working_set),
                     rate(row, &Numbers::received), rate(row, &Numbers::sent), rate(row, &Numbers::read),
                     rate(row, &Numbers::written));
    }
    return text + footer();
  }

  [[nodiscard]] std::string footer() const {
    return fmt::format("round {}: {} containers, {} requests, {} points ({} ended), {}, {} errors\n", totals_.rounds,
                       rows_.size(), totals_.requests, totals_.points, totals_.ended,
                       size(static_cast<double>(totals_.bytes)), totals_.errors);
  }

  static void print(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
  }

  bool live_;
  bool seen_ = false;
  std::uint64_t round_ = 0;
  std::uint64_t shown_round_ = 0;
  Totals totals_;
  std::map<std::string, Row> rows_;
};

int run(int argc, char** argv) {
  std::string listen{"127.0.0.1:4318"}, port_file;
  double seconds = 0;
  bool quiet = false;
  CLI::App app{"Receives OTLP metrics over HTTP and shows them"};
  app.add_option("--listen", listen, "HOST:PORT; port 0 takes a free one");
  app.add_option("--port-file", port_file, "Write the port here once it is listening");
  app.add_option("--seconds", seconds, "End after so many seconds");
  app.add_flag("--quiet", quiet, "Take everything, decode nothing, show nothing");
  CLI11_PARSE(app, argc, argv);

  // "HOST:0" asks for a free port, which an endpoint cannot say.
  const bool any_port = listen.ends_with(":0");
  auto endpoint = parse_engine_address("tcp://" + (any_port ? listen.substr(0, listen.size() - 2) : listen));
  if (!endpoint) {
    fmt::print(stderr, "otlp_view: --listen '{}': {}\n", listen, endpoint.error().message);
    return 2;
  }
  if (any_port) endpoint->port = 0;

  boost::asio::io_context io{1};
  View view{!quiet && ::isatty(STDOUT_FILENO) == 1};
  HttpServer server{io, [&](const HttpRequest& request) {
                      return quiet ? HttpResponse{.content_type = "application/x-protobuf"} : view.receive(request);
                    }};
  server.listen(*endpoint);
  if (!port_file.empty()) {
    std::FILE* const file = std::fopen(port_file.c_str(), "w");
    if (file == nullptr) {
      fmt::print(stderr, "otlp_view: cannot write {}\n", port_file);
      return 2;
    }
    fmt::print(file, "{}\n", server.port());
    std::fclose(file);
  }

  boost::asio::signal_set signals{io, SIGINT, SIGTERM};
  signals.async_wait([&](const boost::system::error_code&, int) { io.stop(); });
  boost::asio::steady_timer end{io};
  if (seconds > 0) {
    end.expires_after(std::chrono::milliseconds{static_cast<std::int64_t>(seconds * 1'000)});
    end.async_wait([&](const boost::system::error_code&) { io.stop(); });
  }
  boost::asio::steady_timer refresh{io};
  std::function<void()> redraw = [&] {
    refresh.expires_after(std::chrono::milliseconds{500});
    refresh.async_wait([&](const boost::system::error_code& error) {
      if (error) return;
      view.show();
      redraw();
    });
  };
  if (!quiet) redraw();
  io.run();
  if (!quiet) view.show();
  return quiet || seconds <= 0 || view.saw_containers() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "otlp_view: {}\n", error.what());
    return 1;
  }
}
