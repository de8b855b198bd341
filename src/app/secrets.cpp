#include "app/secrets.hpp"

#include <sys/prctl.h>

namespace cspy::app {

bool has_secrets(const Options& options) {
  const auto has_password = [](const std::optional<Proxy>& proxy) { return proxy && !proxy->authorization.empty(); };
  return !options.otlp_headers.empty() || !options.otlp_headers_file.empty() || !options.otlp_client_key.empty() ||
         !options.otlp_client_certificate.empty() || has_password(options.https_proxy) ||
         has_password(options.http_proxy);
}

void keep_memory_private() {
  // Not RLIMIT_CORE, which a handler that the kernel pipes dumps to may not obey (core(5)).
  prctl(PR_SET_DUMPABLE, 0);
}

}  // namespace cspy::app
