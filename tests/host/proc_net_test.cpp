#include "host/proc_net.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "host/words.hpp"
#include "metrics/details.hpp"

namespace cspy::host {
namespace {

using metrics::Tail;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using Values = std::vector<std::pair<std::string, std::uint64_t>>;

/// The settled details by their only label.
Values values_of(metrics::Sample sample, Tail what) {
  metrics::sort_details(sample);
  Values values;
  for (const auto& detail : sample.details) {
    EXPECT_EQ(detail.what, what);
    values.emplace_back(detail.labels.substr(0, detail.labels.size() - 1), detail.value);
  }
  return values;
}

template<class Lines>
Lines&& feed(Lines&& lines, std::string_view text) {
  for_each_line(text, [&](std::string_view line) { lines.line(line); });
  return std::forward<Lines>(lines);
}

constexpr std::string_view headings =
    "Inter-|   Receive                                                |  Transmit\n"
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier "
    "compressed\n";

TEST(InterfaceLines, AreTheColumnsThatCAdvisorReads) {
  InterfaceLines lines;
  feed(lines, headings);
  feed(lines,
       "    lo:15274931   35338    0    0    0     0          0         0 15274931   35338    0    0    0     0  "
       "     0          0\n"
       "  eth1:       5       6    7    8    9    10         11        12       13      14   15   16   17    18  "
       "    19         20\n"
       "  eth0:18446744073709551614 2 3 4 0 0 0 0 21 22 23 24 0 0 0 0\n"
       "docker0: 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1\n");
  const auto networks = lines.take();
  ASSERT_EQ(networks.size(), 2U);
  EXPECT_EQ(networks[0].interface, "eth0");
  EXPECT_EQ(networks[0].receive_bytes, Count{18'446'744'073'709'551'614U});
  EXPECT_EQ(networks[0].transmit_dropped, Count{24});
  EXPECT_EQ(networks[1].interface, "eth1");
  EXPECT_EQ(networks[1].receive_bytes, Count{5});
  EXPECT_EQ(networks[1].receive_packets, Count{6});
  EXPECT_EQ(networks[1].receive_errors, Count{7});
  EXPECT_EQ(networks[1].receive_dropped, Count{8});
  EXPECT_EQ(networks[1].transmit_bytes, Count{13});
  EXPECT_EQ(networks[1].transmit_packets, Count{14});
  EXPECT_EQ(networks[1].transmit_errors, Count{15});
  EXPECT_EQ(networks[1].transmit_dropped, Count{16});
}

TEST(InterfaceLines, AreLeftOutWhereTheyMeanNothing) {
  InterfaceLines lines;
  feed(lines, "eth0: 1 2 3\neth1\n: 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1\neth2: 1 1 1 x 1 1 1 1 1 1 1 1 1 1 1 1\n");
  EXPECT_THAT(lines.take(), IsEmpty());
}

TEST(InterfaceLines, AreBoundedAndSingle) {
  InterfaceLines lines;
  for (std::size_t i = 0; i < 2 * limits::networks_max; ++i)
    lines.line("eth" + std::to_string(i / 2) + ": 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1");
  EXPECT_EQ(lines.take().size(), limits::networks_max / 2);
}

TEST(TcpStates, CountsSocketsInEachState) {
  const auto states =
      feed(TcpStates{},
           "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
           "   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 539 1 0 100 0 0 "
           "10 0\n"
           "   1: 0100007F:1F90 0100007F:C350 01 00000000:00000000 02:000A7214 00000000     0        0 540 2 0 20 4 30 "
           "10 -1\n"
           "   2: 0100007F:C350 0100007F:1F90 01 00000000:00000000 02:000A7214 00000000     0        0 541 2 0 20 4 30 "
           "10 -1\n"
           "   3: 0100007F:C352 0100007F:1F90 06 00000000:00000000 03:00000A72 00000000     0        0 0 3 0\n"
           "   4: 0100007F:C354 0100007F:1F90 0B\n"
           "   5: 0100007F:C354 0100007F:1F90 0C\n"
           "   6: 0100007F:C354\n");
  metrics::Sample sample;
  states.add_to(Tail::tcp_usage, sample);
  EXPECT_THAT(values_of(sample, Tail::tcp_usage),
              ElementsAre(Pair("close", 0), Pair("closewait", 0), Pair("closing", 1), Pair("established", 2),
                          Pair("finwait1", 0), Pair("finwait2", 0), Pair("lastack", 0), Pair("listen", 1),
                          Pair("synrecv", 0), Pair("synsent", 0), Pair("timewait", 1)));
}

TEST(UdpTotals, AddsUpQueuesAndDrops) {
  const auto totals = feed(
      UdpTotals{},
      "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer "
      "drops\n"
      "  419: 0B00007F:9A7C 00000000:0000 07 00000000:00000C00 00:00000000 00000000 65534        0 23423 2 "
      "000000005e8c0d5a 4\n"
      "  500: 00000000:0044 00000000:0000 07 00000200:00000001 00:00000000 00000000     0        0 23555 2 "
      "00000000c9d2ed10 3\n"
      "  501: 00000000:0045 00000000:0000 07 half\n");
  metrics::Sample sample;
  totals.add_to(Tail::udp6_usage, sample);
  EXPECT_THAT(values_of(sample, Tail::udp6_usage),
              ElementsAre(Pair("dropped", 7), Pair("listen", 3), Pair("rxqueued", 0xC01), Pair("txqueued", 0x200)));
}

TEST(TcpCounters, AreThoseThatCAdvisorKnowsUnderItsNames) {
  metrics::Sample sample;
  TcpCounters counters{sample};
  feed(counters,
       "TcpExt: SyncookiesSent ArpFilter TW TCPTimeouts TCPAOGood\n"
       "TcpExt: 1 2 1278 164 5\n"
       "IpExt: InNoRoutes InTruncatedPkts\n"
       "IpExt: 0 0\n");
  feed(counters,
       "Ip: Forwarding DefaultTTL\nIp: 2 64\n"
       "Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens\n"
       "Tcp: 1 200 120000 -1 2767\n"
       "Udp: InDatagrams\nUdp: 9\n");
  EXPECT_THAT(values_of(sample, Tail::advanced_tcp),
              ElementsAre(Pair("activeopens", 2'767), Pair("maxconn", static_cast<std::uint64_t>(-1)),
                          Pair("rtoalgorithm", 1), Pair("rtomax", 120'000), Pair("rtomin", 200),
                          Pair("syncookiessent", 1), Pair("tcptimeouts", 164), Pair("tw", 1'278)));
}

TEST(TcpCounters, NeedNamesAndValues) {
  metrics::Sample sample;
  TcpCounters counters{sample};
  feed(counters,
       "TcpExt: TW TCPTimeouts PAWSActive\n"
       "Tcp: RtoMin RtoMax\n"
       "Tcp: x\n"
       "TcpExt: 3\n");
  EXPECT_THAT(sample.details, IsEmpty()) << "values without the line of their names before them are names";
  feed(counters, "TcpExt: 3\n");
  EXPECT_THAT(sample.details, IsEmpty());
}

}  // namespace
}  // namespace cspy::host
