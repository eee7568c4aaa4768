// Vectors of a task, post-processed with a fit to the task's own texts. No label is looked at.
#pragma once

#include <cstdint>

#include "lengthwise/post_process.h"
#include "tasks/vector_set.h"

namespace lengthwise {

struct PostProcessedVectors {
  VectorSet documents;
  VectorSet queries;
};

// Fitted to all documents, and to all queries where queries are a role of their own (else they are documents
// too).
PostProcessedVectors PostProcessWhole(const PostProcessSpec& spec, const VectorSet& documents,
                                      const VectorSet& queries, bool queries_apart);

// As a served query meets it: the map and the documents' mean are fitted to half of the documents, drawn with
// the seed, and applied to all; queries are two halves, each centred on the mean of the other.
PostProcessedVectors PostProcessHeldOut(const PostProcessSpec& spec, const VectorSet& documents,
                                        const VectorSet& queries, std::uint64_t seed);

}  // namespace lengthwise
