// Several files of statistics as one.
#pragma once

#include <span>
#include <string>

#include "measure/measure_statistics.h"

namespace lengthwise {

// The statistics of one file or more, together. Throws as ReadStatistics; kBadInput, naming the member of
// model, repair or options and both values, where two were not made in the same way; and kBadInput, naming
// both files, for the same file twice and, without `allow_overlap`, for two whose samples of documents share
// some. With it what the parts hold in common is named in the notes.
MeasureStatistics ReadAndMerge(std::span<const std::string> paths, bool allow_overlap);

}  // namespace lengthwise
