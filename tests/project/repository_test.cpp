// The rules of the house that a machine can check.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "tests/support/data.hpp"

namespace cspy::test {
namespace {

namespace fs = std::filesystem;

const fs::path root{CSPY_SOURCE_DIR};

/// What a layer may include besides itself.
const std::map<std::string, std::set<std::string>> layers{
    {"base", {}},
    {"metrics", {"base"}},
    {"net", {"base"}},
    {"docker", {"base", "metrics", "net"}},
    {"host", {"base", "metrics", "net"}},
    {"queue", {"base", "metrics"}},
    {"otlp", {"base", "metrics", "net", "queue"}},
    {"json5", {"base"}},
    {"app", {"base", "json5", "metrics", "net", "docker", "host", "otlp", "queue"}},
};

/// Where the headers of a third-party library may be included: its files, with the reason where they are more than two.
const std::map<std::string, std::set<std::string>> libraries{
    // Headers that name only a coroutine, a timer or the loop; sockets stay in stream, http1 and http2.
    {"boost/asio/",
     {"net/task.hpp", "net/context.hpp", "net/context.cpp", "net/stream.hpp", "net/stream.cpp", "net/http1.cpp",
      "net/http2.cpp", "net/asio.cpp", "app/daemon.hpp", "app/daemon.cpp"}},
    {"boost/beast/", {"net/http1.cpp", "net/asio.cpp"}},
    {"boost/system/", {"net/stream.hpp"}},
    {"nghttp2/", {"net/http2.cpp"}},
    {"openssl/", {"net/tls.cpp", "net/stream.cpp"}},
    {"boost/json/", {"base/json_reader.cpp"}},
    // types.hpp only, for the tag type of the field numbers.
    {"protozero/",
     {"otlp/fields.hpp", "otlp/encode_protobuf.cpp", "otlp/response.cpp", "otlp/grpc.cpp", "queue/record_fields.hpp",
      "queue/round_record_write.cpp", "queue/round_record_read.cpp"}},
    {"CLI/", {"app/command_line.cpp"}},
};

std::vector<fs::path> source_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator{folder}) {
    const auto extension = entry.path().extension();
    if (extension == ".hpp" || extension == ".cpp") files.push_back(entry.path());
  }
  EXPECT_FALSE(files.empty()) << folder;
  return files;
}

std::vector<std::string> includes_of(const fs::path& file) {
  static const std::regex include{R"re(#include\s+["<]([^">]+)[">])re"};
  const auto text = read_source(fs::relative(file, root).string());
  std::vector<std::string> names;
  for (auto i = std::sregex_iterator{text.begin(), text.end(), include}; i != std::sregex_iterator{}; ++i)
    names.push_back((*i)[1]);
  return names;
}

std::string first_part(const std::string& path) {
  return path.substr(0, path.find('/'));
}

TEST(Repository, LayersIncludeOnlyWhatIsBelowThem) {
  for (const auto& file : source_files(root / "src")) {
    const auto relative = fs::relative(file, root / "src").string();
    if (!relative.contains('/')) continue;  // main.cpp is above all layers
    const auto layer = first_part(relative);
    ASSERT_TRUE(layers.contains(layer)) << relative << " is in no layer";
    for (const auto& include : includes_of(file)) {
      const auto target = first_part(include);
      if (!layers.contains(target) || !include.contains('/') || target == layer) continue;
      EXPECT_TRUE(layers.at(layer).contains(target)) << relative << " includes " << include;
    }
  }
}

TEST(Repository, ThirdPartyHeadersStayInTheirFiles) {
  for (const auto& file : source_files(root / "src")) {
    const auto relative = fs::relative(file, root / "src").string();
    for (const auto& include : includes_of(file)) {
      bool listed = !include.starts_with("boost/");
      for (const auto& [prefix, files] : libraries) {
        if (!include.starts_with(prefix)) continue;
        listed = true;
        EXPECT_TRUE(files.contains(relative)) << relative << " includes " << include;
      }
      EXPECT_TRUE(listed) << relative << " includes " << include << ", of a library that has no files here";
    }
  }
}

TEST(Repository, EveryFileOfTheListsExists) {
  for (const auto& [prefix, files] : libraries) {
    for (const auto& file : files)
      EXPECT_TRUE(fs::exists(root / "src" / file)) << file;
  }
}

TEST(Repository, EveryHeaderSaysWhatItIsFor) {
  for (const auto& file : source_files(root / "src")) {
    if (file.extension() != ".hpp") continue;
    const auto text = read_source(fs::relative(file, root).string());
    EXPECT_TRUE(text.starts_with("// ")) << file << " has no comment at its top";
    EXPECT_TRUE(text.contains("#pragma once")) << file;
  }
}

TEST(Repository, NoFileHasTwoJobs) {
  constexpr std::ptrdiff_t lines_max = 400;
  for (const auto& file : source_files(root / "src")) {
    const auto text = read_source(fs::relative(file, root).string());
    EXPECT_LE(std::ranges::count(text, '\n'), lines_max) << file << " is too long to be about one thing";
  }
}

TEST(Repository, LimitsAreNamedInOnePlace) {
  // Durations and sizes of the agent's behaviour are in base/limits.hpp; a literal elsewhere escapes review.
  static const std::regex duration{R"re(\b\d+(ms|min|h|s)\b\s*[;,)}])re"};
  for (const auto& file : source_files(root / "src")) {
    if (file.filename() == "limits.hpp") continue;
    const auto text = read_source(fs::relative(file, root).string());
    EXPECT_FALSE(std::regex_search(text, duration)) << file;
  }
}

}  // namespace
}  // namespace cspy::test
