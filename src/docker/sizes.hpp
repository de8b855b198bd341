// What containers, images, volumes and the build cache take on disk, as the engine counts it.
//
// From /containers/json?size=1 and /system/df, which engines answer by walking through directories, and in three
// shapes. Both are read as they arrive: with thousands of containers they have megabytes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/count.hpp"
#include "base/error.hpp"
#include "base/json_reader.hpp"
#include "docker/engine.hpp"
#include "docker/which.hpp"
#include "metrics/sample.hpp"

namespace cspy::docker {

/// Of one container, in bytes.
struct Sizes {
  std::uint64_t writable = 0;  ///< what it has written over its image (SizeRw)
  std::uint64_t root_fs = 0;   ///< that and the image (SizeRootFs)
  bool operator==(const Sizes&) const = default;
};

/// Of all objects of one type. Absent is what the engine does not tell.
struct Usage {
  Count objects, bytes;
  Count reclaimable_bytes;  ///< of what nothing uses
  bool operator==(const Usage&) const = default;
};

struct Totals {
  Usage images;
  Usage containers;  ///< only where those that do not run were counted too
  Usage volumes;
  Usage build_cache;
  bool operator==(const Totals&) const = default;
};

struct DiskReport {
  std::map<std::string, Sizes, std::less<>> containers;  ///< by id
  Totals totals;
};

/// The questions to ask for all of it, without the version; empty: it need not be asked. Before API 1.42, and with
/// Podman, /system/df tells of each container, wanted or not: a list would walk through all of them a second time.
struct DiskQuestions {
  std::string list;
  std::string usage;
  bool operator==(const DiskQuestions&) const = default;
};
/// `usage_refused`: the engine does not answer /system/df.
[[nodiscard]] DiskQuestions disk_questions(const Engine& engine, Which which, bool usage_refused);

class DiskReportReader {
 public:
  enum class Answer : std::uint8_t {
    list_of_running,  ///< of /containers/json?size=1
    list_of_all,      ///< and all=1
    usage,            ///< of /system/df
  };

  explicit DiskReportReader(Answer answer);
  DiskReportReader(const DiskReportReader&) = delete;
  DiskReportReader& operator=(const DiskReportReader&) = delete;

  [[nodiscard]] Result<void> feed(std::string_view part) { return reader_.feed(part); }
  [[nodiscard]] Result<DiskReport> finish();

  /// What is being read; public for the schema only. Numbers may be -1: the engine does not know.
  struct Object {
    std::string id, state;
    std::optional<std::int64_t> size, shared_size, writable, root_fs, containers, references;
    bool in_use = false, shared = false;
  };
  struct Target {
    DiskReport report;
    Object object;
    std::optional<std::int64_t> layers_bytes;
    Totals summaries;  ///< the engine's own, since API 1.52
  };

 private:
  Answer answer_;
  Target target_;
  json::Reader reader_;
};

/// Adds what container_fs_* show of a container whose layer is on `device`, which may be empty.
void add_sizes(metrics::Sample& sample, const Sizes& sizes, std::string_view device);
/// Adds what containerspy_engine_disk_* show.
void add_totals(metrics::Sample& sample, const Totals& totals);

}  // namespace cspy::docker
