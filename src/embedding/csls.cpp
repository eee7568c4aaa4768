#include "embedding/csls.h"

#include <algorithm>
#include <functional>

#include "base/fail.h"

namespace lengthwise {

NeighbourMeans::NeighbourMeans(std::size_t points, std::size_t k) : k_(k), nearest_(points) {
  if (k == 0) Fail(ErrorCode::kBadInput, "CSLS needs 1 neighbour or more");
}

void NeighbourMeans::Add(std::size_t point, float similarity) {
  std::vector<float>& heap = nearest_[point];
  if (heap.size() == k_) {
    if (similarity <= heap.front()) return;
    std::pop_heap(heap.begin(), heap.end(), std::greater<>());
    heap.back() = similarity;
  } else {
    heap.push_back(similarity);
  }
  std::push_heap(heap.begin(), heap.end(), std::greater<>());
}

void NeighbourMeans::AddRows(const ScoreBlock& block) {
  for (std::size_t r = 0; r < block.rows; ++r) {
    for (std::size_t c = 0; c < block.columns; ++c) {
      Add(block.first_row + r, block.scores[r * block.stride + c]);
    }
  }
}

void NeighbourMeans::AddColumns(const ScoreBlock& block) {
  for (std::size_t r = 0; r < block.rows; ++r) {
    for (std::size_t c = 0; c < block.columns; ++c) {
      Add(block.first_column + c, block.scores[r * block.stride + c]);
    }
  }
}

std::vector<float> NeighbourMeans::Means() const {
  std::vector<float> means;
  means.reserve(nearest_.size());
  for (std::vector<float> heap : nearest_) {
    if (heap.empty()) {
      Fail(ErrorCode::kBadInput, "CSLS: point {} has no similarity with the other side", means.size());
    }
    // Sorted, so that the sum does not depend on the order in which they came.
    std::sort(heap.begin(), heap.end());
    double sum = 0;
    for (const float similarity : heap) sum += similarity;
    means.push_back(static_cast<float>(sum / static_cast<double>(heap.size())));
  }
  return means;
}

void ApplyCsls(const ScoreBlock& block, std::span<const float> row_means,
               std::span<const float> column_means) {
  if (row_means.size() < block.first_row + block.rows ||
      column_means.size() < block.first_column + block.columns) {
    Fail(ErrorCode::kInternal, "CSLS: {} and {} means for a block up to row {} and column {}",
         row_means.size(), column_means.size(), block.first_row + block.rows,
         block.first_column + block.columns);
  }
  for (std::size_t r = 0; r < block.rows; ++r) {
    for (std::size_t c = 0; c < block.columns; ++c) {
      float& score = block.scores[r * block.stride + c];
      score = 2 * score - row_means[block.first_row + r] - column_means[block.first_column + c];
    }
  }
}

}  // namespace lengthwise
