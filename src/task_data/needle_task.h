// Retrieval tasks whose documents are filler of one exact length with one statement hidden in each: the
// passkey and needle tests of LongEmbed (Zhu et al. 2024, arXiv 2404.12096), at any length and from any
// filler.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "lengthwise/task.h"
#include "task_data/needles.h"
#include "text/documents.h"
#include "tokenizer/tokenizer.h"

namespace lengthwise {

struct NeedleOptions {
  NeedleKind kind = NeedleKind::kPasskey;
  std::vector<std::size_t> lengths;  // of the documents in tokens, special tokens included
  std::size_t documents = 100;       // each with a needle of its own
  std::size_t queries = 50;          // for the needles of the first so many documents
  std::uint64_t seed = 1;
};

// The task at one length.
struct NeedleTask {
  std::size_t length = 0;
  RetrievalTask task;
  // By query, where its needle stands: the part of the filler that precedes it, in tokens. 0: first, 1: last.
  std::vector<double> depths;
  // Runs of filler passed over, since none of their words is short enough to fill a document to its last
  // token; of all lengths, which share the filler.
  std::size_t skipped = 0;
};

// Throws kBadInput as MakeNeedleTasks does, for all that does not depend on the filler.
void CheckNeedleOptions(const NeedleOptions& options, const Tokenizer& tokenizer);

// The tasks in the order of the lengths. Document i has the same filler, the same needle, at the same part of
// its length, and the same query in all of them, so that they differ in length alone. Its filler is a run of
// whole words, with single spaces between, of filler documents in an order drawn by seed; where one is too
// short the next continues it. The last words are such that the length is met exactly: one that is too long
// for what is left is passed over, and so is a run in which all are, at one of the lengths. The places are
// uniform over the boundaries of words, by tokens. Throws kBadInput: filler that is too short (saying how
// much there is), a length too small for a statement, a length twice, more documents than needles, more
// queries than documents; kUnsupported for a tokenizer whose tokens depend on more than the word.
std::vector<NeedleTask> MakeNeedleTasks(std::span<const Document> filler, const Tokenizer& tokenizer,
                                        const NeedleOptions& options);

}  // namespace lengthwise
