// Vectors of a task, post-processed with a fit to the task's own texts. No label is looked at.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "lengthwise/post_process.h"
#include "lengthwise/query_mean.h"
#include "search/vector_set.h"

namespace lengthwise {

// Documents have one row each, or several: those of its windows, each post-processed by itself. Every row
// counts the same in a fit. Sums over the vectors are made once, however many fits are asked for.
class TaskFit {
 public:
  // Borrows `vectors` and `pseudo` (rows by document; looked at for QuerySource::kPseudo alone).
  // `queries_apart`: queries are a role of their own; else they are documents too. The seed draws halves.
  // `windows`, if given: where documents have one row each, those of their windows, whose scatter within
  // documents a fit may look at.
  TaskFit(const TaskVectors& vectors, bool queries_apart, std::uint64_t seed, const VectorSet& pseudo,
          const VectorSet* windows = nullptr);

  // Fitted to all documents, and to all queries.
  TaskVectors Whole(const PostProcessSpec& spec);

  // As a served query meets it: the map and the documents' mean are fitted to half of the documents, drawn
  // with the seed, and applied to all; queries are two halves, each centred on a mean to which it has given
  // nothing: of queries of the other half (as many as asked for, of an order drawn with the seed; all where
  // there are fewer), of the pseudo-queries of the documents fitted to, or of these documents.
  TaskVectors HeldOut(const PostProcessSpec& spec, const QueryMean& query_mean);

 private:
  const VectorMoments& Documents();
  const VectorMoments& HalfOfDocuments();
  const VectorMoments* Queries(const QueryMean& mean, std::size_t half);

  const TaskVectors& vectors_;
  bool queries_apart_;
  std::uint64_t seed_;
  const VectorSet& pseudo_;
  const VectorSet* windows_;
  std::optional<VectorMoments> documents_;
  std::optional<VectorMoments> half_of_documents_;
  std::optional<VectorMoments> all_queries_;
  std::optional<VectorMoments> pseudo_queries_;
  // Means of queries by half and number.
  std::map<std::pair<std::size_t, std::size_t>, VectorMoments> sampled_queries_;
};

}  // namespace lengthwise
