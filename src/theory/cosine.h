// The source's corollary: does cosine between pooled embeddings rise with length because attention filters
// more?
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "statistics/interval.h"
#include "theory/options.h"
#include "theory/stack.h"

namespace lengthwise {

inline constexpr std::size_t kCosineLongest = 512;
inline constexpr std::size_t kCosineDocuments = 6;
// Layers after which cosines are taken; the last is the stack's depth.
inline constexpr std::size_t kCosineDepths[] = {1, 2, 4, 6};

// Where an embedding was pooled: no parts means from the tokens themselves, without any layer.
struct CosinePlace {
  std::optional<StackParts> parts;
  double sigma = 0;  // 0 without parts
  std::size_t depth = 0;
};

struct CosineCell {
  CosinePlace place;
  std::size_t n = 0;
  Interval cosine;          // mean pairwise, of pooled embeddings of different documents; mean over networks
  Interval token_cosine;    // of different tokens of one document
  double log_hc_ratio = 0;  // mean of log10 of ||HC|| / ||DC||
};

// Slopes on log2 of the length.
struct CosineSlope {
  CosinePlace place;
  Interval slope;        // of the pooled cosine
  Interval token_slope;  // of the token cosine
  // Less what pooling alone gives on the same documents (0 for pooling itself): the slope of the pooled
  // cosine, and the cosine at the shortest and at the longest length. A steeper slope may come from either
  // end.
  Interval excess_slope;
  Interval excess_at_shortest;
  Interval excess_at_longest;
};

struct CosineResult {
  StackShape shape;
  TokenModel tokens;
  std::size_t networks = 0;
  std::vector<double> sigmas;  // first, middle and last of the grid's
  std::vector<std::size_t> lengths;
  std::vector<CosineCell> cells;  // by place, length
  std::vector<CosineSlope> slopes;
};

// Every network has documents of its own, cut at each length; all parts and sigmas share them and the
// weights. Scores have standard deviation sigma at the shortest length (RandomStack::Calibrate). Intervals
// are over networks.
class CosineExperiment {
 public:
  explicit CosineExperiment(const TheoryOptions& options);
  void AddTasks(std::vector<TheoryTask>& tasks);
  CosineResult Result() const;

 private:
  struct Measured {
    double cosine = 0;
    double token_cosine = 0;
    double log_hc_ratio = 0;
  };
  struct Place {
    CosinePlace place;
    std::vector<std::vector<Measured>> draws;  // [network][length]
  };

  // Fills the places of one stack (`first` and those after it, one a depth) for a network.
  void Run(std::size_t first, std::size_t network);
  std::vector<StackStates> Documents(std::size_t network, std::size_t n) const;
  static Measured Measure(const std::vector<StackStates>& documents);
  // One value a network.
  std::vector<double> Slopes(const Place& place, double Measured::*value) const;
  static std::vector<double> Values(const Place& place, std::size_t length, double Measured::*value);
  CosineSlope SlopeOf(const Place& place) const;

  TheoryOptions options_;
  CosineResult settings_;  // without cells and slopes
  std::vector<Place> places_;
};

}  // namespace lengthwise
