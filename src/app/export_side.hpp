// The side of the program that talks to the receiver, built from the settings: encoder, transport, exporter.
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
  /// References outlive it.
  ExportSide(boost::asio::io_context& io, const Options& options, Log& log, otlp::Exporter::Restore restore,
             otlp::Exporter::Random random);
  ExportSide(const ExportSide&) = delete;
  ExportSide& operator=(const ExportSide&) = delete;

  /// Opens what the settings name, before anything is sent: certificates, the file of headers, the queue's directory.
  /// Errors: with the option's key in front.
  Result<void> prepare();

  [[nodiscard]] otlp::Exporter& exporter() { return exporter_; }
  /// Makes what is pending fail now.
  void expire_all() { context_.deadlines.expire_all(); }

 private:
  const Options& options_;
  net::Context context_;
  otlp::RequestHeaders headers_;
  std::unique_ptr<net::Tls> tls_;  ///< null where the endpoint does without
  std::unique_ptr<otlp::Encoder> encoder_;
  std::unique_ptr<otlp::Transport> transport_;
  otlp::Exporter exporter_;
};

}  // namespace cspy::app
