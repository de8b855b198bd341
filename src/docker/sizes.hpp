// The disk space of containers, images, volumes and the build cache, as the engine counts it.
//
// The sizes come from /containers/json?size=1 and /system/df. Engines walk through directories to answer, and the
// answers have three shapes. Both are read as they arrive: with thousands of containers they are megabytes long.
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

/// Sizes of one container, in bytes.
struct Sizes {
  std::uint64_t writable = 0;  ///< bytes written on top of its image (SizeRw)
  std::uint64_t root_fs = 0;   ///< these and the image together (SizeRootFs)
  bool operator==(const Sizes&) const = default;
};

/// Totals of all objects of one type. Absent: the engine does not report it.
struct Usage {
  Count objects, bytes;
  Count reclaimable_bytes;  ///< of unused objects
  bool operator==(const Usage&) const = default;
};

struct Totals {
  Usage images;
  Usage containers;  ///< absent unless stopped containers were counted too
  Usage volumes;
  Usage build_cache;
  bool operator==(const Totals&) const = default;
};

struct DiskReport {
  std::map<std::string, Sizes, std::less<>> containers;  ///< by id
  Totals totals;
};

/// The requests that get all sizes, without the API version. Empty: no request is needed. Before API 1.42, and with
/// Podman, /system/df lists each container anyway. Asking for the list too would make the engine walk through all of
/// them a second time.
struct DiskQuestions {
  std::string list;
  std::string usage;
  bool operator==(const DiskQuestions&) const = default;
};
/// `usage_refused`: the engine refuses /system/df.
[[nodiscard]] DiskQuestions disk_questions(const Engine& engine, Which which, bool usage_refused);

class DiskReportReader {
 public:
  enum class Answer : std::uint8_t {
    list_of_running,  ///< to /containers/json?size=1
    list_of_all,      ///< the same with all=1
    usage,            ///< to /system/df
  };

  explicit DiskReportReader(Answer answer);
  DiskReportReader(const DiskReportReader&) = delete;
  DiskReportReader& operator=(const DiskReportReader&) = delete;

  [[nodiscard]] Result<void> feed(std::string_view part) { return reader_.feed(part); }
  [[nodiscard]] Result<DiskReport> finish();

  /// The object that is being read. Public for the schema only. A number of -1 means that the engine does not know it.
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

/// Adds the values that container_fs_* show. `device` holds the container's layer and may be empty.
void add_sizes(metrics::Sample& sample, const Sizes& sizes, std::string_view device);
/// Adds the values that containerspy_engine_disk_* show.
void add_totals(metrics::Sample& sample, const Totals& totals);

}  // namespace cspy::docker
