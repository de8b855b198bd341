// ExportMetricsServiceRequest in OTLP's JSON encoding: lowerCamelCase keys, 64-bit integers as strings, enumerations as
// numbers (opentelemetry-proto, docs/specification.md, "JSON Protobuf Encoding").
#pragma once

#include <string>
#include <utility>

#include "metrics/catalogue.hpp"
#include "metrics/selection.hpp"
#include "otlp/encoder.hpp"
#include "otlp/extra_labels.hpp"
#include "otlp/label_blocks.hpp"

namespace cspy::otlp {

class JsonEncoder final : public Encoder {
 public:
  /// `extra_labels`: of every point that has no label of its own with that name.
  explicit JsonEncoder(metrics::Selection selection = {}, KeyValues extra_labels = {})
      : selection_{selection}, extra_{std::move(extra_labels)} {}
  [[nodiscard]] std::string_view content_type() const override { return "application/json"; }
  [[nodiscard]] std::size_t expansion() const override { return 2; }
  [[nodiscard]] std::size_t extra_point_bytes() const override { return extra_.bytes(); }
  [[nodiscard]] std::string_view encode(const Resource& resource, const Batch& batch) override;

 private:
  void add_metric(const metrics::Metric& metric, const Batch& batch);

  metrics::Selection selection_;
  ExtraLabels extra_;
  LabelBlocks labels_;
  std::string request_;
};

}  // namespace cspy::otlp
