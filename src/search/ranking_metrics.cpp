#include "search/ranking_metrics.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

namespace lengthwise {
namespace {

int GradeOf(std::span<const Relevance> judgements, std::uint32_t document) {
  const auto found =
      std::lower_bound(judgements.begin(), judgements.end(), document,
                       [](const Relevance& relevance, std::uint32_t d) { return relevance.document < d; });
  return found != judgements.end() && found->document == document ? found->grade : 0;
}

std::size_t CountRelevant(std::span<const Relevance> judgements) {
  return static_cast<std::size_t>(
      std::count_if(judgements.begin(), judgements.end(), [](const Relevance& r) { return r.grade > 0; }));
}

double Discount(std::size_t place) {  // from 0
  return 1 / std::log2(static_cast<double>(place) + 2);
}

}  // namespace

double NdcgAt(std::span<const Hit> ranking, std::span<const Relevance> judgements, std::size_t depth) {
  std::vector<int> best;
  for (const Relevance& relevance : judgements) {
    if (relevance.grade > 0) best.push_back(relevance.grade);
  }
  if (best.empty()) return 0;
  std::sort(best.begin(), best.end(), std::greater<>());
  double ideal = 0;
  for (std::size_t i = 0; i < std::min(depth, best.size()); ++i) ideal += best[i] * Discount(i);
  double gain = 0;
  for (std::size_t i = 0; i < std::min(depth, ranking.size()); ++i) {
    gain += std::max(0, GradeOf(judgements, ranking[i].document)) * Discount(i);
  }
  return gain / ideal;
}

double ReciprocalRankAt(std::span<const Hit> ranking, std::span<const Relevance> judgements,
                        std::size_t depth) {
  for (std::size_t i = 0; i < std::min(depth, ranking.size()); ++i) {
    if (GradeOf(judgements, ranking[i].document) > 0) return 1 / (static_cast<double>(i) + 1);
  }
  return 0;
}

double RecallAt(std::span<const Hit> ranking, std::span<const Relevance> judgements, std::size_t depth) {
  const std::size_t relevant = CountRelevant(judgements);
  if (relevant == 0) return 0;
  std::size_t found = 0;
  for (std::size_t i = 0; i < std::min(depth, ranking.size()); ++i) {
    found += GradeOf(judgements, ranking[i].document) > 0 ? 1 : 0;
  }
  return static_cast<double>(found) / static_cast<double>(relevant);
}

double AveragePrecisionAt(std::span<const Hit> ranking, std::span<const Relevance> judgements,
                          std::size_t depth) {
  const std::size_t relevant = CountRelevant(judgements);
  if (relevant == 0) return 0;
  std::size_t found = 0;
  double sum = 0;
  for (std::size_t i = 0; i < std::min(depth, ranking.size()); ++i) {
    if (GradeOf(judgements, ranking[i].document) <= 0) continue;
    ++found;
    sum += static_cast<double>(found) / (static_cast<double>(i) + 1);
  }
  return sum / static_cast<double>(relevant);
}

}  // namespace lengthwise
