#include "search/matching.h"

#include <numeric>
#include <utility>

#include "base/fail.h"
#include "search/hybrid.h"

namespace lengthwise {
namespace {

VectorSet Rows(const VectorSet& vectors, std::span<const std::size_t> rows) {
  VectorSet chosen;
  chosen.dimension = vectors.dimension;
  for (const std::size_t r : rows) {
    const std::span<const float> row = vectors.row(r);
    chosen.values.insert(chosen.values.end(), row.begin(), row.end());
  }
  return chosen;
}

std::vector<Ranking> SearchScaled(const VectorSet& documents, const VectorSet& queries,
                                  const VectorSet& sample, std::span<const std::uint32_t> tie_order,
                                  std::size_t depth, std::size_t neighbours, ThreadPool& pool) {
  std::vector<float> offsets = NeighbourMeans(documents, sample, neighbours, pool);
  for (float& offset : offsets) offset /= 2;
  return Search(documents, queries, tie_order, {.depth = depth, .best = 1, .offsets = offsets}, pool);
}

void FuseWith(std::span<const Ranking> words, std::span<const std::uint32_t> tie_order, std::size_t depth,
              ThreadPool& pool, std::vector<Ranking>& rankings) {
  pool.For(rankings.size(), [&](std::size_t q, std::size_t) {
    const Ranking* const both[] = {&rankings[q], &words[q]};
    rankings[q] = FuseReciprocalRanks(both, tie_order, depth);
  });
}

}  // namespace

std::vector<float> NeighbourMeans(const VectorSet& documents, const VectorSet& queries,
                                  std::size_t neighbours, ThreadPool& pool) {
  if (queries.size() == 0) Fail(ErrorCode::kBadInput, "CSLS: there is no query to be near to");
  std::vector<std::uint32_t> order(queries.size());
  std::iota(order.begin(), order.end(), 0U);
  // The sides exchanged: every document looks for its nearest queries.
  const std::vector<Ranking> nearest =
      Search(queries, documents, order, {.depth = neighbours, .best = 1, .offsets = {}}, pool);
  std::vector<float> means;
  means.reserve(nearest.size());
  for (const Ranking& ranking : nearest) {
    double sum = 0;
    for (const Hit& hit : ranking) sum += hit.score;
    means.push_back(static_cast<float>(sum / static_cast<double>(ranking.size())));
  }
  return means;
}

std::vector<Ranking> MatchDocuments(const VectorSet& documents, const VectorSet& queries,
                                    std::span<const std::uint32_t> tie_order, std::size_t depth,
                                    const Matching& matching,
                                    std::optional<std::span<const std::uint8_t>> held_out, ThreadPool& pool,
                                    const WordSearch& words) {
  const std::size_t best = matching.best.value_or(1);
  if (matching.hybrid) {
    const VectorView view{.documents = &documents, .queries = &queries, .best = best};
    return RankHybrid({&view, 1}, *words.index, words.queries, *matching.hybrid, tie_order, depth, pool);
  }
  if (!matching.csls) {
    std::vector<Ranking> rankings =
        Search(documents, queries, tie_order, {.depth = depth, .best = best, .offsets = {}}, pool);
    if (matching.fusion) FuseWith(words.rankings, tie_order, depth, pool, rankings);
    return rankings;
  }
  if (!held_out) {
    return SearchScaled(documents, queries, queries, tie_order, depth, *matching.csls, pool);
  }
  std::vector<std::size_t> halves[2];
  for (std::size_t q = 0; q < queries.size(); ++q) halves[(*held_out)[q]].push_back(q);
  std::vector<Ranking> rankings(queries.size());
  for (std::size_t half = 0; half < 2; ++half) {
    if (halves[half].empty()) continue;
    std::vector<Ranking> found =
        SearchScaled(documents, Rows(queries, halves[half]), Rows(queries, halves[1 - half]), tie_order,
                     depth, *matching.csls, pool);
    for (std::size_t i = 0; i < found.size(); ++i) rankings[halves[half][i]] = std::move(found[i]);
  }
  return rankings;
}

}  // namespace lengthwise
