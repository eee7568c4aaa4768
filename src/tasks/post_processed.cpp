#include "tasks/post_processed.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "tasks/compare_runs.h"

namespace lengthwise {
namespace {

std::size_t HalfOfRow(std::size_t row, const char* what, std::uint64_t seed) {
  return HalfOf(what + std::to_string(row), seed);
}

VectorMoments HalfMoments(const VectorSet& vectors, const char* what, std::size_t half, std::uint64_t seed) {
  VectorMoments moments(vectors.dimension);
  std::vector<float> chosen;
  for (std::size_t r = 0; r < vectors.rows(); ++r) {
    if (HalfOfRow(r, what, seed) != half) continue;
    const std::span<const float> row = vectors.row(r);
    chosen.insert(chosen.end(), row.begin(), row.end());
  }
  moments.Add(chosen);
  return moments;
}

}  // namespace

PostProcessedVectors PostProcessWhole(const PostProcessSpec& spec, const VectorSet& documents,
                                      const VectorSet& queries, bool queries_apart) {
  PostProcessedVectors result{documents, queries};
  VectorMoments document_moments(documents.dimension);
  document_moments.Add(documents.values);
  VectorMoments query_moments(documents.dimension);
  if (!queries.values.empty()) (queries_apart ? query_moments : document_moments).Add(queries.values);
  const PostProcess post = FitPostProcess(spec, document_moments, queries_apart ? &query_moments : nullptr);
  ApplyPostProcess(post, Role::kDocument, result.documents.values);
  if (!queries.values.empty()) {
    ApplyPostProcess(post, queries_apart ? Role::kQuery : Role::kDocument, result.queries.values);
  }
  return result;
}

PostProcessedVectors PostProcessHeldOut(const PostProcessSpec& spec, const VectorSet& documents,
                                        const VectorSet& queries, std::uint64_t seed) {
  PostProcessedVectors result{documents, queries};
  const VectorMoments document_moments = HalfMoments(documents, "document ", 0, seed);
  for (std::size_t half = 0; half < 2; ++half) {
    const VectorMoments others = HalfMoments(queries, "query ", 1 - half, seed);
    const PostProcess post = FitPostProcess(spec, document_moments, &others);
    if (half == 0) ApplyPostProcess(post, Role::kDocument, result.documents.values);
    for (std::size_t r = 0; r < queries.rows(); ++r) {
      if (HalfOfRow(r, "query ", seed) == half) ApplyPostProcess(post, Role::kQuery, result.queries.row(r));
    }
  }
  return result;
}

}  // namespace lengthwise
