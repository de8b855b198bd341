// zlib must decompress our output to the same bytes.
#include "base/gzip.hpp"

#include <gtest/gtest.h>

#include <random>

#include "tests/support/gunzip.hpp"

namespace cspy {
namespace {

std::string noise(std::size_t bytes) {
  std::minstd_rand random{7};  // NOLINT(bugprone-random-generator-seed): the same bytes each time
  std::string text(bytes, '\0');
  for (char& c : text)
    c = static_cast<char>(random() >> 8U);
  return text;
}

TEST(Gzip, GivesBackEachRequestOfARow) {
  Gzip gzip;
  for (const auto& bytes : {std::string(200'000, 'a'), std::string{}, noise(100'000), std::string("short"), noise(1)})
    EXPECT_EQ(test::gunzip(std::string{gzip.compress(bytes)}), bytes) << bytes.size() << " bytes";
}

TEST(Gzip, MakesWhatRepeatsSmallAndWhatDoesNotHardlyLarger) {
  Gzip gzip;
  std::string labels;
  for (int i = 0; i < 1'000; ++i)
    labels.append("container_label_com_docker_compose_service=web;value=").append(std::to_string(i));
  EXPECT_LT(gzip.compress(labels).size() * 10, labels.size());
  EXPECT_LT(gzip.compress(noise(100'000)).size(), 100'200U);
}

TEST(GzipStream, GivesBackATextOfPieces) {
  const auto random = noise(50'000);
  for (const std::size_t step : {std::size_t{1}, std::size_t{777}, std::size_t{30'000}}) {
    GzipStream stream;
    std::string text, compressed{"before"};
    for (std::size_t at = 0; at < random.size(); at += step) {
      const auto piece = random.substr(at, step) + std::string(step, 'a');
      stream.write(piece, compressed);
      text.append(piece);
    }
    stream.write({}, compressed);
    stream.finish(compressed);
    ASSERT_TRUE(compressed.starts_with("before"));
    EXPECT_TRUE(test::gunzip(compressed.substr(6)) == text) << "pieces of " << step << " bytes";
  }
}

TEST(GzipStream, GivesBackNothing) {
  GzipStream stream;
  std::string compressed;
  stream.finish(compressed);
  EXPECT_EQ(test::gunzip(compressed), "");
}

}  // namespace
}  // namespace cspy
