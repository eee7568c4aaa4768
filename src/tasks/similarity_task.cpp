#include "tasks/similarity_task.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <utility>

namespace lengthwise {

Spearman::Spearman(std::vector<double> x, std::vector<double> y)
    : x_(Order(std::move(x))), y_(Order(std::move(y))) {}

Spearman::Variable Spearman::Order(std::vector<double> values) {
  Variable variable;
  variable.values = std::move(values);
  variable.order.resize(variable.values.size());
  std::iota(variable.order.begin(), variable.order.end(), std::size_t{0});
  std::stable_sort(variable.order.begin(), variable.order.end(),
                   [&](std::size_t a, std::size_t b) { return variable.values[a] < variable.values[b]; });
  return variable;
}

// The rank of a unit that was drawn w times is the mean of the w places that it takes.
std::vector<double> Spearman::Ranks(const Variable& variable, std::span<const double> weights) {
  std::vector<double> ranks(variable.values.size(), 0.0);
  double before = 0;
  for (std::size_t begin = 0; begin < variable.order.size();) {
    std::size_t end = begin;
    double weight = 0;
    while (end < variable.order.size() &&
           variable.values[variable.order[end]] == variable.values[variable.order[begin]]) {
      weight += weights[variable.order[end++]];
    }
    for (std::size_t i = begin; i < end; ++i) ranks[variable.order[i]] = before + (weight + 1) / 2;
    before += weight;
    begin = end;
  }
  return ranks;
}

std::optional<double> Spearman::operator()(std::span<const UnitCount> units) const {
  std::vector<double> weights(x_.values.size(), 0.0);
  double total = 0;
  for (const UnitCount& unit : units) {
    weights[unit.unit] = unit.count;
    total += unit.count;
  }
  const std::vector<double> x = Ranks(x_, weights);
  const std::vector<double> y = Ranks(y_, weights);
  const double mean = (total + 1) / 2;  // of both
  double xx = 0, yy = 0, xy = 0;
  for (const UnitCount& unit : units) {
    const double dx = x[unit.unit] - mean;
    const double dy = y[unit.unit] - mean;
    xx += unit.count * dx * dx;
    yy += unit.count * dy * dy;
    xy += unit.count * dx * dy;
  }
  if (xx <= 0 || yy <= 0) return std::nullopt;
  return xy / std::sqrt(xx * yy);
}

ScoredRun ScoreSimilarity(const SimilarityTask& task, const VectorSet& first, const VectorSet& second) {
  std::vector<double> cosines;
  for (std::size_t i = 0; i < task.scores.size(); ++i) {
    const std::span<const float> a = first.row(i);
    const std::span<const float> b = second.row(i);
    double product = 0;
    for (std::size_t c = 0; c < a.size(); ++c) product += static_cast<double>(a[c]) * b[c];
    cosines.push_back(product);
  }
  const auto correlation = std::make_shared<const Spearman>(std::move(cosines), task.scores);
  ScoredRun run;
  run.metrics.push_back(
      {"cosine_spearman", [correlation](std::span<const UnitCount> units) { return (*correlation)(units); }});
  return run;
}

}  // namespace lengthwise
