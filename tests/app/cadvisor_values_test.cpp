#include "app/cadvisor_values.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "docker/label_rules.hpp"
#include "metrics/selection.hpp"

namespace cspy::app {
namespace {

/// The value, "unchanged", or the error.
std::string result(const cadvisor::Converted& converted) {
  if (!converted) return "error: " + converted.error().message;
  return converted->value_or("unchanged");
}

TEST(CadvisorValues, BooleansAreGos) {
  for (const auto* yes : {"1", "t", "T", "TRUE", "true", "True"})
    EXPECT_EQ(go_bool(yes), true) << yes;
  for (const auto* no : {"0", "f", "F", "FALSE", "false", "False"})
    EXPECT_EQ(go_bool(no), false) << no;
  for (const auto* wrong : {"", "yes", "on", "tRUE", " true", "2"})
    EXPECT_EQ(go_bool(wrong), std::nullopt) << wrong;
}

TEST(CadvisorValues, DurationsAreGos) {
  EXPECT_EQ(go_duration_ms("30s"), 30'000);
  EXPECT_EQ(go_duration_ms("1m0s"), 60'000);
  EXPECT_EQ(go_duration_ms("1h2m3.5s"), 3'723'500);
  EXPECT_EQ(go_duration_ms("100ms"), 100);
  EXPECT_EQ(go_duration_ms("+.5s"), 500);
  EXPECT_EQ(go_duration_ms("2000000ns"), 2);
  EXPECT_EQ(go_duration_ms("3000us"), 3);
  EXPECT_EQ(go_duration_ms("3000\u00b5s"), 3);
  EXPECT_EQ(go_duration_ms("3000\u03bcs"), 3);
  EXPECT_EQ(go_duration_ms("0.1s"), 100);
  EXPECT_EQ(go_duration_ms("0"), 0);
  for (const auto* wrong : {"", "30", "s", "-1s", "1d", "1s ", "1..5s", ".s", "1e3s", "nan", "infs", "1s2", "+",
                            "99999999h", "9999999999999999999999999999999h", "1sm", "0x1s"})
    EXPECT_EQ(go_duration_ms(wrong), std::nullopt) << wrong;
}

TEST(CadvisorValues, MakeTheAddressToListenAt) {
  using cadvisor::listen_address;
  EXPECT_EQ(result(listen_address({{"port", "9090"}})), ":9090");
  EXPECT_EQ(result(listen_address({{"listen_ip", "127.0.0.1"}})), "127.0.0.1:8080");
  EXPECT_EQ(result(listen_address({{"listen_ip", "::1"}, {"port", "80"}})), "[::1]:80");
  EXPECT_EQ(result(listen_address({{"listen_ip", "[::1]"}, {"port", ""}})), "[::1]:8080");
  for (const auto* wrong : {"0", "65536", "-1", "80a", "http"})
    EXPECT_EQ(result(listen_address({{"port", wrong}})), "error: expected a port between 1 and 65535") << wrong;
}

TEST(CadvisorValues, DisabledKindsReplaceTheDefaultsOfCadvisor) {
  using cadvisor::metric_list;
  const auto disabled = [](const char* list) { return result(metric_list({{"disable_metrics", list}})); };
  EXPECT_EQ(result(metric_list({})), "unchanged");
  const std::string others{"+advtcp,+container_memory_migrate,"};
  EXPECT_EQ(disabled("disk,network"), others +
                                          "-disk,+hugetlb,+container_memory_numa_pages,-network,+descriptors,"
                                          "+sched,+tcp,+udp");
  EXPECT_EQ(disabled(""), others + "+hugetlb,+container_memory_numa_pages,+descriptors,+sched,+tcp,+udp");
  // cAdvisor's own default.
  EXPECT_EQ(disabled("advtcp,cpu_topology,cpuset,hugetlb,memory_numa,process,referenced_memory,resctrl,sched,tcp,udp"),
            "-process");
  EXPECT_EQ(disabled("advtcp,cpuset,hugetlb,memory_numa,sched,tcp,udp"), "+descriptors");
  EXPECT_EQ(
      disabled("accelerator"),
      "error: expected a list of advtcp, app, cpu, cpuLoad, cpu_topology, cpuset, disk, diskIO, hugetlb, memory, "
      "memory_numa, network, oom_event, percpu, perf_event, pressure, process, referenced_memory, resctrl, sched, "
      "tcp, udp");
  EXPECT_THAT(disabled("disk, network"), testing::StartsWith("error: ")) << "cAdvisor allows no spaces";
  EXPECT_THAT(disabled("disk,"), testing::StartsWith("error: "));
}

TEST(CadvisorValues, EnabledKindsWin) {
  using cadvisor::metric_list;
  EXPECT_EQ(result(metric_list({{"enable_metrics", "cpu,memory,tcp,percpu"}, {"disable_metrics", "cpu"}})),
            "-cpuLoad,-disk,-diskIO,-network,-oom_event,-pressure,-process,+tcp");
  EXPECT_EQ(result(metric_list({{"enable_metrics", ""}})), "unchanged");
  EXPECT_THAT(result(metric_list({{"enable_metrics", ""}, {"disable_metrics", "disk"}})), testing::HasSubstr("-disk,"));
}

TEST(CadvisorValues, EachListOfKindsIsAListOfOurs) {
  const auto* const all =
      "advtcp,app,cpu,cpuLoad,cpu_topology,cpuset,disk,diskIO,hugetlb,memory,memory_numa,network,oom_event,percpu,"
      "perf_event,pressure,process,referenced_memory,resctrl,sched,tcp,udp";
  for (const auto* const flag : {"enable_metrics", "disable_metrics"}) {
    const auto list = cadvisor::metric_list({{flag, all}});
    ASSERT_TRUE(list && *list) << flag;
    const auto selection = metrics::Selection::parse(**list);
    ASSERT_TRUE(selection) << selection.error().message;
    EXPECT_TRUE(selection->any(metrics::Group::general)) << "cAdvisor always has them";
    EXPECT_TRUE(selection->any(metrics::Group::lifecycle)) << "cAdvisor does not know them";
    for (const auto group : {metrics::Group::cpu, metrics::Group::tcp, metrics::Group::descriptors,
                             metrics::Group::memory_numa, metrics::Group::process})
      EXPECT_EQ(selection->any(group), std::string_view{flag} == "enable_metrics") << metrics::row_of(group).name;
  }
}

TEST(CadvisorValues, LabelsAreAllNoneOrListed) {
  using cadvisor::label_list;
  using cadvisor::label_whitelist;
  const CadvisorValues listed{{"store_container_labels", "false"},
                              {"whitelisted_container_labels", "com.docker.compose.project,,team "}};
  EXPECT_EQ(result(label_list({{"store_container_labels", "false"}})), "none");
  EXPECT_EQ(result(label_list({{"store_container_labels", "true"}, {"whitelisted_container_labels", "a"}})), "*");
  EXPECT_EQ(result(label_list(listed)), "com.docker.compose.project,team");
  EXPECT_EQ(result(label_whitelist(listed)), "com.docker.compose.project,team");
  EXPECT_EQ(result(label_whitelist({{"whitelisted_container_labels", "a"}})), "unchanged");
}

TEST(CadvisorValues, NamesThatLookLikeOurSyntaxStayNames) {
  const auto list = cadvisor::label_list(
      {{"store_container_labels", "false"}, {"whitelisted_container_labels", "-minus,none,plain"}});
  EXPECT_EQ(result(list), "none,+-minus,+none,plain");
  docker::LabelRules rules;
  ASSERT_TRUE(rules.set_labels(**list));
  for (const auto* taken : {"-minus", "none", "plain"})
    EXPECT_TRUE(rules.take_label(taken)) << taken;
  EXPECT_FALSE(rules.take_label("minus"));
  EXPECT_FALSE(rules.take_label("other"));
}

TEST(CadvisorValues, PrefixesOfVariablesBecomeGlobs) {
  using cadvisor::variable_list;
  EXPECT_EQ(result(variable_list({{"env_metadata_whitelist", "REGION, ZONE_"}})), "REGION*,ZONE_*");
  EXPECT_EQ(result(variable_list({{"docker_env_metadata_whitelist", "A"}})), "A*");
  EXPECT_EQ(result(variable_list({{"docker_env_metadata_whitelist", "A"}, {"env_metadata_whitelist", "B"}})), "B*");
  EXPECT_EQ(result(variable_list({{"env_metadata_whitelist", ""}})), "unchanged");
  EXPECT_EQ(result(variable_list({{"env_metadata_whitelist", ",,"}})), "unchanged");
  docker::LabelRules rules;
  EXPECT_TRUE(rules.set_variables(**variable_list({{"env_metadata_whitelist", "-A"}})));
}

TEST(CadvisorValues, CoverTheEngine) {
  const auto* const docker = "tcp://engine:2376";
  const CadvisorValues tls{{"docker", docker},
                           {"docker-tls", "true"},
                           {"docker-tls-ca", "/certs/ca.pem"},
                           {"docker-tls-cert", "/certs/cert.pem"},
                           {"docker-tls-key", "/certs/key.pem"}};
  EXPECT_EQ(result(cadvisor::docker_address(tls)), docker);
  EXPECT_EQ(result(cadvisor::docker_address({{"docker", ""}})), "unchanged");
  EXPECT_EQ(result(cadvisor::tls_authorities(tls)), "/certs/ca.pem");
  EXPECT_EQ(result(cadvisor::tls_certificate(tls)), "/certs/cert.pem");
  EXPECT_EQ(result(cadvisor::tls_key(tls)), "/certs/key.pem");
  EXPECT_EQ(result(cadvisor::tls_authorities({{"docker-tls", "true"}})), "ca.pem");
  EXPECT_EQ(result(cadvisor::tls_authorities({{"docker-tls", "false"}, {"docker-tls-ca", "x"}})), "unchanged");
  EXPECT_EQ(result(cadvisor::tls_key({{"docker-tls-key", "x"}})), "unchanged");
  EXPECT_EQ(result(cadvisor::podman_address({{"podman", "unix:///p.sock"}})), "unix:///p.sock");
  EXPECT_EQ(result(cadvisor::podman_address({{"podman", "unix:///p.sock"}, {"docker", docker}})), "unchanged");
}

TEST(CadvisorValues, CoverPathsAndCgroups) {
  EXPECT_EQ(result(cadvisor::all_cgroups({{"docker_only", "true"}})), "false");
  EXPECT_EQ(result(cadvisor::all_cgroups({{"docker_only", "false"}})), "true");
  EXPECT_EQ(result(cadvisor::interval({{"housekeeping_interval", "1m30s"}})), "90000");
  EXPECT_EQ(result(cadvisor::interval({{"housekeeping_interval", "10"}})),
            "error: expected a duration such as 30s or 1m30s");
  EXPECT_EQ(result(cadvisor::path_prefix({{"url_base_prefix", "/cadvisor/"}})), "/cadvisor");
  EXPECT_EQ(result(cadvisor::path_prefix({{"url_base_prefix", "/"}})), "unchanged");
  EXPECT_EQ(result(cadvisor::metrics_path({{"prometheus_endpoint", "/m"}})), "/m");
  EXPECT_EQ(result(cadvisor::users_file({{"http_auth_file", "/etc/users"}})), "/etc/users");
  EXPECT_EQ(result(cadvisor::machine_id_files({{"machine_id_file", "/a,/b"}})), "/a,/b");
  EXPECT_EQ(result(cadvisor::boot_id_files({{"boot_id_file", "/b"}})), "/b");
}

}  // namespace
}  // namespace cspy::app
