// Which heads carry the collapse index: the index of the model as it is, less that of the model in which one
// head's output is replaced.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "collapse/arm_result.h"
#include "collapse/arms.h"
#include "encoder/intervention.h"
#include "lengthwise/measure_options.h"
#include "statistics/interval.h"

namespace lengthwise {

// Throws kBadInput, saying what is wrong with which option.
void CheckAblationOptions(const AblationOptions& options, const Session& embedder);

// Three of `lengths` (ascending, not empty): the first of 32 tokens or more, the last, and the one nearest to
// their geometric mean; fewer where they coincide.
std::vector<std::size_t> AblationLengths(std::span<const std::size_t> lengths);

// The documents and lengths of an ablation.
struct AblationPlan {
  std::vector<std::size_t> lengths;
  std::vector<const TokenizedDocument*> documents;  // all have the longest length

  // Tokens embedded, counted as what each costs: a token that runs through the second half of the layers is
  // half a token.
  std::size_t Tokens(std::size_t layers, std::size_t heads, std::size_t modes) const;
};

// Of `documents`, in their order, the first that are long enough. Fewer than 2 documents or lengths: no
// documents, and `notes` says why.
AblationPlan PlanAblation(std::span<const TokenizedDocument> documents,
                          std::span<const std::size_t> truncated_lengths, const AblationOptions& options,
                          std::vector<std::string>& notes);

struct AblatedHead {
  HeadOutput mode = HeadOutput::kZero;
  std::size_t layer = 0;
  std::size_t head = 0;
  std::size_t rank = 0;  // from 1, by `carried`, within the mode
  Interval index;        // of the model with this head replaced, cosine per doubling of length
  // Index as it is less `index`: above 0 the head carries a part of the rise, below 0 it holds the rise down.
  Interval carried;
  // Of `carried`, all heads of the mode at once: with the given confidence every head's value lies in its
  // interval. From the largest standardised deviation over the heads in each resample (the single-step max-t
  // method of Westfall and Young 1993). Both or neither.
  std::optional<double> simultaneous_low;
  std::optional<double> simultaneous_high;
};

struct AblationResult {
  std::size_t documents = 0;
  std::vector<std::size_t> lengths;
  std::size_t head_count = 0;      // compared in each mode
  Interval index;                  // of the model as it is, on these documents and lengths
  std::vector<AblatedHead> heads;  // modes in the order asked for, then by rank
};

// Embeddings [documents x dimension] at one length.
using AblationVectors = std::vector<float>;

// The vectors of the model as it is, and with one head replaced.
struct AblationVariants {
  // [variant][length]: variant 0 as it is, then 1 + (mode * layers + layer) * heads + head.
  std::vector<std::vector<AblationVectors>> vectors;
};

AblationVariants EmbedAblated(const Session& embedder, const AblationPlan& plan,
                              std::span<const HeadOutput> modes, const TokenProgress& progress);

// Indices, differences and ranks. One resample of the documents serves every head, so differences are paired.
AblationResult CompareAblated(const AblationVariants& variants, std::span<const std::size_t> lengths,
                              std::span<const HeadOutput> modes, std::size_t layers, std::size_t heads,
                              std::size_t dimension, const ResamplingOptions& resampling, ThreadPool& pool);

}  // namespace lengthwise
