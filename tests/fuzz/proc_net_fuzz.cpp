// Files of /proc/PID/net; the first byte says which. What they give is sorted, single and bounded.
#include "base/limits.hpp"
#include "base/utf8.hpp"
#include "host/proc_net.hpp"
#include "host/words.hpp"
#include "metrics/details.hpp"
#include "tests/fuzz/input.hpp"

namespace {

using cspy::metrics::Sample;
using cspy::metrics::Tail;

template<class Lines>
void feed(std::string_view text, Lines& lines) {
  cspy::host::for_each_line(text, [&](std::string_view line) { lines.line(line); });
}

void interfaces(std::string_view text) {
  cspy::host::InterfaceLines lines;
  feed(text, lines);
  const auto networks = lines.take();
  must(networks.size() <= cspy::limits::networks_max);
  for (std::size_t i = 0; i < networks.size(); ++i) {
    const auto& name = networks[i].interface;
    must(cspy::valid_utf8_prefix(name) == name.size());
    must(i == 0 || networks[i - 1].interface < name);
  }
}

template<class Totals>
void sockets(std::string_view text, Tail what, std::size_t states) {
  Totals totals;
  feed(text, totals);
  Sample sample;
  totals.add_to(what, sample);
  cspy::metrics::sort_details(sample);
  must(sample.details.size() == states);
}

void counters(std::string_view text) {
  Sample sample;
  cspy::host::TcpCounters lines{sample};
  feed(text, lines);
  cspy::metrics::sort_details(sample);
  constexpr std::size_t known_max = 99;
  must(sample.details.size() <= known_max);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto text = text_of(data, size).substr(1);
  switch (data[0]) {
    case 'd': interfaces(text); break;
    case 't': sockets<cspy::host::TcpStates>(text, Tail::tcp_usage, 11); break;
    case 'u': sockets<cspy::host::UdpTotals>(text, Tail::udp_usage, 4); break;
    default: counters(text); break;
  }
  return 0;
}
