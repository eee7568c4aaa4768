#include "tasks/post_processed.h"

#include <cstddef>
#include <span>
#include <vector>

#include "base/fail.h"
#include "base/random.h"
#include "base/shuffle.h"
#include "statistics/halves.h"

namespace lengthwise {
namespace {

void AddSet(const VectorSet& vectors, VectorMoments& moments) {
  if (vectors.offsets.empty()) {
    moments.Add(vectors.values);
  } else {
    moments.AddTexts(vectors.values, vectors.offsets);
  }
}

// Of the texts chosen.
template <typename Chosen>
VectorMoments MomentsOf(const VectorSet& vectors, std::size_t dimension, Chosen&& chosen) {
  VectorMoments moments(dimension);
  VectorSet part;
  part.dimension = dimension;
  if (!vectors.offsets.empty()) part.offsets.push_back(0);
  for (std::size_t text = 0; text < vectors.size(); ++text) {
    if (!chosen(text)) continue;
    for (std::size_t r = vectors.begin(text); r < vectors.end(text); ++r) {
      const std::span<const float> row = vectors.row(r);
      part.values.insert(part.values.end(), row.begin(), row.end());
    }
    if (!vectors.offsets.empty()) part.offsets.push_back(part.rows());
  }
  AddSet(part, moments);
  return moments;
}

// Which queries of the half give the mean: the first `count` in an order drawn with the seed, so that a
// smaller sample is part of a larger one. 0: all.
std::vector<bool> DrawQueries(std::size_t queries, std::size_t half, std::size_t count, std::uint64_t seed) {
  std::vector<std::size_t> order;
  for (std::size_t q = 0; q < queries; ++q) {
    if (HalfOfQuery(q, seed) == half) order.push_back(q);
  }
  Random random(Random(seed).Next() ^ half);
  Shuffle(order, random);
  std::vector<bool> drawn(queries, false);
  for (std::size_t i = 0; i < order.size() && (count == 0 || i < count); ++i) drawn[order[i]] = true;
  return drawn;
}

}  // namespace

TaskFit::TaskFit(const TaskVectors& vectors, bool queries_apart, std::uint64_t seed, const VectorSet& pseudo,
                 const VectorSet* windows)
    : vectors_(vectors), queries_apart_(queries_apart), seed_(seed), pseudo_(pseudo), windows_(windows) {}

const VectorMoments& TaskFit::Documents() {
  if (!documents_) {
    documents_.emplace(vectors_.documents.dimension);
    AddSet(vectors_.documents, *documents_);
    if (!queries_apart_ && !vectors_.queries.values.empty()) AddSet(vectors_.queries, *documents_);
    if (windows_ != nullptr) documents_->AddScatter(windows_->values, windows_->offsets);
  }
  return *documents_;
}

const VectorMoments& TaskFit::HalfOfDocuments() {
  if (!half_of_documents_) {
    half_of_documents_ = MomentsOf(vectors_.documents, vectors_.documents.dimension,
                                   [&](std::size_t d) { return HalfOfDocument(d, seed_) == 0; });
    if (windows_ != nullptr) {
      // Their sums alone are of windows.
      const VectorMoments scatter = MomentsOf(*windows_, windows_->dimension,
                                              [&](std::size_t d) { return HalfOfDocument(d, seed_) == 0; });
      half_of_documents_->within_moment = scatter.within_moment;
    }
  }
  return *half_of_documents_;
}

// The mean that queries which are not of `half` may see; null: the documents'.
const VectorMoments* TaskFit::Queries(const QueryMean& mean, std::size_t half) {
  const std::size_t dimension = vectors_.documents.dimension;
  if (mean.source == QuerySource::kDocuments) return nullptr;
  if (mean.source == QuerySource::kPseudo) {
    if (!pseudo_queries_) {
      pseudo_queries_ =
          MomentsOf(pseudo_, dimension, [&](std::size_t d) { return HalfOfDocument(d, seed_) == 0; });
    }
    return &*pseudo_queries_;
  }
  const auto key = std::pair(half, mean.count);
  const auto found = sampled_queries_.find(key);
  if (found != sampled_queries_.end()) return &found->second;
  const std::vector<bool> drawn = DrawQueries(vectors_.queries.size(), half, mean.count, seed_);
  return &sampled_queries_
              .emplace(key, MomentsOf(vectors_.queries, dimension, [&](std::size_t q) { return drawn[q]; }))
              .first->second;
}

TaskVectors TaskFit::Whole(const PostProcessSpec& spec) {
  const VectorMoments* queries = nullptr;
  if (queries_apart_) {
    if (!all_queries_) {
      all_queries_.emplace(vectors_.documents.dimension);
      AddSet(vectors_.queries, *all_queries_);
    }
    queries = &*all_queries_;
  }
  const PostProcess post = FitPostProcess(spec, Documents(), queries);
  TaskVectors result = vectors_;
  ApplyPostProcess(post, Role::kDocument, result.documents.values);
  if (!result.queries.values.empty()) {
    ApplyPostProcess(post, queries_apart_ ? Role::kQuery : Role::kDocument, result.queries.values);
  }
  return result;
}

TaskVectors TaskFit::HeldOut(const PostProcessSpec& spec, const QueryMean& query_mean) {
  if (!queries_apart_) Fail(ErrorCode::kInternal, "no queries to hold out");
  TaskVectors result = vectors_;
  for (std::size_t half = 0; half < 2; ++half) {
    const PostProcess post = FitPostProcess(spec, HalfOfDocuments(), Queries(query_mean, 1 - half));
    if (half == 0) ApplyPostProcess(post, Role::kDocument, result.documents.values);
    for (std::size_t q = 0; q < result.queries.size(); ++q) {
      if (HalfOfQuery(q, seed_) == half) ApplyPostProcess(post, Role::kQuery, result.queries.row(q));
    }
  }
  return result;
}

}  // namespace lengthwise
