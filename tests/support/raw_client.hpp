// A client that sends any bytes to a server and reads what comes back, on a blocking socket.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "base/unique_fd.hpp"

namespace cspy::test {

/// An answer as it came: `body` without the framing of chunks.
struct RawAnswer {
  std::string head, body;
  bool complete = false;

  [[nodiscard]] unsigned status() const {
    unsigned number = 0;
    if (head.size() > 12) std::from_chars(head.data() + 9, head.data() + 12, number);
    return number;
  }
  /// The value of a header; `name` in lower case.
  [[nodiscard]] std::string header(std::string_view name) const {
    for (const auto line : split(head, '\n')) {
      const auto colon = line.find(':');
      if (colon != std::string_view::npos && lowered(line.substr(0, colon)) == name)
        return std::string{trimmed(line.substr(colon + 1))};
    }
    return {};
  }
};

class RawClient {
 public:
  /// Connects to 127.0.0.1. `receive_bytes`: the size of the kernel's buffer; 0: the system's.
  explicit RawClient(std::uint16_t port, int receive_bytes = 0) : socket_{::socket(AF_INET, SOCK_STREAM, 0)} {
    if (receive_bytes > 0) ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof(receive_bytes));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    open(reinterpret_cast<sockaddr*>(&address), sizeof(address));
  }
  /// Connects to a unix socket.
  explicit RawClient(const std::string& path) : socket_{::socket(AF_UNIX, SOCK_STREAM, 0)} {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::ranges::copy(path, address.sun_path);
    open(reinterpret_cast<sockaddr*>(&address), sizeof(address));
  }

  /// false: the server has closed the connection.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }
  void end_sending() { ::shutdown(socket_.get(), SHUT_WR); }
  void close() { socket_.reset(); }

  /// Reads one answer. `to_head`: it answers HEAD, so it has no body.
  RawAnswer read_answer(bool to_head = false) {
    RawAnswer answer;
    auto end = std::string::npos;
    while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
      if (!receive()) return answer;
    }
    answer.head = take(end + 4);
    if (to_head) {
      answer.complete = true;
    } else if (answer.header("transfer-encoding") == "chunked") {
      answer.complete = read_chunks(answer.body);
    } else if (const auto length = answer.header("content-length"); !length.empty()) {
      const auto bytes = std::stoul(length);
      while (received_.size() < bytes && receive()) {
      }
      answer.complete = received_.size() >= bytes;
      answer.body = take(std::min<std::size_t>(bytes, received_.size()));
    } else {
      answer.body = read_all();
      answer.complete = true;
    }
    return answer;
  }
  /// Everything until the server closes the connection.
  std::string read_all() {
    while (receive()) {
    }
    return take(received_.size());
  }
  /// Whether the server closes the connection and sends nothing more.
  bool is_closed() { return received_.empty() && !receive() && !timed_out_; }

 private:
  void open(const sockaddr* address, socklen_t size) {
    // Generous: only a failing test waits so long.
    const timeval wait_max{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &wait_max, sizeof(wait_max));
    EXPECT_TRUE(socket_ && ::connect(socket_.get(), address, size) == 0);
  }
  bool receive() {
    std::array<char, 4096> buffer{};
    const auto count = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    timed_out_ = count < 0 && errno == EAGAIN;
    if (count > 0) received_.append(buffer.data(), static_cast<std::size_t>(count));
    return count > 0;
  }
  std::string take(std::size_t bytes) {
    auto taken = received_.substr(0, bytes);
    received_.erase(0, bytes);
    return taken;
  }
  bool read_chunks(std::string& body) {
    for (;;) {
      auto line = std::string::npos;
      while ((line = received_.find("\r\n")) == std::string::npos) {
        if (!receive()) return false;
      }
      std::size_t size = 0;
      std::from_chars(received_.data(), received_.data() + line, size, 16);
      while (received_.size() < line + size + 4) {
        if (!receive()) return false;
      }
      EXPECT_EQ(received_.substr(line + 2 + size, 2), "\r\n");
      body.append(received_, line + 2, size);
      take(line + size + 4);
      if (size == 0) return true;
    }
  }

  UniqueFd socket_;
  std::string received_;
  bool timed_out_ = false;
};

}  // namespace cspy::test
