// A folder that is gone after the test.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>

namespace cspy::test {

class TempDir {
 public:
  TempDir() {
    std::string name{"/tmp/containerspy-test-XXXXXX"};
    if (::mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace cspy::test
