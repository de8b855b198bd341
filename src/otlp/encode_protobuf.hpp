// ExportMetricsServiceRequest in protobuf.
//
// Each point carries the labels of its container. They are encoded once per request and copied. The points of a metric
// are written to a buffer of their own, because the header of the metric needs their length. The outermost headers are
// written last, into a gap at the front. So each byte is moved at most once.
#pragma once

#include <string>
#include <utility>

#include "metrics/catalogue.hpp"
#include "metrics/selection.hpp"
#include "otlp/encoder.hpp"
#include "otlp/extra_labels.hpp"
#include "otlp/label_blocks.hpp"

namespace cspy::otlp {

class ProtobufEncoder final : public Encoder {
 public:
  /// `extra_labels`: of every point that has no label of its own with that name.
  explicit ProtobufEncoder(metrics::Selection selection = {}, KeyValues extra_labels = {})
      : selection_{selection}, extra_{std::move(extra_labels)} {}
  [[nodiscard]] std::string_view content_type() const override { return "application/x-protobuf"; }
  [[nodiscard]] std::size_t extra_point_bytes() const override { return extra_.bytes(); }
  [[nodiscard]] std::string_view encode(const Resource& resource, const Batch& batch) override;

 private:
  void add_metric(const metrics::Metric& metric, const Batch& batch);

  metrics::Selection selection_;
  ExtraLabels extra_;
  LabelBlocks labels_;   ///< of all containers in the request
  std::string points_;   ///< of one metric
  std::string request_;  ///< a gap, then all metrics
};

}  // namespace cspy::otlp
