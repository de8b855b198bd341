#include "base/log.hpp"

#include <gtest/gtest.h>

namespace cspy {
namespace {

UnixNanos fixed_clock() {
  return 1'795'398'873'327'522'000;
}

std::string line_of(LogFormat format, std::string_view message, Log::Fields fields) {
  std::string out;
  Log log{LogLevel::info, format, [&](std::string_view line) { return out.append(line), true; }, fixed_clock};
  log.warn(message, fields);
  return out;
}

TEST(Log, WritesLogfmt) {
  EXPECT_EQ(line_of(LogFormat::logfmt, "engine lost",
                    {{"error", "connect: Connection refused"}, {"tries", "3"}, {"empty", ""}}),
            "time=2026-11-23T01:54:33.327Z level=warn msg=\"engine lost\" error=\"connect: Connection refused\" "
            "tries=3 empty=\"\"\n");
}

TEST(Log, WritesJson) {
  EXPECT_EQ(
      line_of(LogFormat::json, "a \"b\"", {{"path", "C:\\x\n"}}),
      "{\"time\":\"2026-11-23T01:54:33.327Z\",\"level\":\"warn\",\"msg\":\"a \\\"b\\\"\",\"path\":\"C:\\\\x\\n\"}\n");
}

TEST(Log, KeepsALineALineWhateverAPeerSends) {
  const auto line = line_of(LogFormat::logfmt, "x", {{"v", "a=b\nlevel=error \x1b[2J\xFF"}});
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_EQ(line, "time=2026-11-23T01:54:33.327Z level=warn msg=x v=\"a=b\\nlevel=error \\u001b[2J\xEF\xBF\xBD\"\n");
}

TEST(Log, BoundsValues) {
  EXPECT_LT(line_of(LogFormat::json, "x", {{"v", std::string(100'000, 'y')}}).size(), 1'200U);
}

TEST(Log, LeavesOutWhatIsBelowTheLevel) {
  std::size_t lines = 0;
  Log log{LogLevel::warn, LogFormat::logfmt, [&](std::string_view) { return ++lines > 0; }, fixed_clock};
  log.info("no");
  log.debug("no");
  log.warn("yes");
  log.error("yes");
  EXPECT_EQ(lines, 2U);
}

TEST(Log, CountsTheLinesThatAreLostAndSaysSoBeforeTheNextOne) {
  std::string out;
  bool stuck = false;
  Log log{LogLevel::error, LogFormat::logfmt,
          [&](std::string_view line) { return !stuck && !out.append(line).empty(); }, fixed_clock};
  log.error("one");
  stuck = true;
  for (int i = 0; i < 3; ++i)
    log.error("lost");
  log.info("below the level");
  stuck = false;
  log.error("two");
  log.error("three");
  EXPECT_EQ(out,
            "time=2026-11-23T01:54:33.327Z level=error msg=one\n"
            "time=2026-11-23T01:54:33.327Z level=warn msg=\"dropped log lines: they could not be written at once\" "
            "dropped=3\n"
            "time=2026-11-23T01:54:33.327Z level=error msg=two\n"
            "time=2026-11-23T01:54:33.327Z level=error msg=three\n");
}

}  // namespace
}  // namespace cspy
