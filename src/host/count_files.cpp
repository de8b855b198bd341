#include "host/count_files.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "host/cgroup_text.hpp"
#include "host/words.hpp"

namespace cspy::host {
namespace {

using metrics::Format;
using metrics::KernelPlace;
using metrics::Otherwise;
using metrics::Sample;
using metrics::sample_counts;

constexpr const KernelPlace& place_of(std::size_t row, CgroupVersion version) {
  const auto& count = sample_counts[row];
  return version == CgroupVersion::v2 ? count.cgroup_v2 : count.cgroup_v1;
}

constexpr std::size_t rows_with_file(CgroupVersion version) {
  std::size_t rows = 0;
  for (std::size_t row = 0; row < sample_counts.size(); ++row) {
    if (place_of(row, version).format != Format::none) ++rows;
  }
  return rows;
}

/// The rows whose count is in a file, sorted by the file's name.
template<CgroupVersion version>
constexpr auto rows_by_file = [] {
  std::array<std::uint8_t, rows_with_file(version)> rows{};
  std::size_t size = 0;
  for (std::size_t row = 0; row < sample_counts.size(); ++row) {
    if (place_of(row, version).format != Format::none) rows[size++] = static_cast<std::uint8_t>(row);
  }
  std::ranges::sort(rows, {}, [](std::uint8_t row) { return std::pair{place_of(row, version).file, row}; });
  return rows;
}();

template<CgroupVersion version>
constexpr std::size_t file_count() {
  const auto& rows = rows_by_file<version>;
  std::size_t files = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i == 0 || place_of(rows[i], version).file != place_of(rows[i - 1], version).file) ++files;
  }
  return files;
}

template<CgroupVersion version>
constexpr auto files_of = [] {
  const auto& rows = rows_by_file<version>;
  std::array<CountFile, file_count<version>()> files{};
  std::size_t size = 0;
  for (std::size_t begin = 0; begin < rows.size();) {
    const auto file = place_of(rows[begin], version).file;
    std::uint64_t counts = 0;
    auto end = begin;
    for (; end < rows.size() && place_of(rows[end], version).file == file; ++end)
      counts |= std::uint64_t{1} << rows[end];
    // The name is a literal of the table, so it ends with a zero.
    files[size++] = {
        .name = file.data(), .counts = counts, .rows = std::span{rows}.subspan(begin, end - begin), .version = version};
    begin = end;
  }
  return files;
}();

/// Each file has one format: parse() uses the first row's.
constexpr bool formats_agree(std::span<const CountFile> files) {
  return std::ranges::all_of(files, [](const CountFile& file) {
    return std::ranges::all_of(file.rows, [&](std::uint8_t row) {
      return place_of(row, file.version).format == place_of(file.rows.front(), file.version).format;
    });
  });
}
static_assert(formats_agree(files_of<CgroupVersion::v1>) && formats_agree(files_of<CgroupVersion::v2>));

void set(std::uint8_t row, CgroupVersion version, Count number, Sample& sample) {
  if (number) sample.*sample_counts[row].member = *number * place_of(row, version).factor;
}

/// The number at the end of "some avg10=0.00 avg60=0.00 avg300=0.00 total=219557".
Count pressure_total(Words& words) {
  constexpr std::string_view total{"total="};
  for (auto word = words.next(); !word.empty(); word = words.next()) {
    if (word.starts_with(total)) return parse_number(word.substr(total.size()));
  }
  return {};
}

template<CgroupVersion version>
constexpr std::uint64_t counts_of_memory = [] {
  std::uint64_t counts = 0;
  for (std::size_t row = 0; row < sample_counts.size(); ++row) {
    const auto& place = place_of(row, version);
    if (place.file.starts_with("memory.") || place.otherwise == Otherwise::zero_with_memory)
      counts |= std::uint64_t{1} << row;
  }
  return counts;
}();

}  // namespace

void CountFile::parse(std::string_view text, Sample& sample) const {
  const auto format = place_of(rows.front(), version).format;
  if (format == Format::value) {
    set(rows.front(), version, parse_value(text), sample);
  } else if (format == Format::limit) {
    set(rows.front(), version, parse_limit(text), sample);
  } else {
    while (!text.empty()) {
      Words words{take_line(text)};
      const auto key = words.next();
      const auto row = std::ranges::find(rows, key, [this](std::uint8_t i) { return place_of(i, version).key; });
      if (row == rows.end()) continue;
      set(*row, version, format == Format::pressure ? pressure_total(words) : parse_number(words.next()), sample);
    }
  }
}

std::span<const CountFile> count_files(CgroupVersion version) {
  if (version == CgroupVersion::v1) return files_of<CgroupVersion::v1>;
  return files_of<CgroupVersion::v2>;
}

std::uint64_t memory_counts(CgroupVersion version) {
  return version == CgroupVersion::v1 ? counts_of_memory<CgroupVersion::v1> : counts_of_memory<CgroupVersion::v2>;
}

void set_zeros(CgroupVersion version, std::uint64_t wanted, Sample& sample) {
  for (std::size_t row = 0; row < sample_counts.size(); ++row) {
    const auto& place = place_of(row, version);
    if ((wanted >> row & 1U) == 0 || place.otherwise == Otherwise::absent) continue;
    if (place.otherwise == Otherwise::zero_with_memory && !sample.memory_usage) continue;
    auto& count = sample.*sample_counts[row].member;
    // Without a file, the 0 is cAdvisor's constant, whatever another source reports.
    if (!count || place.format == Format::none) count = 0;
  }
}

}  // namespace cspy::host
