// Precedence, values and mistakes of settings.
#include "app/resolve.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/console.hpp"
#include "base/limits.hpp"
#include "tests/support/settings.hpp"

namespace cspy::app {
namespace {

using test::resolve_all;
using test::Variables;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string source_of(const Resolved& resolved, std::string_view key) {
  for (const auto& [row, given] : resolved.values) {
    if (row->key == key) return given.source;
  }
  return "none";
}

TEST(Settings, HaveTheirDefaults) {
  const auto resolved = resolve_all({}, {});
  EXPECT_THAT(resolved.mistakes, IsEmpty());
  EXPECT_EQ(resolved.options.docker_socket.text(), "/var/run/docker.sock");
  EXPECT_EQ(resolved.options.otlp_endpoint.text(), "http://localhost:4318/v1/metrics");
  EXPECT_EQ(resolved.options.otlp_export_interval, std::chrono::milliseconds{60'000});
  EXPECT_EQ(resolved.options.log_level, LogLevel::info);
  EXPECT_EQ(resolved.options.log_format, LogFormat::logfmt);
}

TEST(Settings, FollowThePrecedenceOfTheirSources) {
  const std::string file = "{otlp_export_interval: 3000}";
  const Variables both{{"CSPY_OTLP_INTERVAL", "2000"}, {"OTEL_METRIC_EXPORT_INTERVAL", "4000"}};
  const Variables other{{"OTEL_METRIC_EXPORT_INTERVAL", "4000"}};
  const auto interval = [](const Resolved& resolved) { return resolved.options.otlp_export_interval.count(); };
  EXPECT_EQ(interval(resolve_all({"--otlp-export-interval", "1000"}, both, file)), 1'000);
  EXPECT_EQ(interval(resolve_all({}, both, file)), 2'000);
  EXPECT_EQ(interval(resolve_all({}, other, file)), 3'000);
  EXPECT_EQ(interval(resolve_all({}, other)), 4'000);
  EXPECT_EQ(source_of(resolve_all({"--otlp-export-interval=1000"}, both, file), "otlp_export_interval"),
            "command line --otlp-export-interval");
  EXPECT_EQ(source_of(resolve_all({}, both, file), "otlp_export_interval"), "environment variable CSPY_OTLP_INTERVAL");
  EXPECT_EQ(source_of(resolve_all({}, other, file), "otlp_export_interval"), "c.json, line 1, column 24");
  EXPECT_EQ(source_of(resolve_all({}, {}), "otlp_export_interval"), "default");
}

TEST(Settings, IgnoreAnEmptyVariable) {
  EXPECT_EQ(source_of(resolve_all({}, {{"CSPY_OTLP_INTERVAL", ""}}), "otlp_export_interval"), "default");
}

TEST(Settings, UnderstandDockerHost) {
  EXPECT_EQ(resolve_all({}, {{"DOCKER_HOST", "tcp://proxy:2375"}}).options.docker_socket.text(), "tcp://proxy:2375");
  EXPECT_EQ(resolve_all({}, {{"DOCKER_HOST", "tcp://proxy:2375"}, {"CSPY_DOCKER_SOCKET", "unix:///run/d.sock"}})
                .options.docker_socket.text(),
            "/run/d.sock");
  EXPECT_THAT(resolve_all({}, {{"DOCKER_HOST", "ssh://host"}}).mistakes,
              ElementsAre("docker_socket = 'ssh://host' (environment variable DOCKER_HOST): ssh:// is not supported: "
                          "forward the socket with 'ssh -L' and use the local socket"));
}

TEST(Settings, IgnoreInvalidVariablesOfOpenTelemetry) {
  const auto resolved = resolve_all({}, {{"OTEL_METRIC_EXPORT_INTERVAL", "often"}});
  EXPECT_THAT(resolved.mistakes, IsEmpty());
  EXPECT_EQ(resolved.options.otlp_export_interval, std::chrono::milliseconds{60'000});
  EXPECT_THAT(resolved.warnings,
              ElementsAre("otlp_export_interval = 'often' (environment variable OTEL_METRIC_EXPORT_INTERVAL): expected "
                          "a whole number of milliseconds from 100 to 86400000; the variable is ignored"));
}

TEST(Settings, AcceptTheOldMisspellingWithAWarning) {
  const auto resolved = resolve_all({}, {{"CSPY_OLTP_PROTO", "httpbinary"}});
  EXPECT_THAT(resolved.mistakes, IsEmpty());
  EXPECT_THAT(resolved.warnings, ElementsAre("CSPY_OLTP_PROTO is misspelt and deprecated: use CSPY_OTLP_PROTO"));
}

TEST(Settings, AcceptBothNamesOfAProtocolAndSetItsEndpoint) {
  const auto options = [](const char* name) { return resolve_all({"--otlp-protocol", name}, {}).options; };
  for (const auto* name : {"httpbinary", "http/protobuf", "HTTP/Protobuf"}) {
    EXPECT_EQ(options(name).otlp_protocol, OtlpProtocol::http_protobuf) << name;
    EXPECT_EQ(options(name).otlp_endpoint.text(), "http://localhost:4318/v1/metrics");
  }
  for (const auto* name : {"httpjson", "http/json"}) {
    EXPECT_EQ(options(name).otlp_protocol, OtlpProtocol::http_json) << name;
    EXPECT_EQ(options(name).otlp_endpoint.text(), "http://localhost:4318/v1/metrics");
  }
  EXPECT_EQ(options("grpc").otlp_protocol, OtlpProtocol::grpc);
  EXPECT_EQ(options("grpc").otlp_endpoint.text(), "http://localhost:4317/");
  EXPECT_THAT(
      resolve_all({"--otlp-protocol", "soap"}, {}).mistakes,
      ElementsAre("otlp_protocol = 'soap' (command line --otlp-protocol): expected one of httpbinary, httpjson, "
                  "grpc"));
}

TEST(Settings, PreferOpenTelemetrysVariablesForMetrics) {
  const auto endpoint = [](const Variables& variables) {
    return resolve_all({}, variables).options.otlp_endpoint.url();
  };
  EXPECT_EQ(endpoint({{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318/base"}}), "http://c:4318/base/v1/metrics");
  EXPECT_EQ(endpoint({{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318/base/?x=1"}}),
            "http://c:4318/base/v1/metrics?x=1");
  EXPECT_EQ(endpoint({{"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://c:4318"}}), "http://c:4318/") << "as it is";
  EXPECT_EQ(
      endpoint({{"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://m:1/x"}, {"OTEL_EXPORTER_OTLP_ENDPOINT", "http://g"}}),
      "http://m:1/x");
  EXPECT_EQ(endpoint({{"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", ""}, {"OTEL_EXPORTER_OTLP_ENDPOINT", "http://g:1"}}),
            "http://g:1/v1/metrics")
      << "an empty variable counts as not set";
  EXPECT_EQ(
      endpoint({{"CSPY_OTLP_ENDPOINT", "http://ours:1"}, {"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://m:1/x"}}),
      "http://ours:1/v1/metrics");
  EXPECT_EQ(endpoint({{"OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"}, {"OTEL_EXPORTER_OTLP_ENDPOINT", "https://c/ignored"}}),
            "https://c/");
  EXPECT_EQ(endpoint({{"OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"}, {"OTEL_EXPORTER_OTLP_ENDPOINT", "c:4317"}}),
            "https://c:4317/")
      << "without a scheme it is TLS";
  EXPECT_EQ(endpoint({{"OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"},
                      {"OTEL_EXPORTER_OTLP_ENDPOINT", "c:4317"},
                      {"OTEL_EXPORTER_OTLP_INSECURE", "TRUE"}}),
            "http://c:4317/");
}

TEST(Settings, AcceptOpenTelemetrysVariables) {
  const auto resolved = resolve_all({}, {{"OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "http/json"},
                                         {"OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"},
                                         {"OTEL_EXPORTER_OTLP_HEADERS", "Authorization=Basic%20YTpi, X-Scope=t1"},
                                         {"OTEL_EXPORTER_OTLP_TIMEOUT", "2500"},
                                         {"OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"},
                                         {"OTEL_METRIC_EXPORT_TIMEOUT", "7000"},
                                         {"OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "Delta"},
                                         {"OTEL_RESOURCE_ATTRIBUTES", "team=a%2Cb,zone=z1"},
                                         {"OTEL_SERVICE_NAME", "edge"},
                                         {"OTEL_SDK_DISABLED", "True"},
                                         {"OTEL_LOG_LEVEL", "DEBUG"}});
  EXPECT_THAT(resolved.mistakes, IsEmpty());
  EXPECT_THAT(resolved.warnings, IsEmpty());
  const auto& options = resolved.options;
  EXPECT_EQ(options.otlp_protocol, OtlpProtocol::http_json);
  EXPECT_EQ(options.otlp_headers, (KeyValues{{"authorization", "Basic YTpi"}, {"x-scope", "t1"}}));
  EXPECT_EQ(options.otlp_timeout, std::chrono::milliseconds{2500});
  EXPECT_EQ(options.otlp_compression, Compression::gzip);
  EXPECT_EQ(options.otlp_export_timeout, std::chrono::milliseconds{7000});
  EXPECT_EQ(options.otlp_temporality, otlp::Temporality::delta);
  EXPECT_EQ(options.resource_attributes, (KeyValues{{"team", "a,b"}, {"zone", "z1"}}));
  EXPECT_EQ(options.service_name, "edge");
  EXPECT_TRUE(options.disabled);
  EXPECT_EQ(options.log_level, LogLevel::debug);
}

TEST(Settings, IgnoreEachInvalidVariableOfOpenTelemetry) {
  const Variables wrong{{"OTEL_EXPORTER_OTLP_PROTOCOL", "soap"},
                        {"OTEL_EXPORTER_OTLP_HEADERS", "secret-without-equals"},
                        {"OTEL_EXPORTER_OTLP_TIMEOUT", "-1"},
                        {"OTEL_EXPORTER_OTLP_COMPRESSION", "zstd"},
                        {"OTEL_EXPORTER_OTLP_INSECURE", "yes"},
                        {"OTEL_METRIC_EXPORT_TIMEOUT", "1s"},
                        {"OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "none"},
                        {"OTEL_RESOURCE_ATTRIBUTES", "good=1,bad=%zz"},
                        {"OTEL_SDK_DISABLED", "1"},
                        {"OTEL_LOG_LEVEL", "loud"}};
  const auto resolved = resolve_all({}, wrong);
  const auto defaults = resolve_all({}, {});
  EXPECT_THAT(resolved.mistakes, IsEmpty());
  EXPECT_EQ(resolved.warnings.size(), wrong.size());
  EXPECT_EQ(config_text(resolved), config_text(defaults));
  EXPECT_THAT(resolved.options.resource_attributes, IsEmpty())
      << "the whole value is ignored, not only its invalid part";
  for (const auto& warning : resolved.warnings) {
    EXPECT_THAT(warning, testing::EndsWith("; the variable is ignored"));
    EXPECT_THAT(warning, testing::Not(HasSubstr("secret")));
  }
}

TEST(Settings, UseTheGenericVariableIfTheOneForMetricsIsInvalid) {
  const auto resolved =
      resolve_all({}, {{"OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", "x"}, {"OTEL_EXPORTER_OTLP_TIMEOUT", "3000"}});
  EXPECT_EQ(resolved.options.otlp_timeout, std::chrono::milliseconds{3000});
  EXPECT_EQ(resolved.warnings.size(), 1U);
}

TEST(Settings, NeverShowASecret) {
  const auto resolved =
      resolve_all({"--otlp-headers", "authorization=Bearer s3cr3t"},
                  {{"HTTPS_PROXY", "http://user:s3cr3t@p:3128"}, {"CSPY_HTTP_PROXY", "http://s3cr3t@p"}});
  EXPECT_THAT(resolved.mistakes, IsEmpty());
  const auto text = config_text(resolved);
  EXPECT_THAT(text, testing::Not(HasSubstr("s3cr3t")));
  EXPECT_THAT(text, HasSubstr("otlp_headers: \"***\""));
  EXPECT_THAT(text, HasSubstr("https_proxy: \"http://***@p:3128\""));
  const auto wrong = resolve_all({"--otlp-headers", "s3cr3t"},
                                 {{"HTTPS_PROXY", "socks5://user:s3cr3t@p"}, {"CSPY_OTLP_ENDPOINT", "https://r"}});
  EXPECT_EQ(wrong.mistakes.size(), 2U);
  for (const auto& mistake : wrong.mistakes)
    EXPECT_THAT(mistake, testing::Not(HasSubstr("s3cr3t")));
}

TEST(Settings, HideTheSecretsOfUrls) {
  const auto shown = [](const char* endpoint) {
    const auto resolved = resolve_all({"--otlp-endpoint", endpoint}, {});
    return resolved.mistakes.empty() ? resolved.options.otlp_endpoint.text()
                                     : resolved.mistakes[0].substr(0, resolved.mistakes[0].find(" ("));
  };
  EXPECT_EQ(shown("https://r/api?token=s3cr3t"), "https://r/api?***");
  EXPECT_EQ(shown("https://r/api?token=s3cr3t#x"), "otlp_endpoint = 'https://r/api?***'");
  EXPECT_EQ(shown("https://r/api#s3cr3t"), "otlp_endpoint = 'https://r/api#***'");
  EXPECT_EQ(shown("https://u:s3cr3t@r/api?a=s3cr3t"), "otlp_endpoint = 'https://***@r/api?***'");
  EXPECT_EQ(shown("https://u:s3?cr3t@r/api"), "otlp_endpoint = 'https://***'");
  EXPECT_EQ(shown("https://r/api?mail=a@s3cr3t"), "https://r/api?***");
  EXPECT_EQ(shown("https://r:x/api?mail=a@s3cr3t"), "otlp_endpoint = 'https://***'");
  EXPECT_EQ(shown("u:s3cr3t@r?s3cr3t"), "otlp_endpoint = '***@r?***'");
  EXPECT_EQ(shown("r?next=http://s3cr3t"), "otlp_endpoint = 'r?***'");
  const auto valid = resolve_all({"--otlp-endpoint", "https://r/api?token=s3cr3t"}, {});
  EXPECT_THAT(config_text(valid), HasSubstr("otlp_endpoint: \"https://r/api?***\""));
  EXPECT_THAT(resolve_all({"--docker-socket", "tcp://h:1/x?s3cr3t"}, {}).mistakes,
              ElementsAre("docker_socket = 'tcp://h:1/x?***' (command line --docker-socket): the address of an engine "
                          "must not have a path"));
}

TEST(Settings, HideTheValuesThatContainerEnvShouldNotHave) {
  EXPECT_THAT(resolve_all({"--container-env", "REGION,TOKEN=s3cr3t"}, {}).mistakes,
              ElementsAre("container_env = 'REGION,TOKEN=***' (command line --container-env): expected names of "
                          "variables, without '=' or '@'"));
  EXPECT_THAT(config_text(resolve_all({"--container-env", "REGION,ZONE_*"}, {})),
              HasSubstr("container_env: \"REGION,ZONE_*\""));
}

TEST(Settings, ChooseTheProxyOfTheEndpoint) {
  const Variables proxies{{"HTTPS_PROXY", "http://s:1"}, {"HTTP_PROXY", "http://u:p@h:2"}};
  const auto proxy = [&](const char* endpoint, const char* no_proxy = "") {
    const auto chosen = resolve_all({"--otlp-endpoint", endpoint, "--no-proxy", no_proxy}, proxies).options.proxy;
    return chosen ? chosen->endpoint.authority() : "none";
  };
  EXPECT_EQ(proxy("https://r"), "s:1");
  EXPECT_EQ(proxy("http://r"), "h:2");
  EXPECT_EQ(proxy("http://localhost:4318"), "none");
  EXPECT_EQ(proxy("http://r", "r"), "none");
}

TEST(Settings, IgnoreAWrongProxyThatNothingUses) {
  const Variables proxies{{"HTTPS_PROXY", "socks5h://u:s3cr3t@p:1"}};
  const auto unused = resolve_all({"--otlp-endpoint", "http://r"}, proxies);
  EXPECT_THAT(unused.mistakes, IsEmpty());
  EXPECT_THAT(unused.warnings, IsEmpty());
  EXPECT_THAT(unused.notes, ElementsAre("https_proxy = 'socks5h://***@p:1' (environment variable HTTPS_PROXY): SOCKS "
                                        "proxies are not supported; nothing uses it"));
  EXPECT_EQ(unused.options.proxy, std::nullopt);
  EXPECT_THAT(resolve_all({"--otlp-endpoint", "https://r", "--no-proxy", "*"}, proxies).mistakes, IsEmpty());
  EXPECT_THAT(resolve_all({"--otlp-endpoint", "https://r"}, proxies).mistakes,
              ElementsAre("https_proxy = 'socks5h://***@p:1' (environment variable HTTPS_PROXY): SOCKS proxies are not "
                          "supported"));
}

TEST(Settings, IgnoreTlsFilesThatNothingUses) {
  const Variables files{{"OTEL_EXPORTER_OTLP_CERTIFICATE", "/none.pem"}, {"OTEL_EXPORTER_OTLP_CLIENT_KEY", "/k.pem"}};
  const auto unused = resolve_all({"--otlp-endpoint", "http://r"}, files);
  EXPECT_THAT(unused.mistakes, IsEmpty());
  EXPECT_EQ(unused.notes.size(), 3U);
  EXPECT_EQ(resolve_all({"--otlp-endpoint", "https://r"}, files).mistakes.size(), 3U);
}

TEST(Settings, ReportWrongTlsFilesTogetherWithAWrongEndpoint) {
  const Variables files{{"OTEL_EXPORTER_OTLP_CERTIFICATE", "/none.pem"}, {"OTEL_EXPORTER_OTLP_CLIENT_KEY", "/k.pem"}};
  for (const auto* protocol : {"httpbinary", "grpc"}) {
    const auto mistakes =
        resolve_all({"--otlp-protocol", protocol, "--otlp-endpoint", "https://r:99999"}, files).mistakes;
    ASSERT_THAT(mistakes, SizeIs(4)) << protocol;
    EXPECT_THAT(mistakes[0], HasSubstr("the port must be between 1 and 65535"));
    EXPECT_THAT(mistakes[1], HasSubstr("a key needs a certificate"));
    EXPECT_THAT(mistakes[2], HasSubstr("/none.pem"));
    EXPECT_THAT(mistakes[3], HasSubstr("/k.pem"));
  }
  EXPECT_THAT(resolve_all({"--otlp-endpoint", "http://r:99999"}, files).mistakes, SizeIs(1))
      << "nothing would use them";
}

TEST(Variables, ThatAreMisspeltGiveWarnings) {
  const auto warnings = [](std::vector<std::string_view> names) { return misspelt_variables(names); };
  EXPECT_THAT(warnings({"PATH", "CSPY_METRICS", "CSPY_CONFIG", "CSPY_OLTP_PROTO", "SPY_METRICS"}), IsEmpty());
  EXPECT_THAT(warnings({"CSPY_OTLP_ENDPONT", "CSPY_OTLP_EXPORT_INTERVAL", "cspy_metrics", "CSPY_CONFIG_FILE",
                        "CSPY_SOMETHING_OF_MINE"}),
              ElementsAre("the environment variable CSPY_OTLP_ENDPONT is unknown: did you mean CSPY_OTLP_ENDPOINT?",
                          "the environment variable CSPY_OTLP_EXPORT_INTERVAL is unknown: did you mean "
                          "CSPY_OTLP_INTERVAL?",
                          "the environment variable cspy_metrics is unknown: did you mean CSPY_METRICS?",
                          "the environment variable CSPY_CONFIG_FILE is unknown",
                          "the environment variable CSPY_SOMETHING_OF_MINE is unknown"));
  EXPECT_EQ(warnings(std::vector<std::string_view>(1'000, "CSPY_X")).size(), limits::variable_warnings_max);
  const auto long_name = "CSPY_" + std::string(100'000, 'X');
  EXPECT_LT(warnings({long_name}).at(0).size(), 200U);
}

TEST(Variables, OfAKubernetesServiceGiveNoWarnings) {
  EXPECT_THAT(misspelt_variables(std::vector<std::string_view>{
                  "CSPY_SERVICE_HOST", "CSPY_SERVICE_PORT", "CSPY_SERVICE_PORT_HTTP", "CSPY_PORT", "CSPY_PORT_8080_TCP",
                  "CSPY_PORT_8080_TCP_PROTO", "CSPY_PORT_8080_TCP_PORT", "CSPY_PORT_8080_TCP_ADDR"}),
              IsEmpty());
  EXPECT_THAT(misspelt_variables(std::vector<std::string_view>{"CSPY_PORTS", "CSPY_SERVICES"}), SizeIs(2));
}

TEST(Variables, ThatAreSimilarToKnownOnesComeFirst) {
  std::vector<std::string_view> names(limits::variable_warnings_max, "CSPY_SOMETHING_OF_MINE");
  names.emplace_back("CSPY_METRCS");
  const auto warnings = misspelt_variables(names);
  EXPECT_THAT(warnings, SizeIs(limits::variable_warnings_max));
  EXPECT_EQ(warnings[0], "the environment variable CSPY_METRCS is unknown: did you mean CSPY_METRICS?");
  EXPECT_EQ(warnings[1], "the environment variable CSPY_SOMETHING_OF_MINE is unknown");
}

TEST(Settings, ReportOptionsThatNeedEachOther) {
  EXPECT_THAT(resolve_all({"--otlp-client-key", "/k.pem", "--otlp-endpoint", "https://r"}, {}).mistakes,
              ElementsAre("otlp_client_key = '/k.pem' (command line --otlp-client-key): a key needs a certificate: "
                          "set otlp_client_certificate",
                          "otlp_client_key = '/k.pem' (command line --otlp-client-key): No such file or directory"));
  EXPECT_THAT(resolve_all({"--otlp-protocol", "grpc", "--otlp-endpoint", "http://"}, {}).mistakes,
              ElementsAre(HasSubstr("otlp_endpoint = 'http://'")));
}

TEST(Settings, SelectTheLabelsOfContainers) {
  const auto defaults = resolve_all({}, {}).options;
  EXPECT_TRUE(defaults.label_rules.take_label("com.docker.compose.project"));
  EXPECT_FALSE(defaults.label_rules.any_variable());
  const auto options = resolve_all({"--container-labels", "-com.docker.*"}, {{"CSPY_CONTAINER_ENV", "REGION"}}).options;
  EXPECT_FALSE(options.label_rules.take_label("com.docker.compose.project"));
  EXPECT_TRUE(options.label_rules.take_label("team"));
  EXPECT_TRUE(options.label_rules.take_variable("REGION"));
  EXPECT_THAT(resolve_all({}, {}, "{container_labels: 'a,-', container_env: '-SECRET'}").mistakes,
              ElementsAre("container_labels = 'a,-' (c.json, line 1, column 20): nothing follows '-'",
                          "container_env = '-SECRET' (c.json, line 1, column 42): the list starts with a removal, but "
                          "there is nothing to remove yet: first name what to include"));
}

TEST(Settings, CoverSizesStoppedContainersAndMounts) {
  const auto defaults = resolve_all({}, {}).options;
  EXPECT_FALSE(defaults.all_containers);
  EXPECT_FALSE(defaults.disk_usage);
  EXPECT_EQ(defaults.disk_usage_interval, std::chrono::milliseconds{300'000});
  EXPECT_EQ(defaults.cgroup_root, "");
  EXPECT_FALSE(defaults.cgroup_all);
  EXPECT_EQ(defaults.proc_root, "");
  const auto options =
      resolve_all({"--all-containers", "true", "--cgroup-root", "none"}, {{"CSPY_DISK_USAGE", "true"},
                                                                          {"CSPY_DISK_USAGE_INTERVAL", "10000"},
                                                                          {"CSPY_CGROUP_ALL", "true"},
                                                                          {"CSPY_PROC_ROOT", "/rootfs/proc"}})
          .options;
  EXPECT_TRUE(options.all_containers);
  EXPECT_TRUE(options.disk_usage);
  EXPECT_EQ(options.disk_usage_interval, std::chrono::milliseconds{10'000});
  EXPECT_EQ(options.cgroup_root, "none");
  EXPECT_TRUE(options.cgroup_all);
  EXPECT_EQ(options.proc_root, "/rootfs/proc");
  EXPECT_THAT(resolve_all({"--disk-usage-interval", "1000"}, {{"CSPY_DISK_USAGE", "often"}}).mistakes,
              ElementsAre("disk_usage = 'often' (environment variable CSPY_DISK_USAGE): expected one of true, false",
                          "disk_usage_interval = '1000' (command line --disk-usage-interval): expected a duration from "
                          "10s to 1d, such as 10s or 1m30s"));
}

TEST(Settings, TakeDurationsAndSizesWithUnits) {
  const auto resolved = resolve_all({"--queue-limit", "512KiB", "--otlp-timeout=0"},
                                    {{"CSPY_OTLP_INTERVAL", "1m30s"}, {"CSPY_OTLP_EXPORT_TIMEOUT", "500ms"}},
                                    "{queue_age: '1h', disk_usage_interval: 20000}");
  EXPECT_THAT(resolved.mistakes, IsEmpty());
  EXPECT_EQ(resolved.options.queue_limit, 512U * 1024);
  EXPECT_EQ(resolved.options.otlp_timeout, std::chrono::milliseconds{0});
  EXPECT_EQ(resolved.options.otlp_export_interval, std::chrono::seconds{90});
  EXPECT_EQ(resolved.options.otlp_export_timeout, std::chrono::milliseconds{500});
  EXPECT_EQ(resolved.options.queue_age, std::chrono::hours{1});
  EXPECT_EQ(resolved.options.disk_usage_interval, std::chrono::seconds{20});
  EXPECT_THAT(
      resolve_all({"--queue-limit", "5GiB"}, {{"CSPY_QUEUE_AGE", "-1s"}}, "{otlp_timeout: 1.5}").mistakes,
      ElementsAre("otlp_timeout = '1.5' (c.json, line 1, column 16): expected a duration from 0s to 1h, such as "
                  "10s or 1m30s: a fraction",
                  "queue_limit = '5GiB' (command line --queue-limit): expected a size from 64KiB to 4GiB, such "
                  "as 512KiB or 32MiB",
                  "queue_age = '-1s' (environment variable CSPY_QUEUE_AGE): expected a duration from 1s to "
                  "30d, such as 10s or 1m30s: a negative number"));
}

TEST(Settings, ReadTheVariablesOfOpenTelemetryAsMilliseconds) {
  const auto resolved =
      resolve_all({}, {{"OTEL_METRIC_EXPORT_INTERVAL", "10s"}, {"OTEL_METRIC_EXPORT_TIMEOUT", "7000"}});
  EXPECT_EQ(resolved.options.otlp_export_interval, std::chrono::minutes{1}) << "the default";
  EXPECT_EQ(resolved.options.otlp_export_timeout, std::chrono::seconds{7});
  EXPECT_THAT(resolved.warnings,
              ElementsAre("otlp_export_interval = '10s' (environment variable OTEL_METRIC_EXPORT_INTERVAL): expected "
                          "a whole number of milliseconds from 100 to 86400000; the variable is ignored"));
}

TEST(Settings, ReportAllMistakesAtOnce) {
  const auto resolved =
      resolve_all({"--log-level", "loud"}, {{"CSPY_OTLP_INTERVAL", "1e3"}, {"CSPY_OTLP_ENDPOINT", "localhost:4318"}},
                  "{log_format: 'xml'}");
  EXPECT_THAT(resolved.mistakes,
              ElementsAre("otlp_export_interval = '1e3' (environment variable CSPY_OTLP_INTERVAL): expected a duration "
                          "from 100ms to 1d, such as 10s or 1m30s: unknown unit 'e' (known: d, h, m, s, ms)",
                          "log_level = 'loud' (command line --log-level): expected one of error, warn, info, debug",
                          "log_format = 'xml' (c.json, line 1, column 14): expected one of logfmt, json",
                          "otlp_endpoint = 'localhost:4318' (environment variable CSPY_OTLP_ENDPOINT): not a URL: "
                          "expected http://HOST[:PORT][/PATH]"));
}

}  // namespace
}  // namespace cspy::app
