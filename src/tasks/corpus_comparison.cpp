#include "tasks/corpus_comparison.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "base/fail.h"
#include "statistics/bootstrap.h"

namespace lengthwise {
namespace {

const UnitScore& MainScore(std::span<const ScoredRun> runs, RunKind kind, const std::string& corpus) {
  RunDescription wanted;
  wanted.kind = kind;
  wanted.corpus = corpus;
  const auto found =
      std::find_if(runs.begin(), runs.end(), [&](const ScoredRun& run) { return run.description == wanted; });
  if (found == runs.end()) Fail(ErrorCode::kInternal, "the run {} is missing", RunName(wanted));
  return found->metrics[0].score;
}

double Mean(std::span<const std::size_t> tokens) {
  return std::accumulate(tokens.begin(), tokens.end(), 0.0) / static_cast<double>(tokens.size());
}

}  // namespace

std::vector<CorpusComparison> CompareCorpora(const PreparedTask& prepared, std::span<const ScoredRun> runs,
                                             const ResamplingOptions& options, ThreadPool& pool) {
  std::vector<std::uint32_t> units(prepared.queries.size());
  std::iota(units.begin(), units.end(), 0U);
  std::vector<CorpusComparison> comparisons;
  for (const PreparedTask::Other& other : prepared.others) {
    const UnitScore& model = MainScore(runs, RunKind::kModel, "");
    const UnitScore& model_other = MainScore(runs, RunKind::kModel, other.name);
    const UnitScore& bm25 = MainScore(runs, RunKind::kBm25, "");
    const UnitScore& bm25_other = MainScore(runs, RunKind::kBm25, other.name);
    const UnitScore excess = [&](std::span<const UnitCount> drawn) -> std::optional<double> {
      const auto a = model(drawn), b = model_other(drawn), c = bm25(drawn), d = bm25_other(drawn);
      if (!a || !b || !c || !d) return std::nullopt;
      return (*a - *b) - (*c - *d);
    };
    const UnitScore* const scores[] = {&model, &model_other, &bm25, &bm25_other, &excess};
    const Resampled resampled = ResampleScores(scores, units, options, pool, prepared.scorers[0].clusters);
    comparisons.push_back({other.name, other.documents.size(), Mean(other.document_tokens),
                           Mean(prepared.document_tokens),
                           DifferenceInterval(resampled, 0, 1, options.confidence),
                           DifferenceInterval(resampled, 2, 3, options.confidence),
                           ScoreInterval(resampled, 4, options.confidence)});
  }
  return comparisons;
}

}  // namespace lengthwise
