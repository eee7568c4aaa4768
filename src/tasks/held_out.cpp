#include "tasks/held_out.h"

#include <numeric>
#include <optional>
#include <utility>

#include "base/random.h"
#include "base/shuffle.h"

namespace lengthwise {
namespace {

std::vector<std::uint8_t> DrawHalves(std::size_t count, Random& random) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  Shuffle(order, random);
  std::vector<std::uint8_t> halves(count);
  for (std::size_t place = 0; place < count; ++place)
    halves[order[place]] = static_cast<std::uint8_t>(place % 2);
  return halves;
}

// Every document's rows from the fit to the half that it is not of; with `zeros` columns for the other fit.
VectorSet Documents(std::span<const TaskVectors, 2> fits, const HeldOutSplit& split, bool zeros) {
  const std::size_t dimension = fits[0].documents.dimension;
  VectorSet joined;
  joined.dimension = (zeros ? 2 : 1) * dimension;
  if (!fits[0].documents.offsets.empty()) joined.offsets.push_back(0);
  for (std::size_t d = 0; d < split.documents.size(); ++d) {
    const std::size_t fitted = 1 - split.documents[d];
    const VectorSet& documents = fits[fitted].documents;
    for (std::size_t r = documents.begin(d); r < documents.end(d); ++r) {
      const std::span<const float> row = documents.row(r);
      if (zeros && fitted == 1) joined.values.insert(joined.values.end(), dimension, 0.0F);
      joined.values.insert(joined.values.end(), row.begin(), row.end());
      if (zeros && fitted == 0) joined.values.insert(joined.values.end(), dimension, 0.0F);
    }
    if (!joined.offsets.empty()) joined.offsets.push_back(joined.rows());
  }
  return joined;
}

UnitScore MeanScore(std::vector<UnitScore> scores) {
  return [scores = std::move(scores)](std::span<const UnitCount> units) -> std::optional<double> {
    double sum = 0;
    for (const UnitScore& score : scores) {
      const std::optional<double> value = score(units);
      if (!value) return std::nullopt;
      sum += *value;
    }
    return sum / static_cast<double>(scores.size());
  };
}

}  // namespace

HeldOutSplit SplitHeldOut(std::size_t documents, std::size_t queries, std::uint64_t seed, std::size_t draw) {
  Random random(Random(seed).Next() ^ Random(draw + 1).Next());
  HeldOutSplit split;
  split.documents = DrawHalves(documents, random);
  split.queries = DrawHalves(queries, random);
  return split;
}

TaskVectors JoinFits(std::span<const TaskVectors, 2> fits, const HeldOutSplit& split) {
  TaskVectors joined;
  joined.documents = Documents(fits, split, true);
  joined.queries.dimension = joined.documents.dimension;
  for (std::size_t q = 0; q < split.queries.size(); ++q) {
    for (const TaskVectors& fit : fits) {
      const std::span<const float> row = fit.queries.row(q);
      joined.queries.values.insert(joined.queries.values.end(), row.begin(), row.end());
    }
  }
  return joined;
}

VectorSet UnseenDocuments(std::span<const TaskVectors, 2> fits, const HeldOutSplit& split) {
  return Documents(fits, split, false);
}

ScoredRun MeanOfRuns(std::span<const ScoredRun> runs) {
  ScoredRun mean = runs[0];
  const auto count = static_cast<double>(runs.size());
  const auto average = [&](auto&& of) {
    double sum = 0;
    for (const ScoredRun& run : runs) sum += of(run);
    return sum / count;
  };
  for (std::size_t m = 0; m < mean.metrics.size(); ++m) {
    std::vector<UnitScore> scores;
    for (const ScoredRun& run : runs) scores.push_back(run.metrics[m].score);
    mean.metrics[m].score = MeanScore(std::move(scores));
  }
  for (std::size_t u = 0; u < mean.values.size(); ++u)
    mean.values[u] = average([&](const ScoredRun& run) { return run.values[u]; });
  for (std::size_t b = 0; b < mean.shares.size(); ++b)
    mean.shares[b].retrieved = average([&](const ScoredRun& run) { return run.shares[b].retrieved; });
  for (std::size_t b = 0; b < mean.cosines.size(); ++b) {
    if (!mean.cosines[b].cosine) continue;
    mean.cosines[b].cosine = average([&](const ScoredRun& run) { return *run.cosines[b].cosine; });
  }
  for (std::size_t d = 0; d < mean.document_cosines.size(); ++d)
    mean.document_cosines[d] = average([&](const ScoredRun& run) { return run.document_cosines[d]; });
  return mean;
}

}  // namespace lengthwise
