// Monte Carlo truth for the laws of the filter rate, and what a temperature does to it.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "statistics/interval.h"
#include "theory/options.h"

namespace lengthwise {

// Of every singular value, relative (see LargestCentredSingularValue).
inline constexpr double kTheoryTolerance = 1e-4;

// Temperatures tried: scores are divided by them.
inline constexpr std::array<double, 3> kTheoryTemperatures = {0.9, 0.8, 0.5};

// Simulated attention of n tokens whose scores have standard deviation sigma.
struct FilterRateCell {
  std::size_t head_size = 0;  // 0: independent Gaussian scores; else scores of Gaussian queries and keys
  double sigma = 0;
  std::size_t n = 0;
  std::size_t draws = 0;
  Interval sigma_a;              // mean of the largest singular value of (I - 11^T/n) A
  double share_above_bound = 0;  // of the draws
  double entropy = 0;            // means over draws and rows; see RowShape
  double largest_weight = 0;
  // The laws here (theory/laws.h).
  double paper_bound = 0;
  double law = 0;  // FlatLaw of independent scores, HeadSizeLaw of heads
};

struct TemperatureCell {
  double sigma = 0;
  std::size_t n = 0;
  double temperature = 1;
  std::size_t draws = 0;
  Interval gain;  // sigma_a at this temperature over sigma_a at 1, the same queries and keys; mean of ratios
  double bound_gain = 0;  // the same of the source's bound
};

// Of sigma_a against n over all lengths: the flat law says -1/2, the source's bound -1/4, a floor 0.
struct FilterRateExponent {
  std::size_t head_size = 0;
  double sigma = 0;
  Interval exponent;  // PowerLawExponent
};

struct FilterRateResult {
  std::vector<FilterRateCell> cells;          // by head size (0 first), sigma, length
  std::vector<FilterRateExponent> exponents;  // by head size, sigma
  std::vector<TemperatureCell> temperature;   // largest head size; by sigma, temperature, length
};

// Scores are drawn once for each head size, length and draw, and scaled to every sigma and temperature: cells
// that differ in these alone are compared on the same draws.
class FilterRateExperiment {
 public:
  explicit FilterRateExperiment(const TheoryOptions& options);
  // The tasks write into this object.
  void AddTasks(std::vector<TheoryTask>& tasks);
  // After all tasks have run.
  FilterRateResult Result() const;

 private:
  // Of one draw at one sigma.
  struct Draw {
    double sigma_a = 0;
    double entropy = 0;
    double largest_weight = 0;
    std::array<double, kTheoryTemperatures.size()> tempered{};  // sigma_a at each temperature
  };
  using Draws = std::vector<std::vector<Draw>>;  // [sigma][draw]

  void Run(std::size_t head_size, std::size_t n, std::size_t draw, Draws& draws) const;
  FilterRateCell Cell(std::size_t head_size, std::size_t n, std::size_t sigma, const Draws& draws) const;

  TheoryOptions options_;
  std::vector<std::size_t> head_sizes_;    // 0, then those asked for
  std::vector<std::vector<Draws>> draws_;  // [head size][length]
};

}  // namespace lengthwise
