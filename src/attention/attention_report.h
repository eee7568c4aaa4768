// The attention of every head on every text: its exact spectrum, its shape, and what the laws say it should
// be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "attention/attention_operator.h"
#include "attention/attention_spectrum.h"
#include "base/json.h"
#include "embedding/session.h"
#include "encoder/probe.h"
#include "text/documents.h"

namespace lengthwise {

struct AttentionReportOptions {
  // Each text is cut to each of these, in tokens, special tokens included, ascending; a text that is shorter
  // is left out at that length. Empty: each text as the embedder's long-input policy makes it.
  std::vector<std::size_t> lengths;
  SpectrumOptions spectrum;
  std::size_t local_window = 5;  // of AttentionShape::local_mass
};

// Predictions for one head, from its sigma_s, n and head size (collapse/theory_laws.h); absent outside a
// law's domain: fewer than two tokens, or sigma_s above kLargestSigma.
struct AttentionLaws {
  std::optional<double> bound;
  std::optional<double> flat_law;
  std::optional<double> head_size_law;
  std::optional<double> floor;
  std::optional<bool> flat_regime;  // sigma_s lies below the regime line
};

AttentionLaws PredictAttention(double sigma_s, std::size_t tokens, std::size_t head_size);

// One head on one sequence.
struct HeadRecord {
  std::size_t text = 0;  // index, from 0
  std::string id;
  std::optional<std::size_t> window;  // of the text, from 0, where texts are embedded in windows
  std::size_t layer = 0;
  std::size_t head = 0;
  std::size_t tokens = 0;
  HeadProbe probe;
  AttentionShape shape;
  AttentionSpectrum spectrum;
  AttentionLaws laws;
};

// A line of heads.jsonl. What is absent is null; no number is NaN or infinite. Members, in order:
//   text, _id, (window,) layer, head, n
//   sigma_hc, sigma_centred, frobenius_hc          norms of (I - 11^T/n) A and of A - 11^T/n
//   sigma_s, skewness, excess_kurtosis             of the row-centred scores
//   entropy, sink, largest_weight, self_mass, local_mass, local_window, retention
//   bound, flat_law, head_size_law, floor, flat_regime   predictions
//   iterations, converged                          of the singular values
OrderedJson HeadLine(const HeadRecord& record, std::size_t local_window);

struct AttentionTotals {
  std::size_t texts = 0;      // with a line at least
  std::size_t sequences = 0;  // texts, at each length
  std::size_t cut = 0;  // texts that have tokens which no sequence holds; not counted where `lengths` cut
  std::size_t too_short = 0;  // texts shorter than the longest of `lengths`
};

using HeadCallback = std::function<void(const HeadRecord&)>;
// Heads measured, and to be measured in all.
using HeadProgress = std::function<void(std::size_t done, std::size_t total)>;

// A sequence to measure, and what its records are to say of it.
struct AttentionSequence {
  std::size_t text = 0;
  std::string id;
  std::optional<std::size_t> window;
  std::vector<std::int32_t> ids;  // special tokens included
};

// Calls `callback` once a head in the order of sequences, layers and heads, the same values at any number of
// threads. `options.lengths` is not looked at. Throws kBadCheckpoint, naming text, layer and head, for scores
// that are not finite.
void MeasureSequences(const Session& embedder, std::span<const AttentionSequence> sequences,
                      const AttentionReportOptions& options, const HeadCallback& callback,
                      const HeadProgress& progress = {});

// Throws kBadInput for lengths that the model cannot take, that are not ascending, or beside a long-input
// policy other than truncation.
void CheckAttentionOptions(const AttentionReportOptions& options, const Session& embedder);

// MeasureSequences of every text, in the order of texts and lengths. Throws kBadInput as
// CheckAttentionOptions does, and where no text is long enough.
AttentionTotals MeasureAttention(const Session& embedder, std::span<const Document> documents,
                                 const AttentionReportOptions& options, const HeadCallback& callback,
                                 const HeadProgress& progress = {});

}  // namespace lengthwise
