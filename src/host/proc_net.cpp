#include "host/proc_net.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "host/words.hpp"
#include "metrics/counts.hpp"
#include "metrics/details.hpp"
#include "metrics/interfaces.hpp"

namespace cspy::host {
namespace {

using metrics::NetworkCounters;

/// cAdvisor's values for the label tcp_state, in the order of the kernel's numbers.
constexpr std::array<std::string_view, 11> tcp_states{"established", "synsent",  "synrecv", "finwait1",
                                                      "finwait2",    "timewait", "close",   "closewait",
                                                      "lastack",     "listen",   "closing"};

/// The counters that cAdvisor knows, under the kernel's names in lower case. Sorted.
// clang-format off
constexpr std::array<std::string_view, 99> known_counters{
    "activeopens", "attemptfails", "currestab", "delayedacklocked", "delayedacklost", "delayedacks", "embryonicrsts",
    "estabresets", "incsumerrors", "inerrs", "insegs", "ipreversepathfilter", "listendrops", "listenoverflows",
    "lockdroppedicmps", "maxconn", "ofopruned", "outofwindowicmps", "outrsts", "outsegs", "passiveopens",
    "pawsactive", "pawsestab", "pfmemallocdrop", "prunecalled", "rcvpruned", "retranssegs", "rtoalgorithm", "rtomax",
    "rtomin", "syncookiesfailed", "syncookiesrecv", "syncookiessent", "tcpabortfailed", "tcpabortonclose",
    "tcpabortondata", "tcpabortonlinger", "tcpabortonmemory", "tcpabortontimeout", "tcpbacklogdrop",
    "tcpdeferacceptdrop", "tcpdsackignorednoundo", "tcpdsackignoredold", "tcpdsackoforecv", "tcpdsackofosent",
    "tcpdsackoldsent", "tcpdsackrecv", "tcpdsackundo", "tcpfackreorder", "tcpfastopenactive", "tcpfastopenactivefail",
    "tcpfastopencookiereqd", "tcpfastopenlistenoverflow", "tcpfastopenpassive", "tcpfastopenpassivefail",
    "tcpfastretrans", "tcpfullundo", "tcphpacks", "tcphphits", "tcplossfailures", "tcplossproberecovery",
    "tcplossprobes", "tcplossundo", "tcplostretransmit", "tcpmd5failure", "tcpmd5notfound", "tcpmd5unexpected",
    "tcpmemorypressures", "tcpmemorypressureschrono", "tcpminttldrop", "tcporigdatasent", "tcppartialundo",
    "tcppureacks", "tcprcvcollapsed", "tcprenofailures", "tcprenorecovery", "tcprenorecoveryfail", "tcprenoreorder",
    "tcpreqqfulldocookies", "tcpreqqfulldrop", "tcpretransfail", "tcpsackdiscard", "tcpsackfailures", "tcpsackmerged",
    "tcpsackrecovery", "tcpsackrecoveryfail", "tcpsackreneging", "tcpsackreorder", "tcpsackshifted",
    "tcpsackshiftfallback", "tcpslowstartretrans", "tcpspuriousrtos", "tcpsynretrans", "tcptimeouts",
    "tcptimewaitoverflow", "tcptsreorder", "tw", "twkilled", "twrecycled",
};
// clang-format on
static_assert(std::ranges::is_sorted(known_counters));

/// A number that may be negative, as its two's complement.
std::optional<std::uint64_t> to_bits(std::string_view word) {
  if (!word.starts_with('-')) return to_number(word);
  return to_number<std::int64_t>(word).transform(
      [](std::int64_t number) { return static_cast<std::uint64_t>(number); });
}

}  // namespace

void InterfaceLines::line(std::string_view line) {
  // Old kernels write no blank between the colon and a long number. Names contain no colon.
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return;
  const auto name = trimmed(line.substr(0, colon));
  if (name.empty() || metrics::is_ignored_interface(name) || networks_.size() >= limits::networks_max) return;
  // Eight columns for received data, eight for sent data.
  std::array<std::uint64_t, 16> values{};
  Words words{line.substr(colon + 1)};
  for (auto& value : values) {
    const auto number = to_number(words.next());
    if (!number) return;
    value = *number;
  }
  auto& network = networks_.emplace_back();
  network.interface = repair_utf8(name, limits::label_value_bytes_max);
  for (const auto& row : metrics::network_counts)
    network.*row.member = values.at(row.net_dev_column);
}

std::vector<NetworkCounters> InterfaceLines::take() {
  std::ranges::sort(networks_, {}, &NetworkCounters::interface);
  const auto surplus = std::ranges::unique(networks_, {}, &NetworkCounters::interface);
  networks_.erase(surplus.begin(), surplus.end());
  networks_.shrink_to_fit();
  return std::exchange(networks_, {});
}

void TcpStates::line(std::string_view line) {
  // sl local_address rem_address st ...
  Words words{line};
  if (!words.next().ends_with(':')) return;
  words.skip(2);
  const auto state = to_number(words.next(), 16);
  if (state && *state >= 1 && *state <= sockets_.size()) ++sockets_.at(*state - 1);
}

void TcpStates::add_to(metrics::Tail what, metrics::Sample& sample) const {
  for (std::size_t i = 0; i < sockets_.size(); ++i)
    metrics::add_detail(sample, what, {tcp_states.at(i)}, sockets_.at(i));
}

void UdpTotals::line(std::string_view line) {
  // sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode ref pointer drops
  Words words{line};
  if (!words.next().ends_with(':')) return;
  ++sockets_;
  words.skip(3);
  const auto queues = words.next();
  words.skip(7);
  const auto dropped = to_number(words.next());
  const auto colon = std::min(queues.find(':'), queues.size());
  const auto transmit = to_number(queues.substr(0, colon), 16);
  const auto receive = to_number(queues.substr(std::min(colon + 1, queues.size())), 16);
  if (!transmit || !receive || !dropped) return;
  transmit_queue_bytes_ += *transmit;
  receive_queue_bytes_ += *receive;
  dropped_ += *dropped;
}

void UdpTotals::add_to(metrics::Tail what, metrics::Sample& sample) const {
  metrics::add_detail(sample, what, {"listen"}, sockets_);
  metrics::add_detail(sample, what, {"dropped"}, dropped_);
  metrics::add_detail(sample, what, {"rxqueued"}, receive_queue_bytes_);
  metrics::add_detail(sample, what, {"txqueued"}, transmit_queue_bytes_);
}

void TcpCounters::line(std::string_view line) {
  const auto title = line.substr(0, line.find(' '));
  if (title != "Tcp:" && title != "TcpExt:") return;
  if (!names_.starts_with(title) || names_.substr(title.size(), 1) != " ") {
    names_ = line;
    return;
  }
  const auto headings = std::exchange(names_, {});
  Words names{headings};
  Words values{line};
  names.skip(1);
  values.skip(1);
  for (;;) {
    const auto name = names.next();
    const auto value = values.next();
    if (name.empty() || value.empty()) return;
    const auto number = to_bits(value);
    const auto label = lowered(name);
    if (number && std::ranges::binary_search(known_counters, std::string_view{label}))
      metrics::add_detail(sample_, metrics::Tail::advanced_tcp, {label}, *number);
  }
}

}  // namespace cspy::host
