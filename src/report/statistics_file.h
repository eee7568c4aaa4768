// Statistics of a measurement as a file, so that reports of parts of a collection can be merged into the
// report of the whole (docs/statistics.schema.json).
#pragma once

#include <filesystem>

#include "base/file.h"
#include "base/json.h"
#include "measure/measure_statistics.h"

namespace lengthwise {

inline constexpr int kStatisticsVersion = 2;

// The options that statistics depend on: those of two must be the same for the two to merge.
OrderedJson OptionsJson(const MeasureStatistics& statistics);

// One JSON object, written piece by piece; numbers to the bit, as base64 of little-endian values.
void WriteStatistics(const MeasureStatistics& statistics, AtomicFile& file);

// Throws kIo, or kBadInput naming file and member for what is not such a file: another format or version,
// sizes that contradict each other, a number that is not finite.
MeasureStatistics ReadStatistics(const std::filesystem::path& path);

}  // namespace lengthwise
