// A cgroup tree and a /proc in a directory of the test's, of version 2 unless the test adds more files.
#pragma once

#include <filesystem>
#include <string>

#include "tests/support/data.hpp"
#include "tests/support/temp_dir.hpp"

namespace cspy::test {

class CgroupDirectory {
 public:
  CgroupDirectory() {
    add("cgroup.controllers", "cpuset cpu io memory hugetlb pids\n");
    std::filesystem::create_directories(proc());
    write_file(proc() + "/stat", "cpu  1 2 3\nbtime 1795446954\n");
    write_file(proc() + "/meminfo",
               "MemTotal:        4007120 kB\nSwapTotal:       2097152 kB\nSwapFree:        2097148 kB\n");
  }
  /// Writes a file below the tree, with the directories above it.
  void add(const std::string& file, const std::string& text) const {
    const std::filesystem::path path{root() + "/" + file};
    std::filesystem::create_directories(path.parent_path());
    write_file(path.string(), text);
  }
  [[nodiscard]] std::string root() const { return dir_.file("cgroup"); }
  [[nodiscard]] std::string proc() const { return dir_.file("proc"); }
  [[nodiscard]] std::string file(const std::string& name) const { return dir_.file(name); }

 private:
  TempDir dir_;
};

}  // namespace cspy::test
