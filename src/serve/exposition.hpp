// The text of one scrape, in Prometheus' text format 0.0.4, piece by piece. Pure.
//
// It has the series that the OTLP encoders give for the same readings, under the names and labels that Prometheus makes
// of them. So both doors show the same series. What a reading missed has no sample.
//
// Families are sorted by name. A family without a sample is left out. Samples have no timestamp. The labels of a series
// are first the metric's own, in the order of the catalogue, then the others, sorted by name (series_labels.hpp says
// which one wins).
//
// A scrape owns references to its readings, the text of their labels (limits::scrape_labels_bytes a reading), and the
// labels of one series.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/key_values.hpp"
#include "base/time.hpp"
#include "metrics/reading.hpp"
#include "metrics/selection.hpp"
#include "serve/family.hpp"
#include "serve/series_labels.hpp"

namespace cspy::serve {

class Exposition {
 public:
  /// `time`: of the readings. `families`: further families, with distinct names; one with the name of a metric of the
  /// catalogue takes its place. `extra`: labels of all series.
  Exposition(std::vector<metrics::ReadingPtr> readings, const metrics::Selection& selection, UnixNanos time,
             std::vector<Family> families = {}, const KeyValues& extra = {});
  Exposition(Exposition&&) = default;

  /// Appends the next piece to `piece`: whole lines of limits::scrape_piece_bytes, the last of which may go beyond.
  /// Each call takes up where the last one ended. False: there was nothing left, and nothing was appended.
  [[nodiscard]] bool next(std::string& piece);

 private:
  /// What the text has in one place: a metric of the catalogue or a further family. The other one is null.
  struct Item {
    std::string_view name;
    const metrics::Metric* metric = nullptr;
    const Family* family = nullptr;
  };

  /// How far the item is written.
  struct Place {
    bool begun = false;       ///< its header is written
    std::size_t reading = 0;  ///< reading or, in a further family, sample
    std::size_t point = 0;    ///< points of this reading that are written
  };

  class SampleWriter;

  /// True: the item is whole. False: `out` has reached `end` bytes.
  bool write_metric(const metrics::Metric& metric, std::string& out, std::size_t end);
  bool write_family(const Family& family, std::string& out, std::size_t end);

  std::vector<metrics::ReadingPtr> readings_;
  SeriesLabels labels_;
  UnixNanos time_;
  std::vector<Family> families_;
  std::vector<Item> items_;  // sorted by name
  std::size_t item_ = 0;
  Place place_;
};

}  // namespace cspy::serve
