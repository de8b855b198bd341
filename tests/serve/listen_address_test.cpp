// The addresses that a user may write, and what each mistake is told.
#include "serve/listen_address.hpp"

#include <gtest/gtest.h>

namespace cspy::serve {
namespace {

std::string parsed(std::string_view text) {
  const auto address = parse_listen_address(text);
  return address ? address->text() : address.error().message + "; " + address.error().remedy;
}

TEST(ListenAddress, TakesEachForm) {
  EXPECT_EQ(parse_listen_address(":8080"), (ListenAddress{.host = "", .port = 8'080}));
  EXPECT_EQ(parse_listen_address("unix:/run/a.sock"), (ListenAddress{.host = "", .path = "/run/a.sock"}));
  EXPECT_EQ(parse_listen_address("[::1]:80"), (ListenAddress{.host = "::1", .port = 80}));
  EXPECT_EQ(parsed("8080"), ":8080");
  EXPECT_EQ(parsed("*:8080"), ":8080");
  EXPECT_EQ(parsed(" :8080 "), ":8080");
  EXPECT_EQ(parsed("127.0.0.1:65535"), "127.0.0.1:65535");
  EXPECT_EQ(parsed("0.0.0.0:0"), "0.0.0.0:0");
  EXPECT_EQ(parsed("[::]:8080"), "[::]:8080");
  EXPECT_EQ(parsed("localhost:8080"), "127.0.0.1:8080");
  EXPECT_EQ(parsed("unix:///run/a.sock"), "unix:/run/a.sock");
  EXPECT_EQ(parsed("unix:a.sock"), "unix:a.sock");
}

TEST(ListenAddress, ExplainsEachMistake) {
  const std::string forms = "; write :PORT, ADDRESS:PORT, [IPV6]:PORT or unix:PATH";
  EXPECT_EQ(parsed(""), "cannot listen at '': the address is empty" + forms);
  EXPECT_EQ(parsed("a\nb:1"), "cannot listen at '...': the address has control characters" + forms);
  EXPECT_EQ(parsed("127.0.0.1"),
            "cannot listen at '127.0.0.1': the port is missing or is not a number from 0 to 65535" + forms);
  EXPECT_EQ(parsed(":65536"),
            "cannot listen at ':65536': the port is missing or is not a number from 0 to 65535" + forms);
  EXPECT_EQ(parsed(":-1"), "cannot listen at ':-1': the port is missing or is not a number from 0 to 65535" + forms);
  EXPECT_EQ(parsed("http://127.0.0.1:80"), "cannot listen at 'http://127.0.0.1:80': this is a URL" + forms);
  EXPECT_EQ(parsed("/run/a.sock"),
            "cannot listen at '/run/a.sock': this is neither an address nor a port; write unix:PATH for a socket");
  EXPECT_EQ(parsed("unix:"), "cannot listen at 'unix:': the path is missing; write unix:PATH");
  EXPECT_EQ(parsed("::1:80"), "cannot listen at '::1:80': an IPv6 address needs brackets; write [::1]:80");
  EXPECT_EQ(parsed("web:80"),
            "cannot listen at 'web:80': 'web' is not an IP address; write an IP address of this "
            "machine, or :PORT for all of them");
  EXPECT_EQ(parsed("[1.2.3.4]:80"),
            "cannot listen at '[1.2.3.4]:80': '1.2.3.4' is not an IP address; write an IP "
            "address of this machine, or :PORT for all of them");
  const auto path = "unix:" + std::string(108, 'a');
  EXPECT_EQ(parsed(path),
            "cannot listen at '" + path + "': the path of a unix socket has at most 107 bytes; choose a shorter path");
}

}  // namespace
}  // namespace cspy::serve
