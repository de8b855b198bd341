// The side of the program that sends to the receiver: encoder, transport and exporter, built from the settings.
#pragma once

#include <memory>

#include "app/options.hpp"
#include "base/log.hpp"
#include "net/context.hpp"
#include "net/tls.hpp"
#include "otlp/exporter.hpp"
#include "otlp/request_headers.hpp"

namespace cspy::app {

class ExportSide {
 public:
  /// The references must outlive it.
  ExportSide(boost::asio::io_context& io, const Options& options, Log& log, otlp::Exporter::Restore restore,
             otlp::Exporter::Random random);
  ExportSide(const ExportSide&) = delete;
  ExportSide& operator=(const ExportSide&) = delete;

  /// Opens the files of the settings before the first request: certificates, the file of headers, the queue directory.
  /// The message of an error starts with the key of the option.
  Result<void> prepare();

  [[nodiscard]] otlp::Exporter& exporter() { return exporter_; }
  /// Makes pending operations fail now.
  void expire_all() { context_.deadlines.expire_all(); }

 private:
  const Options& options_;
  net::Context context_;
  otlp::RequestHeaders headers_;
  std::unique_ptr<net::Tls> tls_;  ///< null if the endpoint does not use TLS
  std::unique_ptr<otlp::Encoder> encoder_;
  std::unique_ptr<otlp::Transport> transport_;
  otlp::Exporter exporter_;
};

}  // namespace cspy::app
