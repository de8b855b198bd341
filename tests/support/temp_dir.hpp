// A folder that is gone after the test.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <memory>
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

/// A new file in the place of an old one, as tools that rotate secrets do it.
inline void replace_file(const std::string& path, const std::string& text) {
  const auto fresh = path + ".new";
  {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::fopen(fresh.c_str(), "w"), std::fclose};
    ASSERT_TRUE(file) << path;
    ASSERT_EQ(std::fwrite(text.data(), 1, text.size(), file.get()), text.size()) << path;
  }
  std::filesystem::rename(fresh, path);
}

}  // namespace cspy::test
