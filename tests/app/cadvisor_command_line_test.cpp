// The command lines of cAdvisor, in all spellings and as people write them.
#include "app/cadvisor_command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/settings.hpp"

namespace cspy::app {
namespace {

using test::command_line;
using test::resolve_all;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

CadvisorArguments taken(const std::vector<const char*>& arguments) {
  return take_cadvisor_flags(arguments);
}

/// "value from source", or "unset".
std::string setting(const CadvisorArguments& arguments, std::string_view key) {
  const auto found = arguments.settings.find(key);
  return found == arguments.settings.end() ? "unset" : found->second.value + " from " + found->second.source;
}

/// Warnings without those about settings that this version does not have.
std::vector<std::string> other_warnings(const CadvisorArguments& arguments) {
  std::vector<std::string> warnings;
  for (const auto& warning : arguments.warnings) {
    if (!warning.contains("this version does not have the setting")) warnings.push_back(warning);
  }
  return warnings;
}

TEST(CadvisorCommandLine, AcceptsEachSpellingOfAValue) {
  const std::vector<std::vector<const char*>> spellings{{"-housekeeping_interval=30s"},
                                                        {"--housekeeping_interval=30s"},
                                                        {"-housekeeping_interval", "30s"},
                                                        {"--housekeeping_interval", "30s"},
                                                        {"--housekeeping_interval=1s", "-housekeeping_interval=30s"}};
  for (const auto& words : spellings) {
    const auto arguments = taken(words);
    EXPECT_EQ(setting(arguments, "otlp_export_interval"), "30000 from command line -housekeeping_interval");
    EXPECT_THAT(arguments.others, IsEmpty());
    EXPECT_THAT(arguments.mistakes, IsEmpty());
  }
}

TEST(CadvisorCommandLine, AcceptsEachSpellingOfABoolean) {
  for (const auto* yes : {"-docker_only", "--docker_only", "-docker_only=true", "--docker_only=T", "-docker_only=1"})
    EXPECT_EQ(setting(taken({yes}), "cgroup_all"), "false from command line -docker_only") << yes;
  for (const auto* no : {"-docker_only=false", "--docker_only=0", "-docker_only=F"})
    EXPECT_EQ(setting(taken({no}), "cgroup_all"), "true from command line -docker_only") << no;
  EXPECT_EQ(setting(taken({"-docker_only", "-docker_only=false"}), "cgroup_all"),
            "true from command line -docker_only");
  EXPECT_EQ(setting(taken({}), "cgroup_all"), "unset");
  EXPECT_THAT(taken({"-docker_only=yes"}).mistakes, ElementsAre("command line: -docker_only: expected true or false"));
  EXPECT_THAT(taken({"-docker_only="}).mistakes, ElementsAre("command line: -docker_only: expected true or false"));
}

TEST(CadvisorCommandLine, EndsWhereGosPackageEndsTheFlags) {
  const auto arguments =
      taken({"-docker_only", "false", "-housekeeping_interval", "10s", "-logtostderr", "true", "--log-level", "debug"});
  EXPECT_EQ(setting(arguments, "cgroup_all"), "false from command line -docker_only");
  EXPECT_EQ(setting(arguments, "otlp_export_interval"), "unset");
  EXPECT_THAT(arguments.not_needed, IsEmpty());
  EXPECT_THAT(arguments.others, ElementsAre("--log-level", "debug")) << "our own flags count";
  EXPECT_THAT(arguments.warnings,
              ElementsAre("the word after '-docker_only' and cAdvisor's flags behind it are ignored, as in cAdvisor: "
                          "write '-docker_only=true' or '-docker_only=false'"));
}

TEST(CadvisorCommandLine, TakesTheNextWordWhateverItIs) {
  EXPECT_EQ(setting(taken({"-docker", "-port"}), "docker_socket"), "-port from command line -docker");
  EXPECT_THAT(taken({"-port"}).mistakes, ElementsAre("command line: -port: expected a value"));
  // The value of one of our flags is not a flag of cAdvisor's.
  const auto arguments = taken({"--instance-id", "-docker_only", "--config", "-v"});
  EXPECT_THAT(arguments.others, ElementsAre("--instance-id", "-docker_only", "--config", "-v"));
  EXPECT_THAT(arguments.settings, IsEmpty());
}

TEST(CadvisorCommandLine, LeavesTheRestToUs) {
  EXPECT_THAT(taken({"--log-level=debug", "-h", "x", "-", "", "--", "-port=1"}).others,
              ElementsAre("--log-level=debug", "-h", "x", "-", "", "--", "-port=1"));
  EXPECT_THAT(taken({"-help", "-version"}).others, ElementsAre("--help", "--version"));
  EXPECT_THAT(taken({"-foo=1", "--foo", "---port=1", "-=x", "--=x"}).unknown, ElementsAre("-foo=1"));
  EXPECT_THAT(taken({"-foo=1", "--foo", "---port=1", "-=x", "--=x"}).others,
              ElementsAre("--foo", "---port=1", "-=x", "--=x"));
}

TEST(CadvisorCommandLine, NamesWhatIsNotNeededOnceAndWarnsOfWhatIsMissing) {
  const auto arguments =
      taken({"-logtostderr", "-v=2", "--v", "4", "-storage_driver=influxdb", "-storage_driver_password", "s3cr3t",
             "-enable_load_reader=false", "-perf_events_config", "/p.json"});
  EXPECT_THAT(arguments.not_needed,
              ElementsAre("-enable_load_reader", "-logtostderr", "-storage_driver_password", "-v"));
  EXPECT_THAT(arguments.warnings,
              ElementsAre("'-perf_events_config' is not available: ContainerSpy does not read perf events; remove the "
                          "flag",
                          "'-storage_driver' is not available: set "
                          "otlp_endpoint: an OpenTelemetry Collector writes to most databases"));
}

TEST(CadvisorCommandLine, SaysWhichFlagHasNoEffect) {
  EXPECT_THAT(taken({"-whitelisted_container_labels=a"}).warnings,
              ElementsAre("'-whitelisted_container_labels' has no effect without '-store_container_labels=false', as "
                          "in cAdvisor"));
  EXPECT_THAT(taken({"-docker=unix:///d", "-podman=unix:///p"}).warnings,
              ElementsAre("'-podman' has no effect beside '-docker': run one ContainerSpy for each engine"));
  EXPECT_THAT(taken({"-docker-tls-key=k.pem"}).warnings,
              ElementsAre("'-docker-tls-key' has no effect without '-docker-tls'"));
  EXPECT_EQ(setting(taken({"-podman=unix:///p"}), "docker_socket"), "unix:///p from command line -podman");
}

TEST(CadvisorCommandLine, SaysWhichSettingThisVersionDoesNotHave) {
  const bool has_listen = find_option("listen") != nullptr;
  const auto arguments = taken({"-port=9090"});
  if (has_listen) {
    EXPECT_EQ(setting(arguments, "listen"), ":9090 from command line -port");
  } else {
    EXPECT_THAT(arguments.warnings,
                ElementsAre("'-port' is not available: this version does not have the setting listen"));
  }
}

TEST(CadvisorCommandLine, ReportsAWrongValueOnceWithoutTheValue) {
  EXPECT_THAT(taken({"-port=s3cr3t", "-listen_ip=::1"}).mistakes,
              ElementsAre("command line: -port: expected a port between 1 and 65535"));
  EXPECT_THAT(taken({"-housekeeping_interval=s3cr3t", "-disable_metrics=s3cr3t", "-docker_only=s3cr3t"}).mistakes,
              AllOf(testing::SizeIs(3), Each(Not(HasSubstr("s3cr3t")))));
}

TEST(CadvisorCommandLine, OurFlagWins) {
  const auto parsed = command_line({"-housekeeping_interval=30s", "--otlp-export-interval=5000"});
  EXPECT_THAT(parsed.mistakes, IsEmpty());
  EXPECT_EQ(parsed.values.at("otlp_export_interval").value, "5000");
  EXPECT_EQ(parsed.values.at("otlp_export_interval").source, "command line --otlp-export-interval");
  const auto resolved = resolve_all({"-housekeeping_interval=30s"}, {{"CSPY_OTLP_INTERVAL", "1000"}});
  EXPECT_EQ(resolved.options.otlp_export_interval, std::chrono::milliseconds{30'000}) << "a flag wins over a variable";
  EXPECT_THAT(resolve_all({"-docker=ssh://host"}, {}).mistakes,
              ElementsAre(HasSubstr("docker_socket = 'ssh://host' (command line -docker): ssh:// is not supported")));
}

TEST(CadvisorCommandLine, AMisspeltFlagIsAMistakeWithTheMostSimilarOne) {
  EXPECT_THAT(command_line({"--houskeeping_interval=10s", "-housekeping_interval=10s", "--docker-onli"}).mistakes,
              ElementsAre("unknown flag '-h' on the command line: did you mean '-housekeeping_interval'?",
                          "unknown flag '--houskeeping_interval' on the command line: did you mean "
                          "'-housekeeping_interval'?",
                          "unknown flag '--docker-onli' on the command line: did you mean '-docker_only'?"));
  EXPECT_FALSE(command_line({"-housekeping_interval=10s"}).help) << "-h is not at its beginning";
  EXPECT_THAT(command_line({"--docker-sockt=/x"}).mistakes,
              ElementsAre("unknown flag '--docker-sockt' on the command line: did you mean '--docker-socket'?"));
}

struct Service {
  const char* name;
  std::vector<const char*> command;
  std::map<std::string, std::string> settings;
};

// As in the compose files of public repositories.
const std::vector<Service> services{
    {"without flags", {}, {}},
    {"docker_only with an interval",
     {"-docker_only=true", "-housekeeping_interval=30s"},
     {{"cgroup_all", "false"}, {"otlp_export_interval", "30000"}}},
    {"without labels",
     {"--housekeeping_interval=30s", "--docker_only=true", "--store_container_labels=false"},
     {{"cgroup_all", "false"}, {"otlp_export_interval", "30000"}, {"container_labels", "none"}}},
    {"with whitelists",
     {"--store_container_labels=false",
      "--whitelisted_container_labels=com.docker.compose.project,com.docker.compose.service",
      "--env_metadata_whitelist=APP_"},
     {{"container_labels", "com.docker.compose.project,com.docker.compose.service"}, {"container_env", "APP_*"}}},
    {"with few metrics",
     {"--disable_metrics=advtcp,cpu_topology,cpuset,hugetlb,memory_numa,process,referenced_memory,resctrl,sched,tcp,"
      "udp,disk,percpu",
      "--docker_only=true"},
     {{"cgroup_all", "false"}, {"metrics", "-disk,-process"}}},
    {"with named metrics",
     {"--enable_metrics=cpu,memory,network,disk,diskIO", "-logtostderr", "--v=1",
      "--containerd=/var/run/containerd/containerd.sock", "--event_storage_event_limit=default=0"},
     {{"metrics", "-cpuLoad,-oom_event,-pressure,-process"}}},
    {"with users", {"-http_auth_file=/etc/cadvisor/auth.htpasswd", "-http_auth_realm=localhost"}, {}},
    {"at another port behind a proxy",
     {"-port=8081", "-listen_ip=0.0.0.0", "-url_base_prefix=/cadvisor", "-prometheus_endpoint=/metrics"},
     {}},
    {"with everything about intervals",
     {"--allow_dynamic_housekeeping=false", "--housekeeping_interval=10s", "--max_housekeeping_interval=15s",
      "--global_housekeeping_interval=1m0s", "--storage_duration=1m0s"},
     {{"otlp_export_interval", "10000"}}},
    {"of a Swarm node",
     {"-logtostderr", "-docker_only", "--disable_root_cgroup_stats=false", "--machine_id_file=/rootfs/etc/machine-id"},
     {{"cgroup_all", "false"}, {"machine_id_file", "/rootfs/etc/machine-id"}}},
};

TEST(CadvisorCommandLine, StartsTenServicesAsPeopleWriteThem) {
  for (const auto& [name, command, settings] : services) {
    SCOPED_TRACE(name);
    const auto arguments = taken(command);
    EXPECT_THAT(arguments.mistakes, IsEmpty());
    EXPECT_THAT(arguments.unknown, IsEmpty());
    EXPECT_THAT(arguments.others, IsEmpty());
    EXPECT_THAT(other_warnings(arguments), IsEmpty());
    for (const auto& [key, value] : settings)
      EXPECT_THAT(setting(arguments, key), testing::StartsWith(value + " from command line -")) << key;
    EXPECT_THAT(resolve_all(command, {}).mistakes, IsEmpty());
  }
}

}  // namespace
}  // namespace cspy::app
