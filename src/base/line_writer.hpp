// Writes lines to a descriptor that another program reads, such as the log on stderr, and never waits for the reader.
//
// A write to a full pipe or a stopped terminal waits until somebody reads, which may be never. The flag that forbids
// this, O_NONBLOCK, belongs to the open file, and other processes may share that. So a pipe or terminal is opened
// again, and only our own open file gets the flag. A socket has a flag for each call. A file on a disk has no reader.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/unique_fd.hpp"

namespace cspy {

class LineWriter {
 public:
  /// The caller keeps `fd` open as long as the LineWriter lives.
  explicit LineWriter(int fd);

  /// Writes a whole line, with its line break. false: nothing of it was written, and it is lost. The rest of a line
  /// that fits in part only is kept, and goes out before the next line. REQUIRES: the line is not empty.
  [[nodiscard]] bool write(std::string_view line);

 private:
  enum class Way {
    as_it_is,  ///< a file, or a pipe or terminal of our own: no write waits
    send,      ///< a socket
    pipe,      ///< a pipe that cannot be opened again
    terminal,  ///< a terminal that cannot be opened again
  };

  std::size_t write_some(std::string_view text);
  [[nodiscard]] std::string_view first_piece(std::string_view text) const;
  [[nodiscard]] std::ptrdiff_t write_once(std::string_view text) const;

  int fd_;
  UniqueFd own_;
  Way way_ = Way::as_it_is;
  std::string rest_;  ///< of a line that is written in part
};

}  // namespace cspy
