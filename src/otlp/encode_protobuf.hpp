// ExportMetricsServiceRequest in protobuf.
//
// A container's labels stand in each of its points. They are encoded once a request, and copied. A metric's points are
// written first and its header, which needs their length, after them; the outermost headers go into a gap that is left
// at the front. So every byte is moved at most once, and the memory is one request.
#pragma once

#include <string>

#include "metrics/catalogue.hpp"
#include "metrics/selection.hpp"
#include "otlp/encoder.hpp"
#include "otlp/label_blocks.hpp"

namespace cspy::otlp {

class ProtobufEncoder final : public Encoder {
 public:
  explicit ProtobufEncoder(metrics::Selection selection = {}) : selection_{selection} {}
  [[nodiscard]] std::string_view content_type() const override { return "application/x-protobuf"; }
  [[nodiscard]] std::string_view encode(const Resource& resource, const Batch& batch) override;

 private:
  void add_metric(const metrics::Metric& metric, const Batch& batch);

  metrics::Selection selection_;
  LabelBlocks labels_;   ///< of all containers of the request
  std::string points_;   ///< of one metric
  std::string request_;  ///< a gap, then all metrics
};

}  // namespace cspy::otlp
