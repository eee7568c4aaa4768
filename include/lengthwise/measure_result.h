// What a measurement finds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lengthwise/documents.h"
#include "lengthwise/interval.h"
#include "lengthwise/length_bucket.h"

namespace lengthwise {

enum class SequenceKind {
  kNatural,    // every document as long as it is, or cut to the length in force
  kTruncated,  // the same documents cut to each of several lengths
};
const char* SequenceKindName(SequenceKind kind);  // "natural", "truncated"

enum class VectorKind {
  kModel,   // the embeddings
  kStatic,  // mean of the input word embeddings of the same tokens: no positions, no attention
};
const char* VectorKindName(VectorKind kind);  // "model", "static"

// The embeddings of one range of lengths.
struct BucketResult {
  LengthBucket bucket;
  std::optional<double> length;  // mean tokens a sequence
  std::uint64_t count = 0;
  std::uint64_t cut = 0;
  std::uint64_t zero_vectors = 0;
  std::size_t kept = 0;
  Interval cosine;          // mean over pairs of different documents
  Interval centred_cosine;  // the same less the mean of the whole arm
  Interval permuted_floor;  // what a set of this size has when drawn regardless of length
  std::optional<double> rankme;
  std::optional<double> participation_ratio;
  std::optional<double> uniformity;
};

// Embeddings of one kind of the same documents, by length.
struct ArmResult {
  SequenceKind sequences = SequenceKind::kNatural;
  VectorKind vectors = VectorKind::kModel;
  std::size_t documents = 0;
  std::vector<BucketResult> buckets;
};

enum class Direction { kRises, kFalls, kNoTrend, kUnknown };
const char* DirectionName(Direction direction);  // "rises", "falls", "no_trend", "unknown"

// Least-squares slopes of mean pairwise cosine on log2 of the length: cosine per doubling.
struct LengthSlopes {
  std::vector<std::size_t> lengths;
  Interval slope;
  std::optional<Interval> static_slope;
  std::optional<Interval> excess;  // slope - static_slope, from the same resamples
};

// By how much mean pairwise cosine changes when the same documents are read twice as far. The lengths are as
// many as were measured, which depend on the model's limits.
struct CollapseIndex : LengthSlopes {
  std::size_t documents = 0;
  // Over 32, 64, 128 and 256 tokens alone, so that models with other limits compare. Absent where one of
  // these was not measured.
  std::optional<LengthSlopes> fixed_grid;
  // Where the interval of `slope` lies: above 0, below it, around it; unknown without an interval.
  Direction direction = Direction::kUnknown;
};

// Of mean pairwise cosine y on length n in tokens:
//   linear       y = a + b n                                 "directly proportional to length"
//   logarithmic  y = a + b log2 n
//   saturating   y = a - b exp(-n / c)
//   broken       y = a + s log2(n / k), s = slope_before for n < k and slope_after for n > k; k is the knee
enum class Shape { kLinear, kLogarithmic, kSaturating, kBroken };
inline constexpr Shape kShapes[] = {Shape::kLinear, Shape::kLogarithmic, Shape::kSaturating, Shape::kBroken};
const char* ShapeName(Shape shape);  // "linear", ...

struct Knee {
  double length = 0;  // tokens
  std::optional<double> low;
  std::optional<double> high;
  double slope_before = 0;  // cosine per doubling of length
  double slope_after = 0;
};

struct MeasureStatistics;
class ResumeFile;

struct MeasureResult {
  std::vector<ArmResult> arms;         // those asked for: embeddings, then static controls
  std::optional<CollapseIndex> index;  // absent without a truncated arm of two lengths
  std::optional<Shape> shape;          // that describes the truncated arm best; absent for too few lengths
  std::optional<Knee> knee;            // of the broken shape, preferred or not
  std::vector<std::string> notes;      // what a reader must know, in words
  // All of it, and what else was asked for: JSON as docs/report.schema.json says.
  std::string document;

  // Of tokens that the vocabulary lacks.
  std::vector<InputWarning> token_warnings;
  // Null unless they were asked for.
  std::shared_ptr<const MeasureStatistics> statistics;
  // Sequences that a broken measurement had embedded already.
  std::size_t resumed = 0;
  std::shared_ptr<ResumeFile> resume;  // for Finish
};

}  // namespace lengthwise
