#include "search/hybrid.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <unordered_map>
#include <utility>

#include "base/fail.h"

namespace lengthwise {
namespace {

// Scores held at a time: 64 MB.
constexpr std::size_t kHeldScores = std::size_t{1} << 24;
// Documents are packed anew for every block of queries: with so many, that costs little beside their
// products.
constexpr std::size_t kMostBlockQueries = 1024;

void CheckViews(std::span<const VectorView> views) {
  if (views.empty()) Fail(ErrorCode::kInternal, "documents scored by no vectors");
  for (const VectorView& view : views) {
    if (view.documents->size() == views[0].documents->size() &&
        view.queries->size() == views[0].queries->size())
      continue;
    Fail(ErrorCode::kInternal, "views of {} and of {} documents, {} and {} queries",
         views[0].documents->size(), view.documents->size(), views[0].queries->size(), view.queries->size());
  }
}

// Ranks every query by the row that `score` fills, a block of queries at a time.
std::vector<Ranking> RankInBlocks(std::size_t queries, std::size_t documents,
                                  std::span<const std::uint32_t> tie_order, std::size_t depth,
                                  ThreadPool& pool,
                                  const std::function<void(std::size_t, std::span<float>)>& score) {
  const std::size_t most =
      std::clamp<std::size_t>(kHeldScores / std::max<std::size_t>(1, documents), 1, kMostBlockQueries);
  std::vector<Ranking> rankings(queries);
  std::vector<float> rows;
  for (std::size_t first = 0; first < queries; first += most) {
    const std::size_t count = std::min(most, queries - first);
    rows.assign(count * documents, 0.0F);
    score(first, rows);
    pool.For(count, [&](std::size_t q, std::size_t) {
      rankings[first + q] = RankRow(std::span(rows).subspan(q * documents, documents), tie_order, depth);
    });
  }
  return rankings;
}

}  // namespace

void ScoreByVectors(std::span<const VectorView> views, std::size_t first_query, std::span<float> scores,
                    ThreadPool& pool) {
  CheckViews(views);
  const std::size_t documents = views[0].documents->size();
  if (documents == 0) return;
  std::fill(scores.begin(), scores.end(), 0.0F);
  for (const VectorView& view : views) {
    AddScores(*view.documents, *view.queries, first_query, scores.size() / documents, view.best, view.weight,
              scores, pool);
  }
}

void ScoreByBm25(const Bm25Index& index, std::span<const std::string> queries, std::size_t first_query,
                 std::span<float> scores, ThreadPool& pool) {
  const std::size_t documents = index.documents();
  if (documents == 0) return;
  pool.For(scores.size() / documents, [&](std::size_t q, std::size_t) {
    const std::vector<double> row = index.Scores(queries[first_query + q]);
    std::transform(row.begin(), row.end(), scores.begin() + static_cast<std::ptrdiff_t>(q * documents),
                   [](double score) { return static_cast<float>(score); });
  });
}

void Standardise(std::span<float> row) {
  if (row.empty()) return;
  const auto count = static_cast<double>(row.size());
  double sum = 0;
  for (const float value : row) sum += value;
  const double mean = sum / count;
  double squares = 0;
  for (const float value : row) squares += (value - mean) * (value - mean);
  // Far below what scores differ by, and keeps equal ones from being divided by nothing.
  constexpr double kLeast = 1e-9;
  const double scale = 1 / (std::sqrt(squares / count) + kLeast);
  for (float& value : row) value = static_cast<float>((value - mean) * scale);
}

Ranking RankRow(std::span<const float> row, std::span<const std::uint32_t> tie_order, std::size_t depth) {
  BestHits best(std::min(depth, row.size()), tie_order);
  for (std::uint32_t d = 0; d < row.size(); ++d) best.Add({d, row[d]});
  return std::move(best).Sorted();
}

std::vector<Ranking> RankByVectors(std::span<const VectorView> views,
                                   std::span<const std::uint32_t> tie_order, std::size_t depth,
                                   ThreadPool& pool) {
  CheckViews(views);
  return RankInBlocks(
      views[0].queries->size(), views[0].documents->size(), tie_order, depth, pool,
      [&](std::size_t first, std::span<float> rows) { ScoreByVectors(views, first, rows, pool); });
}

std::vector<Ranking> RankHybrid(std::span<const VectorView> views, const Bm25Index& index,
                                std::span<const std::string> queries, double weight,
                                std::span<const std::uint32_t> tie_order, std::size_t depth,
                                ThreadPool& pool) {
  // Written so that NaN is refused too.
  if (!(weight >= 0 && weight <= 1)) {
    Fail(ErrorCode::kBadInput, "the weight of vectors beside BM25 is {}; it must lie between 0 and 1",
         weight);
  }
  CheckViews(views);
  const std::size_t documents = views[0].documents->size();
  if (index.documents() != documents || queries.size() != views[0].queries->size()) {
    Fail(ErrorCode::kInternal, "BM25 of {} documents and {} queries beside vectors of {} and {}",
         index.documents(), queries.size(), documents, views[0].queries->size());
  }
  std::vector<float> words;
  return RankInBlocks(queries.size(), documents, tie_order, depth, pool,
                      [&](std::size_t first, std::span<float> rows) {
                        words.resize(rows.size());
                        ScoreByVectors(views, first, rows, pool);
                        ScoreByBm25(index, queries, first, words, pool);
                        pool.For(rows.size() / documents, [&](std::size_t q, std::size_t) {
                          const std::span<float> row = rows.subspan(q * documents, documents);
                          const std::span<float> other = std::span(words).subspan(q * documents, documents);
                          Standardise(row);
                          Standardise(other);
                          for (std::size_t d = 0; d < documents; ++d) {
                            row[d] = static_cast<float>(weight * row[d] + (1 - weight) * other[d]);
                          }
                        });
                      });
}

Ranking FuseReciprocalRanks(std::span<const Ranking* const> rankings,
                            std::span<const std::uint32_t> tie_order, std::size_t depth) {
  std::unordered_map<std::uint32_t, double> sums;
  for (const Ranking* const ranking : rankings) {
    for (std::size_t i = 0; i < ranking->size(); ++i) {
      sums[(*ranking)[i].document] += 1 / (kFusionOffset + static_cast<double>(i + 1));
    }
  }
  BestHits best(depth, tie_order);
  for (const auto& [document, sum] : sums) best.Add({document, static_cast<float>(sum)});
  return std::move(best).Sorted();
}

}  // namespace lengthwise
