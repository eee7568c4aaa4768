// Everything that a report of natural and truncated arms is made from: gathered in one pass over the
// documents, of a size that does not grow with their number, and mergeable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "collapse/arms.h"
#include "collapse/description.h"
#include "collapse/document_stream.h"
#include "collapse/truncated_document.h"
#include "collapse/truncation.h"
#include "measure/measure_options.h"

namespace lengthwise {

class ResumeFile;

struct TruncatedStatistics {
  LengthCounts counts;
  std::vector<TruncatedDocument> documents;  // as KeepTruncated leaves them
};

struct MeasureStatistics {
  ModelDescription model;
  MeasureOptions options;  // `lengths` filled in
  DataSums data;
  ArmStats natural;  // over NaturalBuckets; empty: not asked for
  TruncatedStatistics truncated;
  std::vector<std::string> notes;  // what a reader must know beside what the numbers show

  // Merging is associative and commutative: the report of the merged statistics is that of one pass over all
  // documents, to 1e-9. Throws kBadInput where arms, lengths or dimensions differ; that model and options are
  // the same is the caller's to check.
  void Merge(const MeasureStatistics& other);
};

// How a measurement runs, which changes none of its numbers.
struct MeasureRun {
  Progress progress;             // in tokens
  ResumeFile* resume = nullptr;  // null: embeddings are not kept; what is probed is not kept anyway
};

struct GatheredDocuments {
  MeasureStatistics statistics;
  // As KeepTruncated leaves them: those of the truncated arm first, in an order that does not depend on the
  // input's.
  std::vector<TokenizedDocument> long_documents;
  std::size_t tokens = 0;  // embedded so far, as progress counts them
};

// What else is measured on the same documents. Each may be empty.
struct GatherHooks {
  std::function<void(const TokenizedDocument& document)> observe;  // sees every document measured
  // Called when all documents are known and counted: the tokens that will be embedded afterwards, for the
  // total of the progress.
  std::function<std::size_t(const GatheredDocuments& gathered)> later_tokens;
};

// For statistics that are to be merged, also embeds what only a merge could need: the few documents that
// reach lengths which too few documents reach here. Throws kBadInput for no documents, bad options or vectors
// that are not finite.
GatheredDocuments GatherStatistics(const Session& embedder, const DocumentSource& source,
                                   const MeasureOptions& options, const MeasureRun& run = {},
                                   const GatherHooks& hooks = {});

}  // namespace lengthwise
