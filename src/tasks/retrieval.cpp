#include "tasks/retrieval.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include "search/ranking_metrics.h"

namespace lengthwise {
namespace {

double Log2(std::size_t tokens) {
  return std::log2(static_cast<double>(std::max<std::size_t>(tokens, 1)));
}

std::optional<double> LengthBias(std::span<const Hit> ranking, std::span<const Relevance> judgements,
                                 std::span<const std::size_t> document_tokens) {
  double relevant = 0;
  std::size_t relevant_count = 0;
  for (const Relevance& relevance : judgements) {
    if (relevance.grade <= 0) continue;
    relevant += Log2(document_tokens[relevance.document]);
    ++relevant_count;
  }
  const std::size_t depth = std::min(kBiasDepth, ranking.size());
  if (relevant_count == 0 || depth == 0) return std::nullopt;
  double retrieved = 0;
  for (std::size_t i = 0; i < depth; ++i) retrieved += Log2(document_tokens[ranking[i].document]);
  return retrieved / static_cast<double>(depth) - relevant / static_cast<double>(relevant_count);
}

// Absent where every document has the same N_k.
std::optional<double> Skewness(std::span<const double> values) {
  const auto count = static_cast<double>(values.size());
  double mean = 0;
  for (const double value : values) mean += value / count;
  double second = 0;
  double third = 0;
  for (const double value : values) {
    const double d = value - mean;
    second += d * d / count;
    third += d * d * d / count;
  }
  if (second < 1e-12) return std::nullopt;
  return third / std::pow(second, 1.5);
}

UnitScore Hubness(std::shared_ptr<const std::vector<Ranking>> rankings, std::size_t documents) {
  return [rankings = std::move(rankings), documents](std::span<const UnitCount> units) {
    std::vector<double> found(documents, 0.0);
    for (const UnitCount& unit : units) {
      const Ranking& ranking = (*rankings)[unit.unit];
      for (std::size_t i = 0; i < std::min(kBiasDepth, ranking.size()); ++i)
        found[ranking[i].document] += unit.count;
    }
    return Skewness(found);
  };
}

std::vector<DocumentShare> Shares(const Corpus& corpus, std::span<const Ranking> rankings,
                                  std::span<const std::size_t> document_tokens) {
  const std::vector<UnitBucket> buckets = BucketUnits(document_tokens, BucketKind::kFixed);
  std::vector<std::size_t> bucket_of(document_tokens.size());
  std::vector<DocumentShare> shares;
  for (std::size_t b = 0; b < buckets.size(); ++b) {
    for (const std::uint32_t document : buckets[b].units) bucket_of[document] = b;
    shares.push_back(
        {buckets[b].from, buckets[b].to,
         static_cast<double>(buckets[b].units.size()) / static_cast<double>(document_tokens.size())});
  }
  double relevant = 0;
  double retrieved = 0;
  for (std::size_t q = 0; q < rankings.size(); ++q) {
    for (const Relevance& relevance : corpus.judgements[q]) {
      if (relevance.grade <= 0) continue;
      shares[bucket_of[relevance.document]].relevant += 1;
      relevant += 1;
    }
    for (std::size_t i = 0; i < std::min(kBiasDepth, rankings[q].size()); ++i) {
      shares[bucket_of[rankings[q][i].document]].retrieved += 1;
      retrieved += 1;
    }
  }
  for (DocumentShare& share : shares) {
    share.relevant /= std::max(relevant, 1.0);
    share.retrieved /= std::max(retrieved, 1.0);
  }
  return shares;
}

}  // namespace

ScoredRun ScoreRankings(const Corpus& corpus, std::vector<Ranking> rankings,
                        std::span<const std::size_t> document_tokens) {
  using Values = std::vector<std::optional<double>>;
  const std::size_t queries = rankings.size();
  Values ndcg(queries), reciprocal_rank(queries), precision(queries), recall_10(queries), recall_100(queries);
  Values bias(queries);
  ScoredRun run;
  for (std::size_t q = 0; q < queries; ++q) {
    const std::span<const Relevance> judgements = corpus.judgements[q];
    run.values.push_back(NdcgAt(rankings[q], judgements, 10));
    ndcg[q] = run.values.back();
    reciprocal_rank[q] = ReciprocalRankAt(rankings[q], judgements, 10);
    precision[q] = AveragePrecisionAt(rankings[q], judgements, 1000);
    recall_10[q] = RecallAt(rankings[q], judgements, 10);
    recall_100[q] = RecallAt(rankings[q], judgements, 100);
    bias[q] = LengthBias(rankings[q], judgements, document_tokens);
  }
  run.shares = Shares(corpus, rankings, document_tokens);
  run.metrics = {{"ndcg_at_10", MeanOfUnits(std::move(ndcg))},
                 {"mrr_at_10", MeanOfUnits(std::move(reciprocal_rank))},
                 {"map_at_1000", MeanOfUnits(std::move(precision))},
                 {"recall_at_10", MeanOfUnits(std::move(recall_10))},
                 {"recall_at_100", MeanOfUnits(std::move(recall_100))},
                 {"length_bias_at_10", MeanOfUnits(std::move(bias))}};
  // Only the first ten are looked at from here on.
  for (Ranking& ranking : rankings) ranking.resize(std::min(kBiasDepth, ranking.size()));
  run.metrics.push_back(
      {"hubness_at_10",
       Hubness(std::make_shared<const std::vector<Ranking>>(std::move(rankings)), corpus.documents.size()),
       false});
  return run;
}

std::vector<UnitLengths> QueryLengths(const Corpus& corpus, std::span<const std::size_t> document_tokens,
                                      std::span<const std::size_t> query_tokens) {
  UnitLengths relevant{"relevant_document", {}};
  for (const std::vector<Relevance>& judgements : corpus.judgements) {
    std::vector<std::size_t> tokens;
    for (const Relevance& relevance : judgements) {
      if (relevance.grade > 0) tokens.push_back(document_tokens[relevance.document]);
    }
    std::sort(tokens.begin(), tokens.end());
    relevant.tokens.push_back(tokens.empty() ? 0 : tokens[(tokens.size() - 1) / 2]);
  }
  return {std::move(relevant), {"query", {query_tokens.begin(), query_tokens.end()}}};
}

}  // namespace lengthwise
