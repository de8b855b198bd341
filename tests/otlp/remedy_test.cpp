#include "otlp/remedy.hpp"

#include <gtest/gtest.h>

namespace cspy::otlp {
namespace {

std::string at(std::uint16_t port, std::string path, unsigned status = 404, std::string_view said = {},
               std::string_view location = {}) {
  return http_remedy({Endpoint::Kind::tcp, "h", port, std::move(path)}, status, said, location);
}

TEST(HttpRemedy, NamesTheLikelyPath) {
  constexpr std::string_view check{"check the path of otlp_endpoint: "};
  const std::string should{std::string{check} + "it should probably be "};
  const std::string prometheus{std::string{check} +
                               "Prometheus expects http://h:9090/api/v1/otlp/v1/metrics and needs the flag "
                               "--web.enable-otlp-receiver"};
  EXPECT_EQ(at(4318, "/"), should + "http://h:4318/v1/metrics");
  EXPECT_EQ(at(4318, "/metrics?x=1"), should + "http://h:4318/v1/metrics");
  EXPECT_EQ(at(80, "/write"), should + "http://h/v1/metrics");
  EXPECT_EQ(at(9090, "/api/v1/otlp"), should + "http://h:9090/api/v1/otlp/v1/metrics");
  EXPECT_EQ(at(9090, "/api/v1/otlp/"), should + "http://h:9090/api/v1/otlp/v1/metrics");
  EXPECT_EQ(at(8080, "/otlp"), should + "http://h:8080/otlp/v1/metrics");
  EXPECT_EQ(at(8428, "/opentelemetry"), should + "http://h:8428/opentelemetry/v1/metrics");
  EXPECT_EQ(at(9090, "/v1/metrics"), prometheus);
  EXPECT_EQ(at(9090, "/"), prometheus);
  EXPECT_EQ(at(8080, "/v1/metrics"),
            std::string{check} +
                "Mimir expects /otlp/v1/metrics, VictoriaMetrics /opentelemetry/v1/metrics, Prometheus "
                "/api/v1/otlp/v1/metrics (with the flag --web.enable-otlp-receiver)");
  EXPECT_EQ(at(9090, "/api/v1/otlp/v1/metrics"),
            "check the path of otlp_endpoint; Prometheus needs the flag --web.enable-otlp-receiver");
}

TEST(HttpRemedy, CompletesARedirect) {
  EXPECT_EQ(at(80, "/v1/metrics", 307, "", "https://h/v1/metrics"),
            "redirects are not followed: set otlp_endpoint to https://h/v1/metrics");
  EXPECT_EQ(at(4318, "/v1/metrics", 301, "", "/new"),
            "redirects are not followed: set otlp_endpoint to http://h:4318/new");
  EXPECT_EQ(at(4318, "/v1/metrics", 304), "");
}

TEST(HttpRemedy, KnowsPrometheusComplaintsAboutTime) {
  // The texts of prometheus/storage and tsdb.
  for (const auto* said : {"out of order sample", "too old sample", "Out of bounds", "duplicate sample for timestamp",
                           "err-mimir-sample-out-of-order"})
    EXPECT_TRUE(at(9090, "/", 400, said).contains("out_of_order_time_window: 30m")) << said;
  EXPECT_EQ(at(9090, "/", 400, "invalid temporality"), "");
}

TEST(HttpRemedy, NamesTheOption) {
  EXPECT_TRUE(at(4318, "/", 401).contains("set otlp_headers or otlp_headers_file"));
  EXPECT_TRUE(at(4318, "/", 403).contains("set otlp_headers or otlp_headers_file"));
  EXPECT_TRUE(at(4318, "/", 405).contains("otlp_endpoint"));
  EXPECT_TRUE(at(4318, "/", 407).contains("proxy"));
  EXPECT_TRUE(at(4318, "/", 413).contains("limit"));
  EXPECT_TRUE(at(4318, "/", 415).contains("otlp_protocol"));
  EXPECT_EQ(at(4318, "/", 503), "");
}

}  // namespace
}  // namespace cspy::otlp
