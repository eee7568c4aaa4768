#include "theory/verdicts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "theory/cosine_verdicts.h"
#include "theory/laws.h"
#include "theory/run.h"

namespace lengthwise {
namespace {

// "mean within [low, high]", as far as the mean's interval tells.
Finding Within(const Interval& mean, double low, double high) {
  if (*mean.low >= low && *mean.high <= high) return Finding::kHolds;
  if (*mean.high < low || *mean.low > high) return Finding::kFails;
  return Finding::kUndecided;
}

Finding Agrees(const Interval& mean, double law, double tolerance) {
  return Within(mean, law * (1 - tolerance), law * (1 + tolerance));
}

Finding AtMost(const Interval& mean, double bound) {
  if (*mean.high <= bound) return Finding::kHolds;
  return *mean.low > bound ? Finding::kFails : Finding::kUndecided;
}

std::string ScoresLabel(std::size_t head_size) {
  return head_size == 0 ? "independent scores" : fmt::format("head size {}", head_size);
}

template <typename T>
std::vector<double> Axis(const std::vector<T>& values) {
  return {values.begin(), values.end()};
}

// A grid over sigma and n for each run of cells with one label; cells come by label, sigma, length.
template <typename Cell, typename Label, typename Judge>
std::vector<FindingGrid> GridsOf(const std::vector<Cell>& cells, const std::vector<double>& sigmas,
                                 Label label, Judge judge) {
  std::vector<FindingGrid> grids;
  const auto row_of = [&](const Cell& cell) {
    return static_cast<std::size_t>(std::find(sigmas.begin(), sigmas.end(), cell.sigma) - sigmas.begin());
  };
  std::vector<double> lengths;
  for (const Cell& cell : cells) lengths.push_back(static_cast<double>(cell.n));
  std::sort(lengths.begin(), lengths.end());
  lengths.erase(std::unique(lengths.begin(), lengths.end()), lengths.end());
  for (const Cell& cell : cells) {
    const std::string name = label(cell);
    auto grid =
        std::find_if(grids.begin(), grids.end(), [&](const FindingGrid& g) { return g.label == name; });
    if (grid == grids.end()) {
      grid = grids.insert(grids.end(), FindingGrid(name, "sigma_s", sigmas, "n", lengths));
    }
    const auto column = static_cast<std::size_t>(
        std::lower_bound(lengths.begin(), lengths.end(), static_cast<double>(cell.n)) - lengths.begin());
    grid->At(row_of(cell), column) = judge(cell);
  }
  return grids;
}

std::vector<Verdict> JudgeRepeated(const TheoryRun& result) {
  const auto label = [](const RepeatedCell& cell) {
    return fmt::format("{}, {}", ScoresLabel(cell.head_size), cell.fresh ? "a new A each step" : "one A");
  };
  const std::vector<RepeatedCell>& cells = result.repeated;
  Verdict falls =
      JudgeGrids("lemma", "Applied again and again, attention drives ||HC[X]|| / ||DC[X]|| towards 0.",
                 GridsOf(cells, result.options.sigmas, label, [](const RepeatedCell& cell) {
                   return *cell.change.high < 0   ? Finding::kHolds
                          : *cell.change.low >= 0 ? Finding::kFails
                                                  : Finding::kUndecided;
                 }));
  double slowest = 0;
  double least = INFINITY;
  double most = 0;
  for (const RepeatedCell& cell : cells) {
    slowest = std::max(slowest, *cell.rate.estimate);
    // Nothing to compare with where all rows of attention are the same.
    if (cell.sigma_a == 0) continue;
    least = std::min(least, *cell.rate.estimate / cell.sigma_a);
    most = std::max(most, *cell.rate.estimate / cell.sigma_a);
  }
  falls.numbers = {{"slowest_factor_a_step", slowest}};
  if (slowest < 1) falls.numbers.emplace_back("steps_to_halve_there", -std::numbers::ln2 / std::log(slowest));
  Verdict rate = JudgeGrids("lemma_rate",
                            fmt::format("Each application shrinks the ratio by sqrt((e^(sigma_s^2) - 1) / "
                                        "n), half the flat law, whatever the "
                                        "head size (within {:.0f} %).",
                                        100 * kLooseAgreement),
                            GridsOf(cells, result.options.sigmas, label, [](const RepeatedCell& cell) {
                              return Agrees(cell.rate, cell.law, kLooseAgreement);
                            }));
  if (most > 0) {
    rate.numbers = {{"least_factor_over_sigma_a", least}, {"largest_factor_over_sigma_a", most}};
  }
  return {falls, rate};
}

Verdict JudgeInequality(const TheoryRun& result) {
  Verdict verdict =
      JudgeGrids("filter_rate", "||HC[A X W]||_F <= sigma_a ||W||_2 ||HC[X]||_F.",
                 GridsOf(
                     result.inequality, result.options.sigmas,
                     [](const InequalityCell& cell) { return InequalityScoresName(cell.scores); },
                     [](const InequalityCell& cell) {
                       return cell.violations == 0 ? Finding::kHolds : Finding::kFails;
                     }));
  double checks = 0;
  double violations = 0;
  double largest = 0;
  double aligned = INFINITY;
  double mean = 0;
  for (const InequalityCell& cell : result.inequality) {
    checks += static_cast<double>(cell.checks);
    violations += static_cast<double>(cell.violations);
    largest = std::max(largest, cell.largest_ratio);
    aligned = std::min(aligned, cell.aligned_ratio);
    mean += *cell.ratio.estimate / static_cast<double>(result.inequality.size());
  }
  verdict.numbers = {{"checks", checks},
                     {"violations", violations},
                     {"mean_left_over_right", mean},
                     {"largest_left_over_right", largest},
                     {"least_left_over_right_aligned", aligned}};
  return verdict;
}

std::vector<FindingGrid> FilterRateGrids(const TheoryRun& result, bool independent, bool heads,
                                         const std::function<Finding(const FilterRateCell&)>& judge) {
  std::vector<FilterRateCell> cells;
  for (const FilterRateCell& cell : result.filter_rate.cells) {
    if (cell.head_size == 0 ? independent : heads) cells.push_back(cell);
  }
  return GridsOf(
      cells, result.options.sigmas, [](const FilterRateCell& cell) { return ScoresLabel(cell.head_size); },
      judge);
}

Verdict JudgeBound(const TheoryRun& result) {
  Verdict verdict = JudgeGrids(
      "bound", "sigma_a <= sqrt(n / (2 sqrt(1 + e^(-2 sigma_s^2)) (n-1)^(3/2) + 1)) (the mean over draws).",
      FilterRateGrids(result, true, true,
                      [](const FilterRateCell& cell) { return AtMost(cell.sigma_a, cell.paper_bound); }));
  const FilterRateCell* worst = &result.filter_rate.cells.front();
  const auto excess = [](const FilterRateCell& cell) { return *cell.sigma_a.estimate / cell.paper_bound; };
  for (const FilterRateCell& cell : result.filter_rate.cells) {
    if (excess(cell) > excess(*worst)) worst = &cell;
  }
  verdict.numbers = {{"largest_measured_over_bound", excess(*worst)},
                     {"there_head_size", static_cast<double>(worst->head_size)},
                     {"there_sigma_s", worst->sigma},
                     {"there_n", static_cast<double>(worst->n)}};
  return verdict;
}

Verdict JudgeLength(const TheoryRun& result) {
  std::vector<FindingGrid> grids;
  Verdict verdict;
  double least = INFINITY;
  double most = -INFINITY;
  const std::size_t sigmas = result.options.sigmas.size();
  for (std::size_t i = 0; i < result.filter_rate.exponents.size(); ++i) {
    const FilterRateExponent& row = result.filter_rate.exponents[i];
    if (i % sigmas == 0) {
      grids.emplace_back(ScoresLabel(row.head_size), "sigma_s", result.options.sigmas, "",
                         std::vector<double>{0});
    }
    grids.back().At(i % sigmas, 0) = *row.exponent.high < 0  ? Finding::kHolds
                                     : *row.exponent.low > 0 ? Finding::kFails
                                                             : Finding::kUndecided;
    least = std::min(least, *row.exponent.estimate);
    most = std::max(most, *row.exponent.estimate);
  }
  verdict = JudgeGrids("length", "sigma_a falls as n grows (exponent of n below 0 over the grid's lengths).",
                       grids);
  verdict.numbers = {{"least_exponent", least}, {"largest_exponent", most}};
  return verdict;
}

// Whether the flat law, or the law for heads, holds within a tolerance.
Finding LawHolds(const FilterRateCell& cell, double tolerance) {
  return Agrees(cell.sigma_a, cell.law, tolerance);
}

std::vector<Verdict> JudgeLaws(const TheoryRun& result) {
  const auto within = [](const FilterRateCell& cell) { return LawHolds(cell, kLawAgreement); };
  const auto range = [](const FilterRateCell& cell) {
    const LawRange law =
        HeadSizeRange(cell.sigma, static_cast<double>(cell.head_size), static_cast<double>(cell.n));
    return Within(cell.sigma_a, law.low, law.high);
  };
  const std::string percent = fmt::format("(within {:.0f} %)", 100 * kLawAgreement);
  return {
      JudgeGrids("flat_law",
                 fmt::format("Independent scores: sigma_a = 2 sqrt((e^(sigma_s^2) - 1) / n) {}.", percent),
                 FilterRateGrids(result, true, false, within)),
      JudgeGrids(
          "head_size_floor",
          "Gaussian queries and keys: sigma_a levels off, between sigma_s / sqrt(d) times 1 + sqrt(d/n) and "
          "times its square.",
          FilterRateGrids(result, false, true, range)),
      JudgeGrids(
          "head_size_law",
          fmt::format("Gaussian queries and keys: sigma_a is the edge of a product of Gaussian matrices plus "
                      "noise {}.",
                      percent),
          FilterRateGrids(result, false, true, within)),
  };
}

// From each length to the next; the column is the shorter one.
Verdict JudgeRegimeLine(const TheoryRun& result) {
  std::vector<FindingGrid> grids;
  const std::size_t lengths = result.options.lengths.size();
  const std::vector<FilterRateCell>& cells = result.filter_rate.cells;
  std::vector<double> shorter = Axis(result.options.lengths);
  shorter.pop_back();
  for (std::size_t i = 0; i + 1 < cells.size(); ++i) {
    const std::size_t column = i % lengths;
    if (i % (lengths * result.options.sigmas.size()) == 0) {
      grids.emplace_back(ScoresLabel(cells[i].head_size), "sigma_s", result.options.sigmas, "n", shorter);
    }
    if (column + 1 == lengths) continue;
    const FilterRateCell& from = cells[i];
    const FilterRateCell& to = cells[i + 1];
    const bool below = from.sigma < RegimeLine(static_cast<double>(from.n));
    // A step across the line says nothing of either side.
    if (below != (from.sigma < RegimeLine(static_cast<double>(to.n)))) continue;
    const bool falls = *to.sigma_a.high < *from.sigma_a.low;
    const bool rises = *to.sigma_a.low > *from.sigma_a.high;
    Finding finding = falls ? Finding::kFails : Finding::kHolds;
    if (below) finding = falls ? Finding::kHolds : rises ? Finding::kFails : Finding::kUndecided;
    grids.back().At(i / lengths % result.options.sigmas.size(), column) = finding;
  }
  return JudgeGrids(
      "regime_line",
      "From one length to the next sigma_a falls below sigma_s = sqrt(2 ln n), and no longer above it "
      "(n: the shorter of the two lengths).",
      grids);
}

Verdict JudgeFlatRegime(const TheoryRun& result) {
  return JudgeGrids(
      "flat_regime",
      fmt::format("Below sigma_s = sqrt(2 ln n) attention is flat: the law for it holds within {:.0f} %.",
                  100 * kLooseAgreement),
      FilterRateGrids(result, true, true, [](const FilterRateCell& cell) {
        if (cell.sigma >= RegimeLine(static_cast<double>(cell.n))) return Finding::kOutside;
        return LawHolds(cell, kLooseAgreement);
      }));
}

std::vector<Verdict> JudgeTemperature(const TheoryRun& result) {
  const std::vector<TemperatureCell>& cells = result.filter_rate.temperature;
  const auto label = [](const TemperatureCell& cell) {
    return fmt::format("temperature {}", cell.temperature);
  };
  // By temperature first, as the labels ask.
  Verdict bounded = JudgeGrids(
      "temperature",
      fmt::format(
          "A temperature below 1 raises sigma_a by no more than it raises the bound, at most 2^(1/4) (head "
          "size {}).",
          result.options.head_sizes.back()),
      GridsOf(cells, result.options.sigmas, label,
              [](const TemperatureCell& cell) { return AtMost(cell.gain, cell.bound_gain); }));
  double largest = 0;
  double largest_bound = 0;
  for (const TemperatureCell& cell : cells) {
    largest = std::max(largest, *cell.gain.estimate);
    largest_bound = std::max(largest_bound, cell.bound_gain);
  }
  bounded.numbers = {{"largest_factor", largest}, {"largest_factor_of_bound", largest_bound}};

  std::vector<FindingGrid> grids;
  for (const double temperature : kTheoryTemperatures) {
    grids.emplace_back(fmt::format("temperature {}", temperature), "sigma_s", result.options.sigmas, "",
                       std::vector<double>{0});
  }
  const std::size_t lengths = result.options.lengths.size();
  for (std::size_t i = 0; i < cells.size(); i += lengths) {
    const Interval& shortest = cells[i].gain;
    const Interval& longest = cells[i + lengths - 1].gain;
    const std::size_t row = i / lengths / kTheoryTemperatures.size();
    grids[i / lengths % kTheoryTemperatures.size()].At(row, 0) =
        *longest.low > *shortest.high   ? Finding::kHolds
        : *longest.high < *shortest.low ? Finding::kFails
                                        : Finding::kUndecided;
  }
  return {bounded,
          JudgeGrids("temperature_length",
                     "A temperature below 1 raises sigma_a by a larger factor at the longest length than at "
                     "the shortest.",
                     grids)};
}

void Append(std::vector<Verdict>& all, std::vector<Verdict> more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

std::vector<Verdict> JudgeTheory(const TheoryRun& result) {
  std::vector<Verdict> verdicts = JudgeRepeated(result);
  Append(verdicts, {JudgeInequality(result), JudgeBound(result), JudgeLength(result)});
  Append(verdicts, JudgeCosine(result.cosine));
  Append(verdicts, JudgeTemperature(result));
  Append(verdicts, JudgeLaws(result));
  Append(verdicts, {JudgeRegimeLine(result), JudgeFlatRegime(result)});
  return verdicts;
}

}  // namespace lengthwise
