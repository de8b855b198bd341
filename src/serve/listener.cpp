#include "serve/listener.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <system_error>
#include <utility>

#include "base/limits.hpp"

namespace cspy::serve {
namespace {

constexpr mode_t socket_mode = 0660;

/// An address of any family, as the system calls take it.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  template<class T>
  [[nodiscard]] const T& as() const {
    return reinterpret_cast<const T&>(storage);
  }
  template<class T>
  T& become(sa_family_t family) {
    size = sizeof(T);
    storage.ss_family = family;
    return reinterpret_cast<T&>(storage);
  }
};

SocketAddress unix_address(const std::string& path) {
  SocketAddress address;
  std::ranges::copy(path, address.become<sockaddr_un>(AF_UNIX).sun_path);
  return address;
}

SocketAddress ipv4_address(const char* host, std::uint16_t port) {
  SocketAddress address;
  auto& ip = address.become<sockaddr_in>(AF_INET);
  ip.sin_port = htons(port);
  ::inet_pton(AF_INET, host, &ip.sin_addr);
  return address;
}

SocketAddress ipv6_address(const char* host, std::uint16_t port) {
  SocketAddress address;
  auto& ip = address.become<sockaddr_in6>(AF_INET6);
  ip.sin6_port = htons(port);
  ::inet_pton(AF_INET6, host, &ip.sin6_addr);
  return address;
}

std::string remedy_of(int error, const ListenAddress& address) {
  switch (error) {
    case EADDRINUSE:
      return address.is_unix() ? "stop the program that listens there, or choose another path"
                               : fmt::format(
                                     "stop the program that uses the port ('ss -ltnp sport = :{}' shows it), or "
                                     "choose another port",
                                     address.port);
    case EACCES:
    case EPERM:
      return address.is_unix() ? "give the user of ContainerSpy permission to write to the directory"
                               : "choose a port above 1023, or give ContainerSpy the capability CAP_NET_BIND_SERVICE";
    case EADDRNOTAVAIL: return "write an address of this machine ('ip address' lists them), or :PORT for all of them";
    case ENOENT:
    case ENOTDIR: return "create the directory of the socket";
    case EAFNOSUPPORT: return "write an IPv4 address: the kernel has no IPv6";
    case EROFS: return "choose a path in a directory that is writable";
    default: return {};
  }
}

Error error_of(int error, const ListenAddress& address) {
  auto code = Code::refused;
  if (error == EADDRINUSE || error == EADDRNOTAVAIL || error == EAFNOSUPPORT) code = Code::invalid;
  if (error == EACCES || error == EPERM) code = Code::denied;
  if (error == ENOENT) code = Code::missing;
  return {code, fmt::format("cannot listen at {}: {}", address.text(), std::generic_category().message(error)),
          remedy_of(error, address)};
}

/// Opens, binds and listens. The value is the error of the system.
std::expected<UniqueFd, int> bind_socket(const SocketAddress& address, bool both_families) {
  const int family = address.storage.ss_family;
  UniqueFd socket{::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (!socket) return std::unexpected{errno};
  const int yes = 1;
  const int only_ipv6 = both_families ? 0 : 1;
  if (family != AF_UNIX) ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  if (family == AF_INET6) ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &only_ipv6, sizeof(only_ipv6));
  // Before the file exists, so that it never has more permissions than these.
  if (family == AF_UNIX) ::fchmod(socket.get(), socket_mode);
  if (::bind(socket.get(), address.get(), address.size) != 0) return std::unexpected{errno};
  if (::listen(socket.get(), limits::serve_backlog) != 0) return std::unexpected{errno};
  return socket;
}

/// Whether a file at the path of the socket may be replaced, or there is none: 0, or the error of the system.
int remove_dead_socket(const std::string& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) return errno == ENOENT ? 0 : errno;
  if (!S_ISSOCK(status.st_mode)) return EEXIST;
  const UniqueFd probe{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (!probe) return errno;
  const auto address = unix_address(path);
  // A full backlog (EAGAIN) and a denied permission (EACCES) do not show that nobody listens.
  if (::connect(probe.get(), address.get(), address.size) == 0 || errno == EAGAIN) return EADDRINUSE;
  if (errno != ECONNREFUSED) return errno;
  return ::unlink(path.c_str()) == 0 ? 0 : errno;
}

std::expected<UniqueFd, int> bind_unix(const std::string& path) {
  if (const int error = remove_dead_socket(path); error != 0) return std::unexpected{error};
  auto socket = bind_socket(unix_address(path), false);
  // Members of the group may connect, whatever the umask is.
  if (socket && ::chmod(path.c_str(), socket_mode) != 0) return std::unexpected{errno};
  return socket;
}

std::expected<UniqueFd, int> bind_tcp(const ListenAddress& address) {
  if (address.host.contains(':')) return bind_socket(ipv6_address(address.host.c_str(), address.port), false);
  if (!address.host.empty()) return bind_socket(ipv4_address(address.host.c_str(), address.port), false);
  auto both = bind_socket(ipv6_address("::", address.port), true);
  if (both || (both.error() != EAFNOSUPPORT && both.error() != EADDRNOTAVAIL)) return both;
  return bind_socket(ipv4_address("0.0.0.0", address.port), false);
}

/// The address of a bound socket. A wildcard address has an empty host.
ListenAddress bound_address(int socket) {
  SocketAddress address;
  address.size = sizeof(address.storage);
  if (::getsockname(socket, address.get(), &address.size) != 0) return {};
  std::array<char, INET6_ADDRSTRLEN> host{};
  switch (address.storage.ss_family) {
    case AF_INET: {
      const auto& ip = address.as<sockaddr_in>();
      ::inet_ntop(AF_INET, &ip.sin_addr, host.data(), host.size());
      return {.host = host.data(), .port = ntohs(ip.sin_port)};
    }
    case AF_INET6: {
      const auto& ip = address.as<sockaddr_in6>();
      ::inet_ntop(AF_INET6, &ip.sin6_addr, host.data(), host.size());
      return {.host = host.data(), .port = ntohs(ip.sin6_port)};
    }
    case AF_UNIX: {
      // The address of an unnamed socket, or of one in the abstract namespace, has no path.
      const auto* const path = address.as<sockaddr_un>().sun_path;
      return {.host = {}, .path = *path == '\0' ? "(no path)" : path};
    }
    default: return {};
  }
}

int option_of(int socket, int name) {
  int value = 0;
  socklen_t size = sizeof(value);
  return ::getsockopt(socket, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

}  // namespace

Result<Listener> Listener::open(const ListenAddress& address) {
  auto socket = address.is_unix() ? bind_unix(address.path) : bind_tcp(address);
  if (!socket) {
    if (address.is_unix() && socket.error() == EEXIST) {
      return std::unexpected{
          Error{Code::invalid, fmt::format("cannot listen at {}: the file exists and is not a socket", address.text()),
                "remove the file, or choose another path"}};
    }
    return std::unexpected{error_of(socket.error(), address)};
  }
  Listener listener;
  listener.socket_ = std::move(*socket);
  listener.family_ = option_of(listener.fd(), SO_DOMAIN);
  auto bound = address;
  if (!address.is_unix() && address.port == 0) bound.port = bound_address(listener.fd()).port;
  listener.text_ = bound.text();
  if (address.is_unix()) {
    struct stat status{};
    listener.file_ = address.path;
    if (::lstat(address.path.c_str(), &status) == 0) listener.inode_ = status.st_ino;
  }
  return listener;
}

Result<Listener> Listener::adopt(UniqueFd socket) {
  const int number = socket.get();
  if (option_of(number, SO_TYPE) != SOCK_STREAM || option_of(number, SO_ACCEPTCONN) != 1) {
    return std::unexpected{Error{Code::invalid,
                                 fmt::format("the passed descriptor {} is not a listening stream socket", number),
                                 "use ListenStream= and Accept=no in the socket unit"}};
  }
  const int family = option_of(number, SO_DOMAIN);
  if (family != AF_UNIX && family != AF_INET && family != AF_INET6) {
    return std::unexpected{Error{Code::invalid, fmt::format("the passed socket {} is neither TCP nor unix", number),
                                 "use ListenStream= with a port, an IP address or a path"}};
  }
  ::fcntl(number, F_SETFD, FD_CLOEXEC);
  Listener listener;
  listener.text_ = bound_address(number).text();
  listener.family_ = family;
  listener.socket_ = std::move(socket);
  return listener;
}

bool Listener::is_unix() const {
  return family_ == AF_UNIX;
}

Listener::~Listener() {
  struct stat status{};
  // Another program may have replaced the file in the meantime.
  if (!file_.empty() && ::lstat(file_.c_str(), &status) == 0 && status.st_ino == inode_) ::unlink(file_.c_str());
}

Result<std::vector<Listener>> passed_listeners(const char* listen_pid, const char* listen_fds, int first) {
  const auto number_of = [](const char* text) {
    int number = 0;
    if (text == nullptr) return number;
    const auto* const end = text + std::strlen(text);
    const auto [at, error] = std::from_chars(text, end, number);
    return error == std::errc{} && at == end ? number : 0;
  };
  std::vector<Listener> listeners;
  if (number_of(listen_pid) != ::getpid()) return listeners;
  const int count = number_of(listen_fds);
  if (count > limits::listen_addresses_max) {
    return fail(Code::invalid, fmt::format("LISTEN_FDS is {}, but at most {} sockets can be used", count,
                                           limits::listen_addresses_max));
  }
  for (int i = 0; i < count; ++i) {
    auto listener = Listener::adopt(UniqueFd{first + i});
    if (!listener) return std::unexpected{std::move(listener).error()};
    listeners.push_back(std::move(*listener));
  }
  return listeners;
}

}  // namespace cspy::serve
