// Fitting a post-processing to a model and a collection of documents, without labels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lengthwise/documents.h"
#include "lengthwise/embedder.h"
#include "lengthwise/post_process.h"
#include "lengthwise/progress.h"
#include "lengthwise/repair.h"

namespace lengthwise {

struct FitOptions {
  PostProcessSpec spec;
  QuerySource query_source = QuerySource::kPseudo;
  bool each_window = false;  // PostProcess::each_window: fitted on windows, for windows
  std::uint64_t seed = 1;    // of pseudo-queries
  // Where whole texts are post-processed: windows of so many tokens are embedded too, for the scatter within
  // documents that `spec` looks at. The vector of one pass is repaired with what many windows tell, and
  // export can fold it. 0: none.
  std::size_t scatter_window = 0;
  // What a small sample is too small for is shrunk. Where there are fewer vectors of documents (of windows)
  // than this, a whitening's epsilon grows in proportion: epsilon `enough` / vectors. 0: never.
  std::size_t enough = 0;
  // The mean of queries is drawn to the documents' as if it were so many queries that lie there: (sum of
  // queries + query_prior * mean of documents) / (queries + query_prior).
  double query_prior = 0;
};

struct FitResult {
  Repair repair;  // with the embedder's attention and long-input policies
  InputFindings documents;
  InputFindings queries;
  // Of tokens that the vocabulary lacks, in both.
  std::vector<InputWarning> token_warnings;
  // What the sample is too small for, in words.
  std::vector<std::string> warnings;
};

// Throws kBadInput for options that do not fit the embedder: it has a post-processing, each_window though its
// long-input policy has no windows, or all of the model's dimensions would be removed.
void CheckFitOptions(const Embedder& embedder, const FitOptions& options);

// Embeds the documents as they are read, and the queries under QuerySource::kQueries alone; memory does not
// grow with their number. Progress is in texts, and their number is not known. Throws as CheckFitOptions,
// ForEachDocument and FitPostProcess, and kCancelled.
FitResult FitRepair(const Embedder& embedder, const InputOptions& documents,
                    const std::optional<InputOptions>& queries, const FitOptions& options,
                    const Progress& progress = {});

}  // namespace lengthwise
