// Vectors of a task, post-processed with a fit to the task's own texts. No label is looked at.
#pragma once

#include <cstdint>
#include <optional>

#include "lengthwise/post_process.h"
#include "search/vector_set.h"
#include "tasks/query_mean.h"

namespace lengthwise {

// Documents have one row each, or several: those of its windows, each post-processed by itself. Every row
// counts the same in a fit.

// Fitted to all documents, and to all queries where queries are a role of their own (else they are documents
// too).
TaskVectors PostProcessWhole(const PostProcessSpec& spec, const TaskVectors& vectors, bool queries_apart);

struct HeldOutFit {
  PostProcessSpec spec;
  std::optional<QueryMean> query_mean;  // absent: the mean of all queries of the other half
  std::uint64_t seed = 1;
};

// As a served query meets it: the map and the documents' mean are fitted to half of the documents, drawn with
// the seed, and applied to all; queries are two halves, each centred on a mean to which it has given nothing:
// of queries of the other half (as many as asked for, of an order drawn with the seed; all where there are
// fewer), of the pseudo-queries of the documents fitted to, or of these documents. `pseudo`: rows by
// document; looked at for QueryMean::Source::kPseudo alone.
TaskVectors PostProcessHeldOut(const HeldOutFit& fit, const TaskVectors& vectors, const VectorSet& pseudo);

}  // namespace lengthwise
