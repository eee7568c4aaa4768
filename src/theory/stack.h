// A random encoder whose parts can be left out, on tokens with a stated amount of shared mean.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <Eigen/Core>

#include "base/random.h"
#include "statistics/row_matrix.h"

namespace lengthwise {

// Each adds one part to the one before; the last is an encoder layer of BERT's kind (normalisation after each
// sum).
enum class StackParts { kAttention, kResidual, kLayerNorm, kFeedForward };
// "attention", "residual", "layer_norm", "feed_forward".
const char* StackPartsName(StackParts parts);

struct StackShape {
  std::size_t width = 64;
  std::size_t heads = 2;
  std::size_t hidden = 256;  // of the feed-forward network
  std::size_t layers = 8;
};

// Every entry of a token is sqrt(shared) mu + sqrt(topic) t + sqrt(1 - shared - topic) e with standard normal
// mu (one for all documents), t (one a document) and e (one a token), so that its variance is 1. Pooling
// alone then gives documents of n tokens an expected cosine near shared / (shared + topic + (1 - shared -
// topic) / n). These shares give .56 at 16 tokens and .92 at 512, as the mean word embedding of English
// scientific papers does.
struct TokenModel {
  double shared = 0.08;
  double topic = 0.005;
};

// The states of one document as their mean token and the differences from it. Carried apart, because repeated
// attention makes the differences smaller than float32 can hold beside the mean.
struct StackStates {
  Eigen::RowVectorXf dc;
  FloatRowMatrix hc;  // [n x width], columns sum to 0
};

// Weights are [inputs x outputs]; a head has width / heads neighbouring columns of query, key and value.
// Scores are scale * q k^T, so that a scale holds the 1 / sqrt(head size) too.
struct StackLayer {
  FloatRowMatrix query, key, value, output, up, down;
  std::vector<float> scales;  // by head
};

// One random network: entries of a matrix with m inputs are normal with variance 1/m.
class RandomStack {
 public:
  RandomStack(const StackShape& shape, Random& random);

  // Chooses each head's score scale such that scores have standard deviation `sigma` (over the keys of a row,
  // root mean square over rows and documents) on these documents, layer after layer, with the parts given.
  // The scales then stay: longer texts meet the same network. Throws kInternal if the scores of a head do not
  // vary at all.
  void Calibrate(std::span<const StackStates> documents, double sigma, StackParts parts);

  // One layer, in place. Calibrate first.
  void Apply(std::size_t layer, StackParts parts, StackStates& states) const;

  const std::vector<StackLayer>& layers() const { return layers_; }

 private:
  FloatRowMatrix Scores(const StackLayer& layer, std::size_t head, const StackStates& states) const;

  StackShape shape_;
  std::vector<StackLayer> layers_;
};

// The first n of a document's tokens; the same tokens for every n.
StackStates DrawDocument(const StackShape& shape, const TokenModel& tokens, std::size_t n,
                         std::uint64_t shared_seed, std::uint64_t document_seed);

// Mean cosine of two different tokens.
double TokenCosine(const StackStates& states);

// Where pure attention leaves less of the differences than this, it leaves none: it loses them doubly
// exponentially with depth (Dong, Cordonnier, Loukas 2021), beyond any number format.
inline constexpr double kLeastHcRatio = 1e-30;

// ||HC|| / ||DC||, not below kLeastHcRatio.
double HcRatio(const StackStates& states);

// Mean pairwise cosine of the documents' pooled embeddings; the mean over tokens is the DC part.
double PooledCosine(std::span<const StackStates> documents);

}  // namespace lengthwise
