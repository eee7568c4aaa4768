#include "report/spectrum_json.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/document_json.h"

namespace lengthwise {
namespace {

std::size_t CountOf(const SpectrumTable& table, TrendDirection direction) {
  return static_cast<std::size_t>(std::count_if(table.trends.begin(), table.trends.end(),
                                                [&](const auto& t) { return t.direction == direction; }));
}

OrderedJson CellJson(const SpectrumCell& cell) {
  return {{"layer", cell.layer},
          {"head", cell.head},
          {"length", cell.tokens},
          {"count", cell.documents},
          {"sigma_hc", JsonInterval(cell.sigma_hc)},
          {"sigma_centred", JsonInterval(cell.sigma_centred)},
          {"sigma_s", JsonInterval(cell.sigma_s)},
          {"skewness", JsonNumber(cell.skewness)},
          {"excess_kurtosis", JsonNumber(cell.excess_kurtosis)},
          {"entropy", JsonNumber(cell.entropy)},
          {"sink", JsonNumber(cell.sink)},
          {"local_mass", JsonNumber(cell.local_mass)},
          {"retention", JsonNumber(cell.retention)},
          {"bound", JsonNumber(cell.bound)},
          {"flat_law", JsonNumber(cell.flat_law)},
          {"head_size_law", JsonNumber(cell.head_size_law)},
          {"floor", JsonNumber(cell.floor)},
          {"above_bound", JsonNumber(cell.above_bound)},
          {"flat_regime", JsonNumber(cell.flat_regime)}};
}

OrderedJson SummaryJson(const SpectrumTable& table, double confidence) {
  OrderedJson laws = OrderedJson::array();
  for (const LawAgreement& law : table.laws) {
    laws.push_back({{"law", law.law},
                    {"count", law.count},
                    {"median_ratio", JsonNumber(law.median_ratio)},
                    {"within", JsonNumber(law.within)}});
  }
  return {{"documents", table.documents},
          {"lengths", table.lengths},
          {"tolerance", JsonNumber(table.tolerance)},
          {"measured", table.measured},
          {"above_bound", table.above_bound},
          {"theorem_violations", table.violations},
          {"not_converged", table.not_converged},
          {"rises", CountOf(table, TrendDirection::kRises)},
          {"falls", CountOf(table, TrendDirection::kFalls)},
          {"undecided", CountOf(table, TrendDirection::kUndecided)},
          {"agreement", JsonNumber(kSpectrumAgreement)},
          {"laws", laws},
          {"sentence", SpectrumSentence(table, confidence)}};
}

}  // namespace

std::string SpectrumSentence(const SpectrumTable& table, double confidence) {
  const auto percent = [](std::size_t part, std::size_t all) {
    return 100 * static_cast<double>(part) / static_cast<double>(all);
  };
  std::string sentence = fmt::format(
      "Of {} heads' attention on {} document{} at {} to {} tokens, {:.0f} % has a largest singular value "
      "above "
      "the source's bound.",
      table.trends.size(), table.documents, table.documents == 1 ? "" : "s", table.lengths.front(),
      table.lengths.back(), percent(table.above_bound, table.measured));
  if (table.lengths.size() > 1 && table.documents > 1) {
    sentence += fmt::format(
        " With length it rises in {} heads, falls in {}, and is undecided in {} ({:.0f} % of confidence for "
        "all "
        "heads together).",
        CountOf(table, TrendDirection::kRises), CountOf(table, TrendDirection::kFalls),
        CountOf(table, TrendDirection::kUndecided), 100 * confidence);
  }
  return sentence;
}

void AddSpectrum(const SpectrumTable& table, double confidence, OrderedJson& report) {
  OrderedJson cells = OrderedJson::array();
  for (const SpectrumCell& cell : table.cells) cells.push_back(CellJson(cell));
  OrderedJson trends = OrderedJson::array();
  for (const SpectrumTrend& trend : table.trends) {
    trends.push_back({{"layer", trend.layer},
                      {"head", trend.head},
                      {"exponent", JsonInterval(trend.exponent)},
                      {"bound_exponent", JsonNumber(trend.bound_exponent)},
                      {"direction", TrendDirectionName(trend.direction)}});
  }
  report["spectrum_summary"] = SummaryJson(table, confidence);
  report["spectrum"] = cells;
  report["spectrum_trends"] = trends;
}

}  // namespace lengthwise
