#include "attention/spectrum_table.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/fail.h"
#include "base/random.h"
#include "statistics/student.h"

namespace lengthwise {
namespace {

constexpr std::size_t kMostLengths = 5;

// Of a retention gathered in float32.
constexpr double kRounding = 1e-5;

// What is kept of one head on one sequence.
struct Measured {
  double sigma_hc = 0;
  double sigma_centred = 0;
  AttentionShape shape;
  HeadProbe probe;
  AttentionLaws laws;
};

// [document] of one head at one length, and of one head at all lengths.
using Documents = std::vector<Measured>;
using Lengths = std::vector<Documents>;

template <typename Pick>
std::vector<double> Collect(const Documents& documents, Pick pick) {
  std::vector<double> values;
  for (const Measured& measured : documents) {
    const std::optional<double> value = pick(measured);
    if (value) values.push_back(*value);
  }
  return values;
}

std::optional<double> Mean(const std::vector<double>& values) {
  if (values.empty()) return std::nullopt;
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

Interval IntervalOf(const std::vector<double>& values, double confidence) {
  if (values.size() < 2) return {Mean(values), std::nullopt, std::nullopt};
  return MeanInterval(values, confidence);
}

std::optional<double> Share(const std::optional<bool>& holds) {
  return holds ? std::optional(*holds ? 1.0 : 0.0) : std::nullopt;
}

std::optional<bool> AboveBound(const Measured& m) {
  return m.laws.bound ? std::optional(m.sigma_hc > *m.laws.bound) : std::nullopt;
}

SpectrumCell CellOf(const Documents& documents, double confidence) {
  const auto interval = [&](auto pick) { return IntervalOf(Collect(documents, pick), confidence); };
  const auto mean = [&](auto pick) { return Mean(Collect(documents, pick)); };
  SpectrumCell cell;
  cell.documents = documents.size();
  cell.sigma_hc = interval([](const Measured& m) { return m.sigma_hc; });
  cell.sigma_centred = interval([](const Measured& m) { return m.sigma_centred; });
  cell.sigma_s = interval([](const Measured& m) { return m.shape.sigma_s; });
  cell.skewness = mean([](const Measured& m) { return m.shape.skewness; });
  cell.excess_kurtosis = mean([](const Measured& m) { return m.shape.excess_kurtosis; });
  cell.entropy = *mean([](const Measured& m) { return m.probe.entropy; });
  cell.sink = *mean([](const Measured& m) { return m.probe.sink; });
  cell.local_mass = *mean([](const Measured& m) { return m.shape.local_mass; });
  cell.retention = *mean([](const Measured& m) { return m.probe.retention; });
  cell.bound = mean([](const Measured& m) { return m.laws.bound; });
  cell.flat_law = mean([](const Measured& m) { return m.laws.flat_law; });
  cell.head_size_law = mean([](const Measured& m) { return m.laws.head_size_law; });
  cell.floor = mean([](const Measured& m) { return m.laws.floor; });
  cell.above_bound = mean([](const Measured& m) { return Share(AboveBound(m)); });
  cell.flat_regime = mean([](const Measured& m) { return Share(m.laws.flat_regime); });
  return cell;
}

// One slope of ln y on ln n a document; documents with a value that is absent or 0 give none.
template <typename Pick>
std::vector<double> Exponents(const Lengths& lengths, std::span<const std::size_t> tokens, Pick pick) {
  std::vector<double> exponents;
  for (std::size_t d = 0; d < lengths.front().size(); ++d) {
    std::vector<double> y;
    for (const Documents& documents : lengths) {
      const std::optional<double> value = pick(documents[d]);
      if (value && *value > 0) y.push_back(std::log2(*value));
    }
    if (y.size() == lengths.size()) exponents.push_back(SlopeOnLog2(tokens, y));
  }
  return exponents;
}

SpectrumTrend TrendOf(const Lengths& lengths, std::span<const std::size_t> tokens, double confidence,
                      std::size_t heads) {
  SpectrumTrend trend;
  if (tokens.size() < 2) return trend;
  const std::vector<double> exponents =
      Exponents(lengths, tokens, [](const Measured& m) { return std::optional(m.sigma_hc); });
  trend.bound_exponent = Mean(Exponents(lengths, tokens, [](const Measured& m) { return m.laws.bound; }));
  if (exponents.size() < 2) return trend;
  trend.exponent = MeanInterval(exponents, confidence);
  const Interval together = MeanInterval(exponents, 1 - (1 - confidence) / static_cast<double>(heads));
  if (*together.low > 0) trend.direction = TrendDirection::kRises;
  if (*together.high < 0) trend.direction = TrendDirection::kFalls;
  return trend;
}

std::optional<double> Median(std::vector<double> values) {
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  return SortedQuantile(values, 0.5);
}

LawAgreement AgreementOf(const char* name, const std::vector<Lengths>& heads,
                         std::optional<double> AttentionLaws::*law) {
  std::vector<double> ratios;
  for (const Lengths& lengths : heads) {
    for (const Documents& documents : lengths) {
      for (const Measured& m : documents) {
        const std::optional<double>& predicted = m.laws.*law;
        if (predicted && *predicted > 0) ratios.push_back(m.sigma_hc / *predicted);
      }
    }
  }
  LawAgreement agreement{name, ratios.size(), std::nullopt, std::nullopt};
  if (ratios.empty()) return agreement;
  const auto near = std::count_if(ratios.begin(), ratios.end(),
                                  [](double ratio) { return std::abs(ratio - 1) <= kSpectrumAgreement; });
  agreement.within = static_cast<double>(near) / static_cast<double>(ratios.size());
  agreement.median_ratio = Median(std::move(ratios));
  return agreement;
}

// The documents with the smallest hashes, in the order of those.
std::vector<std::size_t> Choose(std::span<const TokenizedDocument> documents, std::size_t longest,
                                std::size_t count, std::uint64_t seed) {
  const std::uint64_t stream = Random(seed).Next();
  std::vector<std::pair<std::uint64_t, std::size_t>> ranks;
  for (std::size_t d = 0; d < documents.size(); ++d) {
    if (documents[d].tokens >= longest) ranks.emplace_back(Random(documents[d].key ^ stream).Next(), d);
  }
  std::sort(ranks.begin(), ranks.end());
  if (ranks.size() > count) ranks.resize(count);
  std::vector<std::size_t> chosen;
  for (const auto& [rank, document] : ranks) chosen.push_back(document);
  return chosen;
}

void Count(const HeadRecord& record, double tolerance, SpectrumTable& table) {
  ++table.measured;
  if (record.laws.bound && record.spectrum.sigma_hc > *record.laws.bound) ++table.above_bound;
  if (!record.spectrum.converged) ++table.not_converged;
  // HC[A V] = HC[A] HC[V], so that a head keeps sigma_hc of HC[V] at most.
  const double limit = record.spectrum.sigma_hc * (1 + 2 * tolerance) + kRounding;
  if (record.probe.retention > limit) ++table.violations;
}

}  // namespace

const char* TrendDirectionName(TrendDirection direction) {
  switch (direction) {
    case TrendDirection::kRises:
      return "rises";
    case TrendDirection::kFalls:
      return "falls";
    case TrendDirection::kUndecided:
      break;
  }
  return "undecided";
}

std::vector<std::size_t> SpectrumLengths(std::span<const std::size_t> lengths) {
  std::vector<std::size_t> chosen;
  for (auto length = lengths.rbegin(); length != lengths.rend() && chosen.size() < kMostLengths; ++length) {
    if (chosen.empty() || 2 * *length <= chosen.back()) chosen.push_back(*length);
  }
  std::reverse(chosen.begin(), chosen.end());
  return chosen;
}

SpectrumTable MeasureSpectrum(const Session& embedder, std::span<const TokenizedDocument> documents,
                              std::span<const std::size_t> lengths, std::size_t count, std::uint64_t seed,
                              double confidence, const Progress& progress) {
  const std::vector<std::size_t> chosen = Choose(documents, lengths.back(), count, seed);
  if (chosen.empty()) {
    Fail(ErrorCode::kBadInput, "no spectrum: no document of {} has {} tokens, the longest length",
         documents.size(), lengths.back());
  }
  SpectrumTable table;
  table.documents = chosen.size();
  table.lengths = SpectrumLengths(lengths);
  AttentionOptions options;
  table.tolerance = options.tolerance;

  std::vector<AttentionSequence> sequences;
  for (std::size_t d = 0; d < chosen.size(); ++d) {
    for (const std::size_t length : table.lengths) {
      const TokenizedDocument& document = documents[chosen[d]];
      sequences.push_back({chosen[d], {}, std::nullopt, embedder.WithSpecials(document.content, length)});
    }
  }
  const std::size_t heads = embedder.spec().layers * embedder.spec().heads;
  std::vector<Lengths> measured(heads, Lengths(table.lengths.size()));
  std::size_t records = 0;
  MeasureSequences(
      embedder, sequences, options,
      [&](const HeadRecord& record) {
        const std::size_t length = records++ / heads % table.lengths.size();
        measured[record.layer * embedder.spec().heads + record.head][length].push_back(
            {record.spectrum.sigma_hc, record.spectrum.sigma_centred, record.shape, record.probe,
             record.laws});
        Count(record, table.tolerance, table);
      },
      progress);

  for (std::size_t i = 0; i < heads; ++i) {
    const std::size_t layer = i / embedder.spec().heads;
    const std::size_t head = i % embedder.spec().heads;
    for (std::size_t l = 0; l < table.lengths.size(); ++l) {
      SpectrumCell cell = CellOf(measured[i][l], confidence);
      cell.layer = layer;
      cell.head = head;
      cell.tokens = table.lengths[l];
      table.cells.push_back(cell);
    }
    SpectrumTrend trend = TrendOf(measured[i], table.lengths, confidence, heads);
    trend.layer = layer;
    trend.head = head;
    table.trends.push_back(trend);
  }
  table.laws = {AgreementOf("bound", measured, &AttentionLaws::bound),
                AgreementOf("flat_law", measured, &AttentionLaws::flat_law),
                AgreementOf("head_size_law", measured, &AttentionLaws::head_size_law),
                AgreementOf("floor", measured, &AttentionLaws::floor)};
  return table;
}

}  // namespace lengthwise
