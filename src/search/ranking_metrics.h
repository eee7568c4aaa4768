// Metrics of rankings, as trec_eval and MTEB define them.
#pragma once

#include <cstddef>
#include <span>

#include "lengthwise/task.h"
#include "search/search.h"

namespace lengthwise {

// `judgements` by ascending document; a document without a judgement is not relevant. Where no document is
// relevant, every metric is 0, as trec_eval has it.

// trec_eval's ndcg_cut: gain is the grade, discount log2(rank + 1), over the same for the best order of the
// judged documents; grades below 0 gain nothing.
double NdcgAt(std::span<const Hit> ranking, std::span<const Relevance> judgements, std::size_t depth);

// MTEB's: 1 / rank of the first relevant document, 0 if it stands below `depth`.
double ReciprocalRankAt(std::span<const Hit> ranking, std::span<const Relevance> judgements,
                        std::size_t depth);

// Relevant documents among the first `depth`, over all that are relevant.
double RecallAt(std::span<const Hit> ranking, std::span<const Relevance> judgements, std::size_t depth);

// trec_eval's map_cut for one query: the precision at each relevant document of the first `depth`, summed,
// over all that are relevant.
double AveragePrecisionAt(std::span<const Hit> ranking, std::span<const Relevance> judgements,
                          std::size_t depth);

}  // namespace lengthwise
