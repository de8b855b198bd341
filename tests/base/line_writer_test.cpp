// Readers that stop reading. A write that waited would hang the test.
#include "base/line_writer.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <functional>
#include <memory>
#include <string>

#include "base/file.hpp"
#include "tests/support/temp_dir.hpp"

namespace cspy {
namespace {

/// A line of 100 bytes with its number, and one that takes more than PIPE_BUF.
std::string line_of(int number) {
  auto line = std::to_string(number) + " ";
  return line.append(99 - line.size(), 'x').append("\n");
}
const std::string long_line = std::string(9'999, 'y') + "\n";

/// Two descriptors: what is written to one is read from the other.
struct Channel {
  UniqueFd reader, writer;
};

Channel make_pipe() {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  return {UniqueFd{ends[0]}, UniqueFd{ends[1]}};
}

Channel make_socket() {
  std::array<int, 2> ends{};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  return {UniqueFd{ends[0]}, UniqueFd{ends[1]}};
}

Channel make_terminal() {
  int controller = -1;
  int terminal = -1;
  EXPECT_EQ(::openpty(&controller, &terminal, nullptr, nullptr, nullptr), 0);
  return {UniqueFd{controller}, UniqueFd{terminal}};
}

/// What can be read now, with the line breaks of a file.
std::string take_all(const UniqueFd& reader) {
  EXPECT_EQ(::fcntl(reader.get(), F_SETFL, O_NONBLOCK), 0);
  std::string text;
  std::array<char, 4'096> part{};
  for (ssize_t size = 0; (size = ::read(reader.get(), part.data(), part.size())) > 0;)
    text.append(part.data(), static_cast<std::size_t>(size));
  std::erase(text, '\r');
  return text;
}

/// Makes it impossible to open the file behind `fd` while `body` runs: it has no permissions, and we are not root.
void without_permission(int fd, const std::function<void()>& body) {
  ASSERT_EQ(::fchmod(fd, 0), 0);
  const bool root = ::geteuid() == 0;
  if (root) ASSERT_EQ(::seteuid(65534), 0);
  body();
  if (root) ASSERT_EQ(::seteuid(0), 0);
}

int write_until_lost(LineWriter& writer) {
  int written = 0;
  while (written < 100'000 && writer.write(line_of(written)))
    ++written;
  return written;
}

struct Kind {
  std::string name;
  Channel (*make)();
  bool can_be_opened_again;
};

struct StuckReader : testing::TestWithParam<Kind> {
  [[nodiscard]] std::unique_ptr<LineWriter> writer_to(const Channel& channel) const {
    std::unique_ptr<LineWriter> writer;
    const auto make = [&] { writer = std::make_unique<LineWriter>(channel.writer.get()); };
    GetParam().can_be_opened_again ? make() : without_permission(channel.writer.get(), make);
    return writer;
  }
};

TEST_P(StuckReader, IsNotWaitedFor) {
  const auto channel = GetParam().make();
  const auto writer = writer_to(channel);
  const int written = write_until_lost(*writer);
  EXPECT_GT(written, 30) << "a reader that is only slow loses nothing";
  EXPECT_LT(written, 100'000);
  EXPECT_FALSE(writer->write(long_line));
}

TEST_P(StuckReader, GetsWholeLinesWhenItIsBack) {
  const auto channel = GetParam().make();
  const auto writer = writer_to(channel);
  const int written = write_until_lost(*writer);
  auto text = take_all(channel.reader);
  ASSERT_TRUE(writer->write("back\n"));
  text.append(take_all(channel.reader));
  std::string expected;
  for (int i = 0; i < written; ++i)
    expected.append(line_of(i));
  EXPECT_EQ(text, expected + "back\n");
}

TEST_P(StuckReader, SharesNoFlagWithOthers) {
  const auto channel = GetParam().make();
  const int before = ::fcntl(channel.writer.get(), F_GETFL);
  const auto writer = writer_to(channel);
  EXPECT_TRUE(writer->write("x\n"));
  EXPECT_EQ(::fcntl(channel.writer.get(), F_GETFL), before);
  EXPECT_EQ(before & O_NONBLOCK, 0);
}

TEST_P(StuckReader, GetsALongLineInPieces) {
  const auto channel = GetParam().make();
  const auto writer = writer_to(channel);
  ASSERT_TRUE(writer->write(long_line));
  auto text = take_all(channel.reader);
  for (int tries = 0; !text.ends_with("next\n") && tries < 1'000; ++tries) {
    if (writer->write("next\n")) text.append(take_all(channel.reader));
    text.append(take_all(channel.reader));
  }
  EXPECT_EQ(text, long_line + "next\n");
}

INSTANTIATE_TEST_SUITE_P(LineWriter, StuckReader,
                         testing::Values(Kind{"Pipe", make_pipe, true}, Kind{"PipeOfAnother", make_pipe, false},
                                         Kind{"Socket", make_socket, true}, Kind{"Terminal", make_terminal, true},
                                         Kind{"TerminalOfAnother", make_terminal, false}),
                         [](const auto& info) { return info.param.name; });

TEST(LineWriter, DoesNotWaitForAStoppedTerminal) {
  const auto terminal = make_terminal();
  LineWriter writer{terminal.writer.get()};
  ASSERT_TRUE(writer.write("one\n"));
  ASSERT_EQ(::tcflow(terminal.writer.get(), TCOOFF), 0);  // what ^S does
  EXPECT_FALSE(writer.write("lost\n"));
  ASSERT_EQ(::tcflow(terminal.writer.get(), TCOON), 0);
  EXPECT_TRUE(writer.write("two\n"));
  EXPECT_EQ(take_all(terminal.reader), "one\ntwo\n");
}

TEST(LineWriter, LosesLinesWithoutAReader) {
  std::signal(SIGPIPE, SIG_IGN);  // as the program does
  auto pipe = make_pipe();
  LineWriter writer{pipe.writer.get()};
  pipe.reader.reset();
  EXPECT_FALSE(writer.write("lost\n"));
  EXPECT_FALSE(LineWriter{-1}.write("lost\n"));
}

TEST(LineWriter, WritesToAFile) {
  const test::TempDir dir;
  const UniqueFd file{::open(dir.file("log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)};
  LineWriter writer{file.get()};
  EXPECT_TRUE(writer.write("one\n"));
  EXPECT_TRUE(writer.write(long_line));
  EXPECT_EQ(read_file(dir.file("log"), 100'000), "one\n" + long_line);
}

TEST(LineWriter, DoesNotWriteToAFileThatTookTheNumberOfAClosedOne) {
  const test::TempDir dir;
  auto file = UniqueFd{::open(dir.file("a").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)};
  const int number = file.get();
  file.reset();
  LineWriter writer{number};
  const UniqueFd other{::open(dir.file("b").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)};
  ASSERT_EQ(other.get(), number);
  EXPECT_FALSE(writer.write("x\n"));
}

}  // namespace
}  // namespace cspy
