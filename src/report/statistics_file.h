// Statistics of a measurement as a file, so that reports of parts of a collection can be merged into the
// report of the whole (docs/statistics.schema.json).
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "base/file.h"
#include "base/json.h"
#include "measure/measure_statistics.h"

namespace lengthwise {

inline constexpr int kStatisticsVersion = 2;

struct StatisticsFile {
  MeasureStatistics statistics;  // of the model, what a report of it computes with: sizes and limits
  Json model;                    // as the report describes it
  Json repair;                   // the same
};

// One JSON object, written piece by piece; numbers to the bit, as base64 of little-endian values. `report` is
// the report of the same measurement, which describes the model and the repair.
void WriteStatistics(const MeasureStatistics& statistics, const OrderedJson& report, AtomicFile& file);

// Throws kIo, or kBadInput naming file and member for what is not such a file: another format or version,
// sizes that contradict each other, a number that is not finite.
StatisticsFile ReadStatistics(const std::filesystem::path& path);

// The statistics of one file or more, together. Throws as ReadStatistics; kBadInput, naming the member of
// model, repair or options and both values, where two were not made in the same way; and kBadInput, naming
// both files, for the same file twice and, without `allow_overlap`, for two whose samples of documents share
// some. With it what the parts hold in common is named in the notes.
StatisticsFile MergeStatistics(std::span<const std::string> paths, bool allow_overlap);

}  // namespace lengthwise
