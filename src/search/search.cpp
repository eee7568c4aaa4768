#include "search/search.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "base/fail.h"
#include "math/linear.h"

namespace lengthwise {
namespace {

// Document vectors of a block, and queries that one thread takes at a time: the block (3 MB at 384
// components) stays in the third cache level, the scores of a tile (96 KB) in the second.
constexpr std::size_t kBlockVectors = 2048;
constexpr std::size_t kTileQueries = 12;

// Documents [begin, end), all of their rows.
struct Block {
  std::size_t begin = 0;
  std::size_t end = 0;
};

Block NextBlock(const VectorSet& documents, std::size_t begin) {
  Block block{begin, begin};
  while (block.end < documents.size() &&
         (block.end == begin || documents.end(block.end) - documents.begin(begin) <= kBlockVectors)) {
    ++block.end;
  }
  return block;
}

PackedLinear Pack(const VectorSet& documents, std::size_t first_row, std::size_t rows, ThreadPool& pool) {
  PackedLinear packed(documents.dimension, rows);
  const std::size_t part = 8 * PanelWidth();
  const std::vector<float> no_bias(part, 0.0F);
  pool.For((rows + part - 1) / part, [&](std::size_t p, std::size_t) {
    const std::size_t count = std::min(part, rows - p * part);
    const std::span<const float> values(
        documents.values.data() + (first_row + p * part) * documents.dimension, count * documents.dimension);
    if (!packed.SetRows(p * part, values, std::span(no_bias).first(count))) {
      Fail(ErrorCode::kBadInput, "a document's vector is not finite");
    }
  });
  return packed;
}

// The mean of the `best` largest; reorders `scores`.
float MeanOfBest(std::span<float> scores, std::size_t best) {
  const std::size_t count = std::min(best, scores.size());
  if (count == 1) return *std::max_element(scores.begin(), scores.end());
  std::partial_sort(scores.begin(), scores.begin() + static_cast<std::ptrdiff_t>(count), scores.end(),
                    std::greater<>());
  return std::accumulate(scores.begin(), scores.begin() + static_cast<std::ptrdiff_t>(count), 0.0F) /
         static_cast<float>(count);
}

// Calls use(query from begin_query, document, score) for every pair, from any thread but for one query from
// one at a time.
template <typename Use>
void ForEachScore(const VectorSet& documents, const VectorSet& queries, std::size_t begin_query,
                  std::size_t query_count, std::size_t best, ThreadPool& pool, const Use& use) {
  if (documents.dimension != queries.dimension || queries.rows() != queries.size()) {
    Fail(ErrorCode::kInternal, "queries of {} components searched among documents of {}", queries.dimension,
         documents.dimension);
  }
  for (const float value :
       std::span(queries.values).subspan(begin_query * queries.dimension, query_count * queries.dimension)) {
    if (!(value - value == 0)) Fail(ErrorCode::kBadInput, "a query's vector is not finite");
  }
  std::vector<std::vector<float>> tiles(pool.size());
  for (std::size_t begin = 0; begin < documents.size();) {
    const Block block = NextBlock(documents, begin);
    const std::size_t first_row = documents.begin(block.begin);
    const std::size_t rows = documents.end(block.end - 1) - first_row;
    const PackedLinear packed = Pack(documents, first_row, rows, pool);
    pool.For((query_count + kTileQueries - 1) / kTileQueries, [&](std::size_t task, std::size_t worker) {
      const std::size_t first_query = task * kTileQueries;
      const std::size_t count = std::min(kTileQueries, query_count - first_query);
      std::vector<float>& tile = tiles[worker];
      tile.resize(kTileQueries * rows);
      LinearPart part;
      part.x = queries.values.data() + (begin_query + first_query) * queries.dimension;
      part.ldx = queries.dimension;
      part.rows = count;
      part.y = tile.data();
      part.ldy = rows;
      part.panel_end = packed.panels();
      part.in_end = queries.dimension;
      LinearScratch scratch;
      ComputeLinear(packed, part, scratch);
      for (std::size_t q = 0; q < count; ++q) {
        for (std::size_t d = block.begin; d < block.end; ++d) {
          const std::span<float> scores(tile.data() + q * rows + documents.begin(d) - first_row,
                                        documents.end(d) - documents.begin(d));
          use(first_query + q, d, MeanOfBest(scores, best));
        }
      }
    });
    begin = block.end;
  }
}

}  // namespace

std::vector<std::uint32_t> TieOrder(std::span<const std::string> ids) {
  std::vector<std::uint32_t> by_id(ids.size());
  std::iota(by_id.begin(), by_id.end(), 0U);
  std::sort(by_id.begin(), by_id.end(), [&](std::uint32_t a, std::uint32_t b) { return ids[a] > ids[b]; });
  std::vector<std::uint32_t> place(ids.size());
  for (std::uint32_t i = 0; i < by_id.size(); ++i) place[by_id[i]] = i;
  return place;
}

void BestHits::Add(Hit hit) {
  const auto better = [&](const Hit& a, const Hit& b) { return Better(a, b, tie_order_); };
  if (heap_.size() == depth_) {
    if (!better(hit, heap_.front())) return;
    std::pop_heap(heap_.begin(), heap_.end(), better);
    heap_.back() = hit;
  } else {
    heap_.push_back(hit);
  }
  std::push_heap(heap_.begin(), heap_.end(), better);
}

Ranking BestHits::Sorted() && {
  std::sort_heap(heap_.begin(), heap_.end(),
                 [&](const Hit& a, const Hit& b) { return Better(a, b, tie_order_); });
  return std::move(heap_);
}

std::vector<Ranking> Search(const VectorSet& documents, const VectorSet& queries,
                            std::span<const std::uint32_t> tie_order, const SearchOptions& options,
                            ThreadPool& pool) {
  if (!options.offsets.empty() && options.offsets.size() != documents.size()) {
    Fail(ErrorCode::kInternal, "{} offsets for {} documents", options.offsets.size(), documents.size());
  }
  std::vector<BestHits> best(queries.size(), BestHits(std::min(options.depth, documents.size()), tie_order));
  ForEachScore(documents, queries, 0, queries.size(), options.best, pool,
               [&](std::size_t query, std::size_t document, float score) {
                 const float offset = options.offsets.empty() ? 0.0F : options.offsets[document];
                 best[query].Add({static_cast<std::uint32_t>(document), score - offset});
               });
  std::vector<Ranking> rankings;
  rankings.reserve(best.size());
  for (BestHits& hits : best) rankings.push_back(std::move(hits).Sorted());
  return rankings;
}

void AddScores(const VectorSet& documents, const VectorSet& queries, std::size_t first_query,
               std::size_t query_count, std::size_t best, float weight, std::span<float> scores,
               ThreadPool& pool) {
  ForEachScore(documents, queries, first_query, query_count, best, pool,
               [&](std::size_t query, std::size_t document, float score) {
                 scores[query * documents.size() + document] += weight * score;
               });
}

}  // namespace lengthwise
