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
#include "lengthwise/attention.h"
#include "text/documents.h"

namespace lengthwise {

// Predictions for one head, from its sigma_s, n and head size (theory/laws.h); absent outside a
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

// A line, as AttentionLine says. No number is NaN or infinite.
OrderedJson HeadLine(const HeadRecord& record, std::size_t local_window);

struct AttentionTotals {
  std::size_t texts = 0;      // with a line at least
  std::size_t sequences = 0;  // texts, at each length
  std::size_t cut = 0;  // texts that have tokens which no sequence holds; not counted where `lengths` cut
  std::size_t too_short = 0;  // texts shorter than the longest of `lengths`
};

using HeadCallback = std::function<void(const HeadRecord&)>;
// A sequence to measure, and what its records are to say of it.
struct AttentionSequence {
  std::size_t text = 0;
  std::string id;
  std::optional<std::size_t> window;
  std::vector<std::int32_t> ids;  // special tokens included
};

// Calls `callback` once a head in the order of sequences, layers and heads, the same values at any number of
// threads. `options.lengths` is not looked at. Progress is in heads. Throws kBadCheckpoint, naming text,
// layer and head, for scores that are not finite.
void MeasureSequences(const Session& embedder, std::span<const AttentionSequence> sequences,
                      const AttentionOptions& options, const HeadCallback& callback,
                      const Progress& progress = {});

// Throws kBadInput for lengths that the model cannot take, that are not ascending, or beside a long-input
// policy other than truncation.
void CheckAttentionOptions(const AttentionOptions& options, const Session& embedder);

// MeasureSequences of every text, in the order of texts and lengths. Throws kBadInput as
// CheckAttentionOptions does, and where no text is long enough.
AttentionTotals MeasureAttention(const Session& embedder, std::span<const Document> documents,
                                 const AttentionOptions& options, const HeadCallback& callback,
                                 const Progress& progress = {});

}  // namespace lengthwise
