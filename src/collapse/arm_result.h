// The numbers of one arm, made from its statistics.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "collapse/arms.h"
#include "collapse/collapse_index.h"
#include "collapse/length_stats.h"
#include "lengthwise/resampling.h"
#include "math/thread_pool.h"
#include "statistics/interval.h"

namespace lengthwise {

struct LayerResult {
  SequenceKind arm = SequenceKind::kNatural;
  LengthBucket bucket;
  double length = 0;
  std::uint64_t count = 0;
  std::size_t layer = 0;
  LayerProbe mean;
};

struct HeadResult {
  SequenceKind arm = SequenceKind::kNatural;
  LengthBucket bucket;
  double length = 0;
  std::uint64_t count = 0;
  std::size_t layer = 0;
  std::size_t head = 0;
  HeadProbe mean;
};

struct ArmSummary {
  ArmResult result;
  // Of the truncated arm: every bucket has the same documents and the same resamples.
  std::optional<LengthCurve> curve;
};

ArmSummary SummariseArm(const LengthStats& stats, SequenceKind sequences, VectorKind vectors,
                        std::size_t documents, const ResamplingOptions& options, ThreadPool& pool);

// Means of the probes over the texts of each bucket that has any.
std::vector<LayerResult> SummariseLayers(const LengthStats& stats, SequenceKind arm);
std::vector<HeadResult> SummariseHeads(const LengthStats& stats, SequenceKind arm);

}  // namespace lengthwise
