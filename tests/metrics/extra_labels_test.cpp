#include "metrics/extra_labels.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace cspy::metrics {
namespace {

TEST(ExtraLabelList, HasNamesAndPercentEncodedValues) {
  EXPECT_EQ(parse_extra_labels(""), KeyValues{});
  EXPECT_EQ(parse_extra_labels(" env = prod , host=a%2Cb=c,_x9=k\xC3\xA4se,"),
            (KeyValues{{"env", "prod"}, {"host", "a,b=c"}, {"_x9", "k\xC3\xA4se"}}));
}

TEST(ExtraLabelList, SaysWhatIsWrong) {
  const std::string name_rule{
      " is not the name of a label: expected letters, digits and '_', and neither a digit nor '__' first"};
  std::string many;
  for (int i = 0; i < 17; ++i)
    many += "l" + std::to_string(i) + "=v,";
  const std::vector<std::pair<std::string, std::string>> invalid{
      {"env", "'env' has no '=': expected NAME=VALUE[,NAME=VALUE...]"},
      {"=prod", "''" + name_rule},
      {"__name__=x", "'__name__'" + name_rule},
      {"9lives=x", "'9lives'" + name_rule},
      {"a-b=x", "'a-b'" + name_rule},
      {"a.b=x", "'a.b'" + name_rule},
      {"k\xC3\xA4se=x", "'k\xC3\xA4se'" + name_rule},
      {"%61=x", "'%61'" + name_rule},
      {"env=", "env has no value"},
      {"env=%", "the value of env is not percent-encoded UTF-8: write '%' as %25"},
      {"env=%FF", "the value of env is not percent-encoded UTF-8: write '%' as %25"},
      {"env=a,env=b", "env is there twice"},
      {"env=" + std::string(257, 'x'), "the name or the value of env is longer than 256 bytes"},
      {std::string(257, 'x') + "=v",
       "the name or the value of xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx is longer "
       "than 256 bytes"},
      {many, "there are more than 16 labels"},
  };
  for (const auto& [list, expected] : invalid) {
    const auto labels = parse_extra_labels(list);
    ASSERT_FALSE(labels) << list;
    EXPECT_EQ(labels.error().message, expected) << list;
  }
}

}  // namespace
}  // namespace cspy::metrics
