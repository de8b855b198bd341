// Sockets that listen: opened at an address, or passed by systemd. No coroutines here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "serve/listen_address.hpp"

namespace cspy::serve {

/// A listening stream socket. The file of a unix socket that open() made is removed with it.
class Listener {
 public:
  /// Listens at the address. ":PORT" is one socket for IPv4 and IPv6, or for IPv4 alone where the kernel has no IPv6.
  /// The file of a unix socket is replaced if nobody listens there, and has mode 0660. Errors: invalid (in use, not an
  /// address of this machine), denied, missing, refused. The message names the address, and the remedy says what to do.
  [[nodiscard]] static Result<Listener> open(const ListenAddress& address);
  /// Takes a socket that is already open. Error invalid if it is not a listening stream socket. systemd removes the
  /// file of a unix socket itself.
  [[nodiscard]] static Result<Listener> adopt(UniqueFd socket);

  ~Listener();
  Listener(Listener&&) noexcept = default;
  Listener& operator=(Listener&&) noexcept = delete;

  [[nodiscard]] int fd() const { return socket_.get(); }
  /// The address with the port that the kernel chose: "127.0.0.1:8080", ":8080", "unix:/run/containerspy.sock".
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] int family() const { return family_; }  ///< AF_INET, AF_INET6, AF_UNIX
  [[nodiscard]] bool is_unix() const;
  /// Gives the descriptor away. The file of a unix socket is still removed with this object.
  [[nodiscard]] int release() { return socket_.release(); }

 private:
  Listener() = default;

  UniqueFd socket_;
  std::string text_;
  int family_ = 0;
  std::string file_;  ///< to remove, if it is still `inode_`
  std::uint64_t inode_ = 0;
};

/// The number of the first socket that systemd passes: SD_LISTEN_FDS_START.
inline constexpr int first_passed_socket = 3;

/// The sockets that systemd passed to this process, as the variables LISTEN_PID and LISTEN_FDS say; null if they are
/// not set. None if they are for another process. Each can be taken once. Error invalid as in Listener::adopt.
[[nodiscard]] Result<std::vector<Listener>> passed_listeners(const char* listen_pid, const char* listen_fds,
                                                             int first = first_passed_socket);

}  // namespace cspy::serve
