// Proxies as the environment names them: what is taken has a host and a port, and no error shows the user information.
#include "base/no_proxy.hpp"
#include "base/proxy.hpp"
#include "tests/fuzz/input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = text_of(data, size);
  if (const auto proxy = cspy::parse_proxy(text)) {
    must(proxy->endpoint.port != 0 && !proxy->endpoint.host.empty() && proxy->endpoint.path.empty());
    must(proxy->endpoint.authority().find_first_of("\r\n @/") == std::string::npos);
    must(proxy->authorization.empty() || proxy->authorization.starts_with("Basic "));
    must(proxy->authorization.find_first_of("\r\n") == std::string::npos);
  } else {
    must(!proxy.error().message.empty());
  }
  // A secret never shows, wherever it stands.
  const auto secret = cspy::parse_proxy("http://user:s3cret@" + std::string{text});
  must(secret || !secret.error().message.contains("s3cret"));
  // The first line is the peer's host, the rest the list.
  const auto line = text.substr(0, text.find('\n'));
  const auto rest = text.substr(line.size() == text.size() ? line.size() : line.size() + 1);
  const cspy::Endpoint peer{cspy::Endpoint::Kind::tcp, std::string{line}, 4318, "/"};
  (void)cspy::bypasses_proxy(peer, rest);
  must(cspy::bypasses_proxy(peer, "*"));
  return 0;
}
