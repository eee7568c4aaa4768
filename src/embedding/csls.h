// Cross-domain similarity local scaling (Conneau, Lample, Ranzato, Denoyer, Jegou, arXiv 1710.04087, 2.2): a
// correction of similarities for hubs, made while searching.
//     csls(q, d) = 2 cos(q, d) - r(q) - r(d)
// with r(q) the mean cosine of q with its k nearest documents and r(d) that of d with its k nearest queries.
// r(q) moves no document of q past another; r(d), which needs a sample of queries, lowers documents that are
// near to all of them.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace lengthwise {

// A part of the matrix of similarities [queries x documents]; row r, column c at scores[r * stride + c].
struct ScoreBlock {
  float* scores = nullptr;
  std::size_t rows = 0, columns = 0, stride = 0;
  std::size_t first_row = 0, first_column = 0;  // of the whole matrix
};

// Mean similarity of each point with its k nearest of the other side, from blocks in any order. Keeps k
// numbers a point. The result does not depend on the order of the blocks.
class NeighbourMeans {
 public:
  // k >= 1.
  NeighbourMeans(std::size_t points, std::size_t k);

  // The points are the rows (queries) or the columns (documents) of the block, whose parts of the matrix are
  // given once each.
  void AddRows(const ScoreBlock& block);
  void AddColumns(const ScoreBlock& block);

  // [points]; of fewer than k others, where there are no more. Throws kBadInput for a point without any.
  std::vector<float> Means() const;

 private:
  void Add(std::size_t point, float similarity);

  std::size_t k_;
  std::vector<std::vector<float>> nearest_;  // a heap each, the least first
};

// In place; the means are of the whole matrix's rows and columns.
void ApplyCsls(const ScoreBlock& block, std::span<const float> row_means,
               std::span<const float> column_means);

}  // namespace lengthwise
