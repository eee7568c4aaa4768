#include "tasks/post_processed.h"

#include <cstddef>
#include <span>
#include <vector>

#include "base/fail.h"
#include "base/random.h"
#include "base/shuffle.h"

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
std::vector<bool> DrawQueries(std::span<const std::uint8_t> halves, std::size_t half, std::size_t count,
                              std::uint64_t seed) {
  std::vector<std::size_t> order;
  for (std::size_t q = 0; q < halves.size(); ++q) {
    if (halves[q] == half) order.push_back(q);
  }
  Random random(Random(seed).Next() ^ half);
  Shuffle(order, random);
  std::vector<bool> drawn(halves.size(), false);
  for (std::size_t i = 0; i < order.size() && (count == 0 || i < count); ++i) drawn[order[i]] = true;
  return drawn;
}

void SetQueryMean(const VectorMoments& queries, PostProcess& post) {
  if (queries.count < 2) {
    Fail(ErrorCode::kBadInput,
         "post-processing held out centres queries on the mean of others, and half of the queries are {}; it "
         "needs 2",
         queries.count);
  }
  for (std::size_t c = 0; c < post.dimension; ++c)
    post.query_mean[c] = static_cast<float>(queries.sum[c] / static_cast<double>(queries.count));
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

const VectorMoments& TaskFit::HalfOfDocuments(const HeldOutSplit& split, std::size_t half) {
  const auto known = halves_of_documents_.find({&split, half});
  if (known != halves_of_documents_.end()) return known->second;
  const auto of_half = [&](std::size_t d) { return split.documents[d] == half; };
  VectorMoments moments = MomentsOf(vectors_.documents, vectors_.documents.dimension, of_half);
  // Of the windows their scatter within documents alone.
  if (windows_ != nullptr) {
    moments.within_moment = MomentsOf(*windows_, windows_->dimension, of_half).within_moment;
  }
  return halves_of_documents_.emplace(Half{&split, half}, std::move(moments)).first->second;
}

const PostProcess& TaskFit::FitOf(const PostProcessSpec& spec, const HeldOutSplit& split,
                                  std::size_t fitted) {
  if (fitted_spec_ != spec) {
    fits_.clear();
    fitted_spec_ = spec;
  }
  const auto known = fits_.find({&split, fitted});
  if (known != fits_.end()) return known->second;
  return fits_.emplace(Half{&split, fitted}, FitPostProcess(spec, HalfOfDocuments(split, fitted), nullptr))
      .first->second;
}

VectorMoments TaskFit::QueriesOf(const HeldOutSplit& split, std::size_t half, std::size_t count) const {
  const std::vector<bool> drawn = DrawQueries(split.queries, half, count, seed_);
  return MomentsOf(vectors_.queries, vectors_.documents.dimension, [&](std::size_t q) { return drawn[q]; });
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

TaskVectors TaskFit::HeldOut(const PostProcessSpec& spec, const QueryMean& query_mean,
                             const HeldOutSplit& split, std::size_t fitted) {
  if (!queries_apart_) Fail(ErrorCode::kInternal, "no queries to hold out");
  PostProcess post = FitOf(spec, split, fitted);
  TaskVectors result = vectors_;
  ApplyPostProcess(post, Role::kDocument, result.documents.values);
  for (std::size_t half = 0; half < 2; ++half) {
    if (query_mean.source == QuerySource::kQueries) {
      SetQueryMean(QueriesOf(split, 1 - half, query_mean.count), post);
    } else if (query_mean.source == QuerySource::kPseudo) {
      SetQueryMean(MomentsOf(pseudo_, vectors_.documents.dimension,
                             [&](std::size_t d) { return split.documents[d] == fitted; }),
                   post);
    }
    for (std::size_t q = 0; q < result.queries.size(); ++q) {
      if (split.queries[q] == half) ApplyPostProcess(post, Role::kQuery, result.queries.row(q));
    }
  }
  return result;
}

}  // namespace lengthwise
