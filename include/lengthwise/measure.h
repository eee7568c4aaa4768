// Measuring length-induced collapse: whether, and from which length on, embeddings grow alike.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "lengthwise/documents.h"
#include "lengthwise/embedder.h"
#include "lengthwise/measure_options.h"
#include "lengthwise/measure_result.h"
#include "lengthwise/progress.h"

namespace lengthwise {

class AtomicFile;

// Throws kBadInput, saying what is wrong with which option.
void CheckMeasureOptions(const MeasureOptions& options, const Embedder& embedder);

// Every number of the report. Memory does not grow with the number of documents, but for a fraction of them;
// the same documents, in any order, options and model give the same result at any number of threads. Progress
// is in tokens. Throws kBadInput as CheckMeasureOptions, for no documents, and for vectors that are not
// finite; kCancelled; and what `source` throws.
MeasureResult Measure(const Embedder& embedder, const DocumentSource& source,
                      const MeasureOptions& options = {}, const Progress& progress = {});
MeasureResult Measure(const Embedder& embedder, std::span<const Document> documents,
                      const MeasureOptions& options = {}, const Progress& progress = {});

// To be called when what was made of the result is stored: removes what was kept in case the measurement is
// broken off.
void Finish(const MeasureResult& result);

// result.statistics as a file, as docs/statistics.schema.json says. Throws kIo, and kBadInput where the
// result has none.
void WriteStatistics(const MeasureResult& result, AtomicFile& file);

struct MergeOptions {
  // Documents that several files share count as often as they stand; otherwise such files are refused.
  bool allow_overlap = false;
  std::size_t threads = 0;           // 0: as many as the process may run on
  std::vector<std::string> command;  // as MeasureOptions has it
};

// The result of one measurement of all the documents that several were made of, from the files that
// WriteStatistics wrote. Throws kIo; kBadInput, naming the file and what is wrong, for what is no such file,
// for two that were not made in the same way, the same file twice, and files whose documents overlap.
MeasureResult MergeStatistics(std::span<const std::string> files, const MergeOptions& options = {});

}  // namespace lengthwise
