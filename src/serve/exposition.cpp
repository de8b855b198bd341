#include "serve/exposition.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/limits.hpp"
#include "metrics/visit.hpp"
#include "serve/text_format.hpp"

namespace cspy::serve {
namespace {

using metrics::Kind;
using metrics::LabelValues;
using metrics::Metric;
using metrics::Number;

/// The rows of the catalogue by name.
const std::vector<const Metric*>& sorted_catalogue() {
  static const auto sorted = [] {
    std::vector<const Metric*> rows;
    for (const auto& metric : metrics::catalogue())
      rows.push_back(&metric);
    std::ranges::sort(rows, {}, &Metric::name);
    return rows;
  }();
  return sorted;
}

/// cAdvisor's failcnt metrics are counters. Only over OTLP they are gauges, because a receiver would append "_total" to
/// the name of a counter.
Kind kind_of(const Metric& metric) {
  return metric.name.ends_with("_failcnt") ? Kind::counter : metric.kind;
}

char* put(char* to, std::string_view text) {
  return to + text.copy(to, text.size());
}

/// Appends a sample. `own` are its own labels and `text` the others; both as series_labels.hpp has them, `own` without
/// an end.
void append_sample(std::string& out, std::string_view name, std::string_view own, std::string_view text, Number value) {
  const auto begin = out.size();
  const auto room = begin + name.size() + own.size() + text.size() + value_space;
  out.resize_and_overwrite(room, [&](char* data, std::size_t) {
    auto* const labels = put(data + begin, name);
    auto* end = put(put(labels, own), text);
    if (*labels == ',') {
      *labels = '{';
    } else {
      *labels = ' ';  // The set is empty: "} " becomes a space.
      end = labels + 1;
    }
    return static_cast<std::size_t>(write_value(end, value) - data);
  });
}

}  // namespace

/// Writes the samples of one metric, reading by reading, up to `end` bytes.
class Exposition::SampleWriter final : public metrics::PointSink {
 public:
  SampleWriter(const Metric& metric, SeriesLabels& labels, Place& place, std::string& out, std::size_t end)
      : metric_{metric},
        own_{metric.label_keys.data(), metric.label_count()},
        hiding_{labels.writer().hides_extra(own_) ? own_ : OwnKeys{}},
        labels_{labels},
        place_{place},
        out_{out},
        end_{end} {}

  /// False: `end` came before the last sample.
  bool write(const metrics::Reading& reading, UnixNanos time) {
    reading_ = &reading;
    point_ = 0;
    text_ = {};
    metrics::visit(metric_, reading, time, *this);
    return !full_;
  }

  void point(Number value, LabelValues labels) override {
    // The points before this one are in an earlier piece.
    if (point_++ < place_.point || full_) return;
    if (out_.size() >= end_) {
      full_ = true;
      return;
    }
    if (!std::exchange(place_.begun, true)) append_header(out_, metric_.name, metric_.help, kind_of(metric_));
    ++place_.point;
    if (text_.empty()) text_ = labels_.of(place_.reading, *reading_, hiding_);
    if (!labels.empty()) write_own(labels);
    append_sample(out_, metric_.name, own_text_, text_, value);
  }

 private:
  void write_own(LabelValues labels) {
    own_text_.clear();
    for (std::size_t i = 0; i < labels.size(); ++i) {
      if (labels[i].empty()) continue;
      own_text_.append(",").append(own_[i]).append("=\"");
      append_label_value(own_text_, labels[i]);
      own_text_.push_back('"');
    }
  }

  const Metric& metric_;
  OwnKeys own_;
  OwnKeys hiding_;
  SeriesLabels& labels_;
  Place& place_;
  std::string& out_;
  std::size_t end_;
  const metrics::Reading* reading_ = nullptr;
  std::size_t point_ = 0;
  std::string_view text_;  // of the labels of the reading; empty until the first sample
  std::string own_text_;   // of the labels of the sample
  bool full_ = false;
};

Exposition::Exposition(std::vector<metrics::ReadingPtr> readings, const metrics::Selection& selection, UnixNanos time,
                       std::vector<Family> families, const KeyValues& extra)
    : readings_{std::move(readings)}, labels_{readings_, extra}, time_{time}, families_{std::move(families)} {
  std::ranges::sort(families_, {}, &Family::name);
  std::vector<Item> further, rows;
  for (const auto& family : families_)
    further.push_back({.name = family.name, .family = &family});
  for (const auto* metric : sorted_catalogue()) {
    if (selection.has(*metric)) rows.push_back({.name = metric->name, .metric = metric});
  }
  // Of two with the same name, the union takes the one from the first range.
  std::ranges::set_union(further, rows, std::back_inserter(items_), {}, &Item::name, &Item::name);
}

bool Exposition::next(std::string& piece) {
  const auto begin = piece.size();
  const auto end = begin + limits::scrape_piece_bytes;
  for (; item_ < items_.size(); ++item_, place_ = {}) {
    const auto& item = items_[item_];
    const bool whole =
        item.metric != nullptr ? write_metric(*item.metric, piece, end) : write_family(*item.family, piece, end);
    if (!whole) break;
  }
  return piece.size() != begin;
}

bool Exposition::write_metric(const Metric& metric, std::string& out, std::size_t end) {
  SampleWriter writer{metric, labels_, place_, out, end};
  for (; place_.reading < readings_.size(); ++place_.reading, place_.point = 0) {
    if (!writer.write(*readings_[place_.reading], time_)) return false;
  }
  return true;
}

bool Exposition::write_family(const Family& family, std::string& out, std::size_t end) {
  std::string text;
  for (; place_.reading < family.samples.size(); ++place_.reading) {
    if (out.size() >= end) return false;
    if (!std::exchange(place_.begun, true)) append_header(out, family.name, family.help, family.kind);
    const auto& sample = family.samples[place_.reading];
    text.clear();
    labels_.writer().append(text, sample.labels);
    append_sample(out, family.name, {}, text, sample.value);
  }
  return true;
}

}  // namespace cspy::serve
