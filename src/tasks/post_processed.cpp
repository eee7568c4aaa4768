#include "tasks/post_processed.h"

#include <cstddef>
#include <span>
#include <vector>

#include "base/random.h"
#include "base/shuffle.h"
#include "statistics/halves.h"

namespace lengthwise {
namespace {

// Rows of the texts chosen.
template <typename Chosen>
VectorMoments MomentsOf(const VectorSet& vectors, std::size_t dimension, Chosen&& chosen) {
  VectorMoments moments(dimension);
  std::vector<float> rows;
  for (std::size_t text = 0; text < vectors.size(); ++text) {
    if (!chosen(text)) continue;
    for (std::size_t r = vectors.begin(text); r < vectors.end(text); ++r) {
      const std::span<const float> row = vectors.row(r);
      rows.insert(rows.end(), row.begin(), row.end());
    }
  }
  moments.Add(rows);
  return moments;
}

// Which queries of the half give the mean: the first `count` in an order drawn with the seed, so that a
// smaller sample is part of a larger one.
std::vector<bool> DrawQueries(std::size_t queries, std::size_t half, std::size_t count, std::uint64_t seed) {
  std::vector<std::size_t> order;
  for (std::size_t q = 0; q < queries; ++q) {
    if (HalfOfQuery(q, seed) == half) order.push_back(q);
  }
  Random random(Random(seed).Next() ^ half);
  Shuffle(order, random);
  std::vector<bool> drawn(queries, false);
  for (std::size_t i = 0; i < order.size() && i < count; ++i) drawn[order[i]] = true;
  return drawn;
}

std::optional<VectorMoments> QueryMoments(const HeldOutFit& fit, const TaskVectors& vectors,
                                          const VectorSet& pseudo, std::size_t half) {
  const std::size_t dimension = vectors.documents.dimension;
  const std::size_t all = vectors.queries.size();
  const QueryMean mean = fit.query_mean.value_or(QueryMean{QueryMean::Source::kSample, all});
  switch (mean.source) {
    case QueryMean::Source::kDocuments:
      return std::nullopt;
    case QueryMean::Source::kPseudo:
      return MomentsOf(pseudo, dimension, [&](std::size_t d) { return HalfOfDocument(d, fit.seed) == 0; });
    case QueryMean::Source::kSample:
      break;
  }
  const std::vector<bool> drawn = DrawQueries(all, half, mean.count, fit.seed);
  return MomentsOf(vectors.queries, dimension, [&](std::size_t q) { return drawn[q]; });
}

}  // namespace

TaskVectors PostProcessWhole(const PostProcessSpec& spec, const TaskVectors& vectors, bool queries_apart) {
  TaskVectors result = vectors;
  VectorMoments document_moments(vectors.documents.dimension);
  document_moments.Add(vectors.documents.values);
  VectorMoments query_moments(vectors.documents.dimension);
  if (!vectors.queries.values.empty()) {
    (queries_apart ? query_moments : document_moments).Add(vectors.queries.values);
  }
  const PostProcess post = FitPostProcess(spec, document_moments, queries_apart ? &query_moments : nullptr);
  ApplyPostProcess(post, Role::kDocument, result.documents.values);
  if (!vectors.queries.values.empty()) {
    ApplyPostProcess(post, queries_apart ? Role::kQuery : Role::kDocument, result.queries.values);
  }
  return result;
}

TaskVectors PostProcessHeldOut(const HeldOutFit& fit, const TaskVectors& vectors, const VectorSet& pseudo) {
  TaskVectors result = vectors;
  const VectorMoments documents = MomentsOf(vectors.documents, vectors.documents.dimension,
                                            [&](std::size_t d) { return HalfOfDocument(d, fit.seed) == 0; });
  for (std::size_t half = 0; half < 2; ++half) {
    const std::optional<VectorMoments> queries = QueryMoments(fit, vectors, pseudo, 1 - half);
    const PostProcess post = FitPostProcess(fit.spec, documents, queries ? &*queries : nullptr);
    if (half == 0) ApplyPostProcess(post, Role::kDocument, result.documents.values);
    for (std::size_t q = 0; q < result.queries.size(); ++q) {
      if (HalfOfQuery(q, fit.seed) == half) ApplyPostProcess(post, Role::kQuery, result.queries.row(q));
    }
  }
  return result;
}

}  // namespace lengthwise
