// A segment of the queue's directory: whatever it holds, the journal opens or says why not, and goes on.
#include "queue/journal.hpp"

#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkdtemp is POSIX

#include <cstdio>
#include <filesystem>
#include <map>
#include <string>

#include "queue/journal_format.hpp"
#include "tests/fuzz/input.hpp"

namespace {

using cspy::queue::Journal;

/// One directory for the whole run, emptied each time.
const std::string& directory() {
  static const std::string path = [] {
    std::string name = std::filesystem::temp_directory_path() / "containerspy-fuzz-XXXXXX";
    must(::mkdtemp(name.data()) != nullptr);
    return name;
  }();
  return path;
}

std::map<std::uint64_t, std::string> rounds(std::uint64_t& next, std::uint64_t append) {
  std::map<std::uint64_t, std::string> found;
  Journal::Recovery recovery;
  auto journal = Journal::open(directory(), 1024 * 1024, recovery);
  if (!journal) return found;
  must(journal
           ->read([&](std::uint64_t sequence, std::string_view payload, cspy::queue::Progress) {
             found[sequence] = payload;
           })
           .has_value());
  next = recovery.next_sequence;
  if (append != 0) must(journal->append(append, "round").has_value());
  return found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const auto& entry : std::filesystem::directory_iterator{directory()})
    std::filesystem::remove(entry.path());
  const auto path = directory() + "/" + cspy::queue::journal::segment_name(1);
  std::FILE* const file = std::fopen(path.c_str(), "wb");
  must(file != nullptr);
  must(std::fwrite(data, 1, size, file) == size);
  std::fclose(file);

  std::uint64_t next = 0;
  const auto before = rounds(next, 0);
  if (next == 0 || next + 1 == 0) return 0;  // refused: of another version, or numbered to the end
  const auto sequence = next;
  must(rounds(next, sequence) == before);
  auto expected = before;
  expected[sequence] = "round";
  must(rounds(next, 0) == expected);
  return 0;
}
