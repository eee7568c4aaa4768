// Vectors of a task, post-processed with a fit to the task's own texts. No label is looked at.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "lengthwise/post_process.h"
#include "lengthwise/query_mean.h"
#include "search/vector_set.h"
#include "tasks/held_out.h"

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

  // All of it by a fit to the half `fitted` of the documents, which documents of the other half may be judged
  // by. Each query is centred on a mean to which it has given nothing: of queries of the other half of the
  // queries (as many as asked for, of an order drawn with the seed; all where there are fewer), of the
  // pseudo-queries of the documents fitted to, or of these documents. Borrows `split` for good.
  TaskVectors HeldOut(const PostProcessSpec& spec, const QueryMean& query_mean, const HeldOutSplit& split,
                      std::size_t fitted);

 private:
  const VectorMoments& Documents();
  const VectorMoments& HalfOfDocuments(const HeldOutSplit& split, std::size_t half);
  const PostProcess& FitOf(const PostProcessSpec& spec, const HeldOutSplit& split, std::size_t fitted);
  VectorMoments QueriesOf(const HeldOutSplit& split, std::size_t half, std::size_t count) const;

  const TaskVectors& vectors_;
  bool queries_apart_;
  std::uint64_t seed_;
  const VectorSet& pseudo_;
  const VectorSet* windows_;
  std::optional<VectorMoments> documents_;
  std::optional<VectorMoments> all_queries_;
  using Half = std::pair<const HeldOutSplit*, std::size_t>;
  std::map<Half, VectorMoments> halves_of_documents_;
  // Those of the last specification, queries centred on the documents' mean.
  std::optional<PostProcessSpec> fitted_spec_;
  std::map<Half, PostProcess> fits_;
};

}  // namespace lengthwise
