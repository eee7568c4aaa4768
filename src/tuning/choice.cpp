#include "tuning/choice.h"

#include <algorithm>
#include <numeric>

#include "statistics/bootstrap.h"

namespace lengthwise {
namespace {

class Chooser {
 public:
  Chooser(std::span<const Candidate> candidates, const Evidence& evidence,
          std::span<const std::uint32_t> queries, const ResamplingOptions& options, ThreadPool& pool)
      : candidates_(candidates), evidence_(evidence), queries_(queries), options_(options), pool_(pool) {}

  // Of those that `is_tried` takes and that are better than `base` beyond doubt and by `least`, the best;
  // else `base`.
  template <typename IsTried>
  std::size_t BestOf(std::size_t base, double least, IsTried&& is_tried) const {
    std::vector<UnitScore> scores = {MeanOfUnits(evidence_.scores[base])};
    std::vector<std::size_t> tried;
    for (std::size_t c = 0; c < candidates_.size(); ++c) {
      if (c == base || evidence_.scores[c].empty() || !is_tried(candidates_[c])) continue;
      scores.push_back(MeanOfUnits(evidence_.scores[c]));
      tried.push_back(c);
    }
    std::vector<const UnitScore*> pointers;
    for (const UnitScore& score : scores) pointers.push_back(&score);
    std::vector<std::size_t> places(tried.size());
    std::iota(places.begin(), places.end(), 1U);
    const Resampled resampled = ResampleScores(pointers, queries_, options_, pool_, evidence_.clusters);
    const std::vector<Interval> differences =
        SimultaneousDifferences(resampled, places, 0, options_.confidence);
    std::size_t best = base;
    double gain = 0;
    for (std::size_t i = 0; i < tried.size(); ++i) {
      const Interval& difference = differences[i];
      if (!difference.low || *difference.low <= 0 || *difference.estimate < least) continue;
      if (*difference.estimate <= gain) continue;
      gain = *difference.estimate;
      best = tried[i];
    }
    return best;
  }

 private:
  std::span<const Candidate> candidates_;
  const Evidence& evidence_;
  std::span<const std::uint32_t> queries_;
  const ResamplingOptions& options_;
  ThreadPool& pool_;
};

}  // namespace

const char* TuneAnswerName(TuneAnswer answer) {
  switch (answer) {
    case TuneAnswer::kNothingToRepair:
      return "nothing_to_repair";
    case TuneAnswer::kRepair:
      return "repair";
    case TuneAnswer::kNotShown:
      return "not_shown";
    case TuneAnswer::kKeep:
      return "keep";
    case TuneAnswer::kCannotTell:
      return "cannot_tell";
    case TuneAnswer::kNoQueries:
      return "no_queries";
  }
  return "";
}

Choice Choose(std::span<const Candidate> candidates, const Evidence& evidence,
              std::span<const std::uint32_t> queries, const ResamplingOptions& options, ThreadPool& pool) {
  if (!evidence.judged && evidence.agreement <= kLeastAgreement)
    return {TuneAnswer::kCannotTell, kRecipeCandidate};
  const Chooser chooser(candidates, evidence, queries, options, pool);
  std::size_t chosen = chooser.BestOf(kRecipeCandidate, 0, [](const Candidate& candidate) {
    return candidate.cost_class == CostClass::kOneVector;
  });
  // A budget first: as many as there are windows must be worth it beyond that.
  for (const bool budget : {true, false}) {
    chosen = chooser.BestOf(chosen, kWorthSeveralVectors, [&](const Candidate& candidate) {
      return candidate.cost_class == CostClass::kSeveralVectors &&
             (candidate.run.repair.long_input->vectors > 0) == budget;
    });
  }
  const Interval gain = GainOf(chosen, evidence, queries, options, pool);
  if (gain.high && *gain.high < 0) return {TuneAnswer::kKeep, kModelCandidate};
  if (gain.low && *gain.low > 0) return {TuneAnswer::kRepair, chosen};
  return {TuneAnswer::kNotShown, chosen};
}

std::optional<std::size_t> ChooseOnePass(std::span<const Candidate> candidates, const Evidence& evidence,
                                         std::span<const std::uint32_t> queries,
                                         const ResamplingOptions& options, ThreadPool& pool) {
  const auto is_one = [](const Candidate& candidate) {
    return candidate.cost_class == CostClass::kCheckpoint;
  };
  const auto first = std::find_if(candidates.begin(), candidates.end(), is_one);
  if (first == candidates.end()) return std::nullopt;
  const auto place = static_cast<std::size_t>(first - candidates.begin());
  const bool tells =
      !evidence.scores[place].empty() && (evidence.judged || evidence.agreement > kLeastAgreement);
  if (!tells) return place;
  return Chooser(candidates, evidence, queries, options, pool).BestOf(place, 0, is_one);
}

Interval GainOf(std::size_t candidate, const Evidence& evidence, std::span<const std::uint32_t> queries,
                const ResamplingOptions& options, ThreadPool& pool) {
  const UnitScore model = MeanOfUnits(evidence.scores[kModelCandidate]);
  const UnitScore other = MeanOfUnits(evidence.scores[candidate]);
  const UnitScore* const scores[] = {&model, &other};
  return DifferenceInterval(ResampleScores(scores, queries, options, pool, evidence.clusters), 1, 0,
                            options.confidence);
}

}  // namespace lengthwise
