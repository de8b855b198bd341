// Writes the labels of series in Prometheus' text format: those of a container, and those that all series get.
//
// The text of a set of labels is `,id="/docker/1f",name="web"} `: each label has a comma before it, and the text ends
// the labels of the series. An empty set is `} `. Labels are sorted by name, and each name is there once.
#pragma once

#include <cstddef>
#include <forward_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/key_values.hpp"
#include "metrics/labels.hpp"
#include "metrics/reading.hpp"

namespace cspy::serve {

/// The names of a metric's own labels. The metric writes these labels itself.
using OwnKeys = std::span<const std::string_view>;

/// Every label gets the name that Prometheus gives the OTLP attribute (label_name_of). If two labels of a set become
/// the same name, the first one stays. Empty values are left out, as the format wants it.
class LabelWriter {
 public:
  /// `extra`: labels of all series, as Prometheus' external labels: a series' own label of the same name wins. A label
  /// of a metric wins over them even in series in which it is empty.
  explicit LabelWriter(const KeyValues& extra);

  /// Appends the text of a container's labels and the extra labels. A container has no label with the name of a
  /// metric's own label; if it has one anyway, it is left out.
  void append(std::string& out, const metrics::LabelSet& labels, OwnKeys own = {});
  /// The same for the labels of a series that is not a container's.
  void append(std::string& out, const KeyValues& labels);

  /// Whether an extra label has one of the names.
  [[nodiscard]] bool hides_extra(OwnKeys own) const;
  /// The most bytes that the extra labels and the end add to a text.
  [[nodiscard]] std::size_t extra_bytes() const { return extra_bytes_; }

 private:
  struct Label {
    std::string_view name, value;
    std::size_t rank;  ///< of two with the same name, the lower one stays
  };

  void add(std::string_view name, std::string_view value);
  void finish(std::string& out, OwnKeys own);

  KeyValues extra_;  // with the names of labels
  std::size_t extra_bytes_ = 0;
  std::vector<Label> labels_;               // empty between two calls, as `renamed_`
  std::forward_list<std::string> renamed_;  // names that had to be changed
};

/// The labels of the readings of one scrape. Each reading has about sixty samples with the same labels, so their text
/// is kept, up to limits::scrape_labels_bytes a reading on average. Other texts are written again for each metric.
class SeriesLabels {
 public:
  /// Removes each reading from `readings` whose series an earlier reading has too: Prometheus would reject them. This
  /// happens if a container comes twice, say running and stopped, or as a container and as a cgroup.
  SeriesLabels(std::vector<metrics::ReadingPtr>& readings, const KeyValues& extra);

  /// The text for reading number `index`, `reading`. `own`: the labels that a metric writes itself, if they hide an
  /// extra label. Valid until the next call.
  [[nodiscard]] std::string_view of(std::size_t index, const metrics::Reading& reading, OwnKeys own = {});

  [[nodiscard]] LabelWriter& writer() { return writer_; }

 private:
  struct Text {
    std::size_t hash = 0;
    std::size_t begin = 0;
    std::size_t size = 0;  ///< 0: not kept
    bool doubled = false;
  };

  void keep_texts(const std::vector<metrics::ReadingPtr>& readings);
  void remove_doubles(std::vector<metrics::ReadingPtr>& readings);
  /// Uses `scratch` if the text is not kept.
  std::string_view text_of(std::size_t index, const metrics::Reading& reading, std::string& scratch);

  LabelWriter writer_;
  std::string kept_;
  std::vector<Text> texts_;  // one for each reading
  std::string scratch_;
};

}  // namespace cspy::serve
