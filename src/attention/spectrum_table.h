// Every head's exact spectrum on a few documents at a few lengths, beside what each law says: the table
// `spectrum` of a report.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "attention/attention_report.h"
#include "collapse/arms.h"
#include "statistics/interval.h"

namespace lengthwise {

// One head at one length. Means are over documents; a law's mean is over those inside its domain and absent
// where there is none (AttentionLaws).
struct SpectrumCell {
  std::size_t layer = 0;
  std::size_t head = 0;
  std::size_t tokens = 0;
  std::size_t documents = 0;
  // Student's intervals; none below two documents.
  Interval sigma_hc;                                // largest singular value of (I - 11^T/n) A
  Interval sigma_centred;                           // of A - 11^T/n
  Interval sigma_s;                                 // standard deviation of the row-centred scores
  std::optional<double> skewness, excess_kurtosis;  // of those scores; 0 where they are Gaussian
  double entropy = 0, sink = 0, local_mass = 0, retention = 0;
  std::optional<double> bound, flat_law, head_size_law, floor;
  std::optional<double> above_bound;  // share of documents with sigma_hc above the bound
  std::optional<double> flat_regime;  // share of documents whose sigma_s lies below the regime line
};

enum class TrendDirection { kRises, kFalls, kUndecided };
// "rises", "falls", "undecided".
const char* TrendDirectionName(TrendDirection direction);

// How one head's sigma_hc goes with n: the least-squares slope of ln sigma_hc on ln n in each document, its
// mean over documents. The source's bound has -1/4, flat attention of independent scores -1/2, the floor 0.
struct SpectrumTrend {
  std::size_t layer = 0;
  std::size_t head = 0;
  Interval exponent;                     // absent below two documents with a sigma_hc above 0 at every length
  std::optional<double> bound_exponent;  // of the bound at this head's own sigma_s
  // From an interval corrected for the number of heads (Bonferroni), so that all the model's directions are
  // right together as often as the confidence says.
  TrendDirection direction = TrendDirection::kUndecided;
};

// How near a law comes to what it predicts, over all heads, documents and lengths inside its domain.
struct LawAgreement {
  const char* law = "";  // "bound", "flat_law", "head_size_law", "floor"
  std::size_t count = 0;
  std::optional<double> median_ratio;  // of measured over predicted
  std::optional<double> within;        // share with a ratio within kSpectrumAgreement of 1
};
inline constexpr double kSpectrumAgreement = 0.1;

struct SpectrumTable {
  std::size_t documents = 0;
  std::vector<std::size_t> lengths;   // ascending
  std::vector<SpectrumCell> cells;    // by layer, head, length
  std::vector<SpectrumTrend> trends;  // by layer, head
  std::vector<LawAgreement> laws;
  double tolerance = 0;           // of every singular value, relative
  std::size_t measured = 0;       // heads x documents x lengths
  std::size_t above_bound = 0;    // of them
  std::size_t violations = 0;     // of them: retention above sigma_hc, which the filter-rate theorem excludes
  std::size_t not_converged = 0;  // of them: sigma is a lower bound
};

// Up to five of `lengths` (ascending): the longest, and each time the longest that is at most half of the one
// before.
std::vector<std::size_t> SpectrumLengths(std::span<const std::size_t> lengths);

// `count` of the documents that reach the longest of `lengths` (ascending; all, if these are fewer), chosen
// by the hash of their key and the seed, at SpectrumLengths of the lengths. The result depends neither on the
// order of `documents` nor on the number of threads. Throws kBadInput where no document is long enough, and
// as MeasureSequences does.
SpectrumTable MeasureSpectrum(const Session& embedder, std::span<const TokenizedDocument> documents,
                              std::span<const std::size_t> lengths, std::size_t count, std::uint64_t seed,
                              double confidence, const Progress& progress = {});

}  // namespace lengthwise
