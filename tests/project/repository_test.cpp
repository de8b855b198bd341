// The rules of the house that a machine can check.
#include <fmt/format.h>
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
    {"serve", {"base", "metrics", "net"}},
    {"json5", {"base"}},
    {"app", {"base", "json5", "metrics", "net", "docker", "host", "otlp", "queue", "serve"}},
};

/// Where the headers of a third-party library may be included: its files, with the reason where they are more than two.
const std::map<std::string, std::set<std::string>> libraries{
    // Headers that name only a coroutine, a timer or the loop; sockets stay in stream, http1 and http2,
    // and in the server's connection and server.
    {"boost/asio/",
     {"net/task.hpp", "net/clock.hpp", "net/clock.cpp", "net/context.hpp", "net/context.cpp", "net/dial.hpp",
      "net/dial.cpp", "net/stream.hpp", "net/stream.cpp", "net/http1.cpp", "net/http2.cpp", "net/asio.cpp",
      "docker/watch.cpp", "serve/request_reader.cpp", "serve/connection.cpp", "serve/server.cpp", "app/loop.hpp",
      "app/daemon.hpp", "app/daemon.cpp"}},
    // The client parses answers, the server parses requests.
    {"boost/beast/", {"net/http1.cpp", "net/asio.cpp", "serve/request_reader.cpp"}},
    {"boost/system/", {"net/stream.hpp"}},
    {"nghttp2/", {"net/http2.cpp"}},
    {"openssl/", {"net/tls.cpp", "net/stream.cpp"}},
    {"boost/json/", {"base/json_reader.cpp"}},
    {"boost/pfr/", {"queue/round_record_write.cpp"}},
    // types.hpp only, for the tag type of the field numbers.
    {"protozero/",
     {"otlp/fields.hpp", "otlp/encode_protobuf.cpp", "otlp/response.cpp", "otlp/grpc.cpp", "queue/record_fields.hpp",
      "queue/round_record_write.cpp", "queue/round_record_read.cpp"}},
    {"CLI/", {"app/command_line.cpp"}},
    {"zlib.h", {"base/gzip.cpp", "queue/journal_format.cpp"}},
};

/// Libraries that each source may include, but no header: what includes a header would include them too.
const std::set<std::string> libraries_of_sources{"fmt/"};

/// Headers of the system, whose files are not listed.
const std::set<std::string> system_folders{"arpa", "linux", "net", "netinet", "sys"};

struct OwnBound {
  std::string file, name, reason;
};

/// Constants named _max or _min that do not belong in base/limits.hpp, each with its reason.
const std::vector<OwnBound> own_bounds{
    {"app/host_side.cpp", "searches_without_result_max", "attempts, which cost nothing but time"},
    {"app/option_values.cpp", "bytes_max", "syntax of a setting"},
    {"app/resolve.hpp", "quote_bytes_max", "length of a quotation in a message"},
    {"base/endpoint.cpp", "sun_path_max", "the kernel's sockaddr_un"},
    {"base/key_values.cpp", "key_bytes_max", "syntax of a setting"},
    {"base/log.cpp", "value_bytes_max", "length of a quotation in a log line"},
    {"docker/client.cpp", "map_bytes_max", "the kernel's uid_map, which has at most 340 lines"},
    {"docker/list.cpp", "names_max", "names of one container, from a list that is bounded"},
    {"host/block_devices.cpp", "known_max", "devices of one kernel, which is trusted"},
    {"host/cgroup_text.cpp", "shown_max", "from where on cAdvisor takes a number for no limit"},
    {"host/cgroup_reader.cpp", "files_max", "files of one cgroup of the kernel, which is trusted"},
    {"host/cgroup_reader.cpp", "size_bytes_max", "the kernel's names of huge pages"},
    {"host/cgroup_v2.cpp", "weight_max", "the kernel's range of cpu.weight"},
    {"host/machine.cpp", "id_bytes_max", "the ids of one file, which is bounded"},
    {"host/mount.cpp", "part_bytes_max", "the kernel's longest path, escaped"},
    {"json5/number.cpp", "exponent_max", "arithmetic that must not overflow"},
    {"json5/parse.cpp", "quoted_bytes_max", "length of a quotation in a message; json5 knows no limits of the agent"},
    {"json5/parse.hpp", "depth_max", "json5 knows no limits of the agent"},
    {"metrics/catalogue.hpp", "own_labels_max", "size of a table that is checked at compile time"},
    {"metrics/interfaces.cpp", "prefix_bytes_max", "length of constants beside it"},
    {"metrics/labels.hpp", "part_bytes_max", "lengths are kept in 16 bits"},
    {"metrics/selection.hpp", "rows_max", "size of a table that is checked at compile time"},
    {"otlp/grpc.cpp", "nanos_max", "google.protobuf.Duration"},
    {"otlp/grpc.cpp", "seconds_max", "google.protobuf.Duration"},
    {"otlp/grpc.cpp", "value_max", "gRPC's format of a timeout"},
    {"queue/journal_format.hpp", "segment_bytes_min", "format of the queue's files"},
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

/// Whether the include is of a library, rather than of this repository, the system or the language.
bool is_third_party(const std::string& include) {
  const auto folder = first_part(include);
  return include.contains('/') && !layers.contains(folder) && !system_folders.contains(folder);
}

TEST(Repository, ThirdPartyHeadersStayInTheirFiles) {
  for (const auto& file : source_files(root / "src")) {
    const auto relative = fs::relative(file, root / "src").string();
    for (const auto& include : includes_of(file)) {
      bool listed = !is_third_party(include);
      for (const auto& [prefix, files] : libraries) {
        if (!include.starts_with(prefix)) continue;
        listed = true;
        EXPECT_TRUE(files.contains(relative)) << relative << " includes " << include;
      }
      for (const auto& prefix : libraries_of_sources) {
        if (!include.starts_with(prefix)) continue;
        listed = true;
        EXPECT_EQ(file.extension(), ".cpp") << relative << " includes " << include << ", which no header may";
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

TEST(Repository, FilesAreShort) {
  // A proxy for "one file, one subject", which only a reader can check.
  constexpr std::ptrdiff_t lines_max = 400;
  for (const auto& file : source_files(root / "src")) {
    const auto text = read_source(fs::relative(file, root).string());
    EXPECT_LE(std::ranges::count(text, '\n'), lines_max) << file << " is longer than " << lines_max << " lines";
  }
}

TEST(Repository, DurationsAreNamedInOnePlace) {
  static const std::regex duration{R"re(\b\d+(ms|min|h|s)\b\s*[;,)}])re"};
  for (const auto& file : source_files(root / "src")) {
    if (file.filename() == "limits.hpp") continue;
    const auto text = read_source(fs::relative(file, root).string());
    EXPECT_FALSE(std::regex_search(text, duration)) << file << " has a duration that is not in base/limits.hpp";
  }
}

/// Names of the constants called _max or _min that have a number of their own, rather than one from base/limits.hpp.
std::set<std::string> bounds_of(const fs::path& file) {
  static const std::regex bound{
      R"re(\bconst(?:expr)?\s+(?:auto|double|int|unsigned|std::u?int\d+_t|std::size_t)\s+(\w+_(?:max|min))\s*[={]([^;]*);)re"};
  const auto text = read_source(fs::relative(file, root).string());
  std::set<std::string> names;
  for (auto i = std::sregex_iterator{text.begin(), text.end(), bound}; i != std::sregex_iterator{}; ++i) {
    const auto value = (*i)[2].str();
    if (value.find_first_of("0123456789") != std::string::npos && !value.contains("limits::")) names.insert((*i)[1]);
  }
  return names;
}

TEST(Repository, BoundsAreNamedInOnePlaceOrHaveAReason) {
  std::set<std::string> found;
  for (const auto& file : source_files(root / "src")) {
    if (file.filename() == "limits.hpp") continue;
    const auto relative = fs::relative(file, root / "src").string();
    for (const auto& name : bounds_of(file))
      found.insert(fmt::format("{}: {}", relative, name));
  }
  std::set<std::string> listed;
  for (const auto& bound : own_bounds)
    listed.insert(fmt::format("{}: {}", bound.file, bound.name));
  for (const auto& bound : found)
    EXPECT_TRUE(listed.contains(bound)) << bound << " belongs in base/limits.hpp, or in own_bounds with its reason";
  for (const auto& bound : listed)
    EXPECT_TRUE(found.contains(bound)) << bound << " is gone: take it off own_bounds";
}

}  // namespace
}  // namespace cspy::test
