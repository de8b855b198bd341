#include "otlp/encode_json.hpp"

#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <utility>
#include <variant>

#include "base/json_writer.hpp"
#include "otlp/fields.hpp"
#include "otlp/points.hpp"

namespace cspy::otlp {
namespace {

using json::append_string;
using metrics::Kind;
using metrics::Metric;

/// A comma before each element of an array, except the first.
void separate(std::string& out) {
  if (out.back() != '[') out.push_back(',');
}

void append_attribute(std::string& out, std::string_view key, std::string_view value) {
  out.append(R"({"key":)");
  append_string(out, key);
  out.append(R"(,"value":{"stringValue":)");
  append_string(out, value);
  out.append("}}");
}

/// A double in the JSON mapping of proto3: the shortest exact text; strings for NaN and infinity.
void append_double(std::string& out, double value) {
  if (std::isnan(value)) {
    out.append(R"("NaN")");
  } else if (std::isinf(value)) {
    out.append(value > 0 ? R"("Infinity")" : R"("-Infinity")");
  } else {
    fmt::format_to(std::back_inserter(out), "{}", value);
  }
}

class PointWriter final : public Points {
 public:
  PointWriter(const Metric& metric, const Batch& batch, const LabelBlocks& labels, const ExtraLabels& extra,
              std::string& out)
      : metric_{metric}, batch_{batch}, labels_{labels}, extra_{extra}, out_{out} {}

  void point(const Point& point) override {
    separate(out_);
    out_.push_back('{');
    if (point.start != 0) fmt::format_to(std::back_inserter(out_), R"("startTimeUnixNano":"{}",)", point.start);
    fmt::format_to(std::back_inserter(out_), R"("timeUnixNano":"{}",)", point.time);
    if (point.ended) {
      fmt::format_to(std::back_inserter(out_), R"("flags":{},)", fields::flag_no_recorded_value);
    } else if (const auto* whole = std::get_if<std::int64_t>(&point.value)) {
      fmt::format_to(std::back_inserter(out_), R"("asInt":"{}",)", *whole);
    } else {
      out_.append(R"("asDouble":)");
      append_double(out_, std::get<double>(point.value));
      out_.push_back(',');
    }
    out_.append(R"("attributes":[)").append(labels_.of(point.container));
    for (std::size_t i = 0; i < point.labels.size(); ++i) {
      if (point.labels[i].empty()) continue;
      separate(out_);
      append_attribute(out_, metric_.label_keys[i], point.labels[i]);
    }
    extra_.for_each_other(container_of(batch_, point.container), metric_, point.labels,
                          [this](std::string_view key, std::string_view value) {
                            separate(out_);
                            append_attribute(out_, key, value);
                          });
    out_.append("]}");
  }

 private:
  const Metric& metric_;
  const Batch& batch_;
  const LabelBlocks& labels_;
  const ExtraLabels& extra_;
  std::string& out_;
};

}  // namespace

std::string_view JsonEncoder::encode(const Resource& resource, const Batch& batch) {
  labels_.clear();
  for_each_container(batch, [this](const metrics::Container& container) {
    bool first = true;
    const auto add = [&](std::string_view key, std::string_view value) {
      if (!std::exchange(first, false)) labels_.bytes().push_back(',');
      append_attribute(labels_.bytes(), key, value);
    };
    container.labels.for_each(add);
    extra_.for_each_common(container, add);
    labels_.close();
  });

  request_.assign(R"({"resourceMetrics":[{"resource":{"attributes":[)");
  for (const auto& [key, value] : resource) {
    separate(request_);
    append_attribute(request_, key, value);
  }
  request_.append(R"(]},"scopeMetrics":[{"scope":{"name":"containerspy"},"metrics":[)");
  for (const auto& metric : metrics::catalogue()) {
    if (selection_.has(metric)) add_metric(metric, batch);
  }
  request_.append("]}]}]}");
  return request_;
}

void JsonEncoder::add_metric(const Metric& metric, const Batch& batch) {
  const auto before = request_.size();
  separate(request_);
  request_.append(R"({"name":)");
  append_string(request_, metric.name);
  request_.append(R"(,"description":)");
  append_string(request_, metric.help);
  if (!metric.unit.empty()) {
    request_.append(R"(,"unit":)");
    append_string(request_, metric.unit);
  }
  request_.append(metric.kind == Kind::counter ? R"(,"sum":{"dataPoints":[)" : R"(,"gauge":{"dataPoints":[)");
  const auto empty = request_.size();
  PointWriter writer{metric, batch, labels_, extra_, request_};
  walk(metric, batch, writer);
  if (request_.size() == empty) {
    request_.resize(before);  // A metric without points is not sent.
    return;
  }
  request_.push_back(']');
  if (metric.kind == Kind::counter) {
    fmt::format_to(std::back_inserter(request_), R"(,"aggregationTemporality":{},"isMonotonic":true)",
                   fields::number_of(batch.temporality));
  }
  request_.append("}}");
}

}  // namespace cspy::otlp
