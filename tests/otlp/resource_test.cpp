#include "otlp/resource.hpp"

#include <gtest/gtest.h>

#include "base/version.hpp"

namespace cspy::otlp {
namespace {

const std::string our_version{version()};

TEST(Resource, NamesTheAgentAndTheEnginesHost) {
  EXPECT_EQ(resource_of({.host = "node1", .service_name = {}, .instance_id = {}, .attributes = {}}),
            (KeyValues{{"service.name", "containerspy"},
                       {"service.version", our_version},
                       {"service.instance.id", "node1"},
                       {"host.name", "node1"}}));
}

TEST(Resource, TakesTheUsersAttributesAndTheirOwnSettingsFirst) {
  const KeyValues given{{"service.name", "a"},
                        {"service.instance.id", "i"},
                        {"host.name", "h"},
                        {"service.version", "9"},
                        {"deployment.environment", "lab"}};
  EXPECT_EQ(resource_of({.host = "node1", .service_name = {}, .instance_id = {}, .attributes = given}),
            (KeyValues{{"service.name", "a"},
                       {"service.version", our_version},
                       {"service.instance.id", "i"},
                       {"host.name", "h"},
                       {"deployment.environment", "lab"}}));
  const auto own = resource_of({.host = "node1", .service_name = "b", .instance_id = "j", .attributes = given});
  EXPECT_EQ(own[0].second, "b");
  EXPECT_EQ(own[2].second, "j");
}

}  // namespace
}  // namespace cspy::otlp
