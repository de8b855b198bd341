#include "app/export_side.hpp"

#include <utility>

#include "base/file.hpp"
#include "base/limits.hpp"
#include "net/route.hpp"
#include "otlp/encode_json.hpp"
#include "otlp/encode_protobuf.hpp"
#include "otlp/transport_grpc.hpp"
#include "otlp/transport_http.hpp"

namespace cspy::app {
namespace {

bool is_tls(const Options& options) {
  return options.otlp_endpoint.kind == Endpoint::Kind::tls;
}

std::unique_ptr<otlp::Encoder> make_encoder(const Options& options) {
  if (options.otlp_protocol == OtlpProtocol::http_json)
    return std::make_unique<otlp::JsonEncoder>(options.metrics, options.extra_labels);
  return std::make_unique<otlp::ProtobufEncoder>(options.metrics, options.extra_labels);
}

std::unique_ptr<otlp::Transport> make_transport(const Options& options, net::Context& context, net::Tls* tls,
                                                otlp::RequestHeaders& headers) {
  net::Route route{.endpoint = options.otlp_endpoint, .proxy = options.proxy, .tls = tls};
  if (options.otlp_protocol == OtlpProtocol::grpc)
    return std::make_unique<otlp::GrpcTransport>(context, std::move(route), headers);
  return std::make_unique<otlp::HttpTransport>(context, std::move(route), headers);
}

std::unique_ptr<net::Tls> make_tls(const Options& options, Log& log) {
  if (!is_tls(options)) return nullptr;
  return std::make_unique<net::Tls>(net::TlsSettings{.ca_file = options.otlp_certificate,
                                                     .certificate_file = options.otlp_client_certificate,
                                                     .key_file = options.otlp_client_key},
                                    log);
}

otlp::Exporter::Settings exporter_settings(const Options& options) {
  return {.queue = {.bytes_max = options.queue_limit, .age_max = options.queue_age},
          .delivery = {.interval = options.otlp_export_interval,
                       .request_timeout = options.otlp_timeout,
                       .round_timeout = options.otlp_export_timeout},
          .temporality = options.otlp_temporality,
          .gzip = options.otlp_compression == Compression::gzip};
}

}  // namespace

ExportSide::ExportSide(boost::asio::io_context& io, const Options& options, Log& log, otlp::Exporter::Restore restore,
                       otlp::Exporter::Random random)
    : options_{options},
      context_{io},
      headers_{options.otlp_headers, options.otlp_headers_file, log},
      tls_{make_tls(options, log)},
      encoder_{make_encoder(options)},
      transport_{make_transport(options, context_, tls_.get(), headers_)},
      exporter_{io, exporter_settings(options), *encoder_, *transport_, log, std::move(restore), std::move(random)} {}

Result<void> ExportSide::prepare() {
  if (!options_.otlp_headers_file.empty()) {
    const auto text = read_file(options_.otlp_headers_file, limits::headers_file_bytes_max);
    const auto headers = text ? otlp::parse_header_lines(*text) : std::unexpected{text.error()};
    if (!headers) return std::unexpected{Error{headers.error()}.in("otlp_headers_file " + options_.otlp_headers_file)};
  }
  if (tls_) {
    if (auto context = tls_->context(); !context) return std::unexpected{std::move(context).error().in("TLS")};
  }
  if (!options_.queue_dir.empty()) {
    if (auto kept = exporter_.keep_in(options_.queue_dir, options_.metrics); !kept)
      return std::unexpected{std::move(kept).error().in("queue_dir")};
  }
  return {};
}

}  // namespace cspy::app
