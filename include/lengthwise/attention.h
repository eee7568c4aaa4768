// The attention of every head on every text: its exact spectrum, its shape, and what laws say it should be.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lengthwise/documents.h"
#include "lengthwise/embedder.h"
#include "lengthwise/progress.h"

namespace lengthwise {

// Least tolerance that products in float32 can meet.
inline constexpr double kLeastSpectrumTolerance = 1e-5;
inline constexpr double kDefaultSpectrumTolerance = 1e-4;

struct AttentionOptions {
  // Each text is cut to each of these, in tokens, special tokens included, ascending; a text that is shorter
  // is left out at that length. Empty: each text as the embedder's long-input policy makes it.
  std::vector<std::size_t> lengths;
  double tolerance = kDefaultSpectrumTolerance;  // of each singular value, relative
  std::size_t local_window = 5;                  // tokens to either side that count as local
};

struct AttentionResult {
  std::size_t texts = 0;      // with a line at least
  std::size_t sequences = 0;  // texts, at each length
  std::size_t cut = 0;  // texts that have tokens which no sequence holds; not counted where `lengths` cut
  std::size_t too_short = 0;      // texts shorter than the longest of `lengths`
  std::size_t heads = 0;          // lines
  std::size_t not_converged = 0;  // of them: the singular values are lower bounds
  std::string table;              // of the layers, for people
  // The same with what else the heads have in common: JSON. Members:
  //   heads, lines, not_converged, all, layers
  std::string document;
  // Of tokens that the vocabulary lacks.
  std::vector<InputWarning> token_warnings;
};

// Throws kBadInput for lengths that the model cannot take, that are not ascending, or beside a long-input
// policy other than truncation.
void CheckAttentionOptions(const AttentionOptions& options, const Embedder& embedder);

// A line for each text, length, layer and head, in this order: JSON, with a line break at its end. Members:
//   text, _id, (window,) layer, head, n
//   sigma_hc, sigma_centred, frobenius_hc          norms of (I - 11^T/n) A and of A - 11^T/n
//   sigma_s, skewness, excess_kurtosis             of the row-centred scores
//   entropy, sink, largest_weight, self_mass, local_mass, local_window, retention
//   bound, flat_law, head_size_law, floor, flat_regime   predictions; null outside a law's domain
//   iterations, converged                          of the singular values
using AttentionLine = std::function<void(std::string_view line)>;

// The same values at any number of threads. Progress is in heads. Throws as CheckAttentionOptions; kBadInput
// where no text is long enough; kBadCheckpoint, naming text, layer and head, for scores that are not finite;
// kCancelled.
AttentionResult MeasureAttention(const Embedder& embedder, std::span<const Document> documents,
                                 const AttentionOptions& options, const AttentionLine& line,
                                 const Progress& progress = {});

}  // namespace lengthwise
