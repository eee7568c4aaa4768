#include "collapse/arm_result.h"

#include <Eigen/Core>

#include "base/random.h"
#include "collapse/resampling.h"
#include "collapse/similarity.h"
#include "statistics/resampled_value.h"

namespace lengthwise {
namespace {

// Streams of random numbers that do not meet.
enum class Stream : std::uint64_t { kBootstrap = 1, kPermutation = 2, kPairs = 3 };

std::uint64_t SeedOf(std::uint64_t seed, Stream stream, std::size_t bucket) {
  Random random(seed);
  Random mixed(random.Next() ^ (static_cast<std::uint64_t>(stream) << 32) ^ bucket);
  return mixed.Next();
}

// Mean vector of the arm, every sequence counting the same.
Eigen::VectorXd ArmCentre(const LengthStats& stats) {
  Eigen::VectorXd centre = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(stats.dimension()));
  for (const BucketStats& bucket : stats.buckets()) centre += bucket.sum;
  if (stats.count() > 0) centre /= static_cast<double>(stats.count());
  return centre;
}

BucketResult Describe(const BucketStats& stats, const FloatRowMatrix& rows, std::uint64_t seed) {
  BucketResult result;
  result.bucket = stats.bucket;
  result.count = stats.count;
  result.cut = stats.cut;
  result.zero_vectors = stats.zero_vectors;
  result.kept = stats.sample.size();
  if (stats.count > 0) result.length = static_cast<double>(stats.tokens) / static_cast<double>(stats.count);
  if (const auto ranks = MeasureEffectiveRanks(stats)) {
    result.rankme = ranks->rankme;
    result.participation_ratio = ranks->participation_ratio;
  }
  result.uniformity = Uniformity(rows, seed);
  return result;
}

struct CosineReplicates {
  Interval interval;
  std::vector<double> replicates;
  double kept = 0;
};

// `estimate` of all documents; the replicates come from the kept ones.
CosineReplicates ResampleCosine(std::optional<double> estimate, const FloatRowMatrix& rows,
                                const Eigen::MatrixXd& weights, std::uint64_t count, double confidence) {
  CosineReplicates resampled;
  if (!estimate) return resampled;
  const auto kept = static_cast<std::size_t>(rows.rows());
  resampled.kept = *MeanPairwiseCosine(rows);
  if (weights.cols() > 0) resampled.replicates = ResampledCosines(rows, weights);
  resampled.interval =
      PercentileInterval(*estimate, resampled.kept, resampled.replicates, confidence, kept, count);
  return resampled;
}

// Floors of the natural arm: one a bucket.
void SetFloors(const LengthStats& stats, std::span<const FloatRowMatrix> rows,
               const ResamplingOptions& options, std::vector<BucketResult>& results) {
  const std::optional<double> mean = PermutedMean(stats);
  const std::vector<std::vector<double>> permuted =
      PermutedCosines(rows, options.replicates, SeedOf(options.seed, Stream::kPermutation, 0));
  for (std::size_t b = 0; b < results.size(); ++b) {
    if (results[b].count < 2 || !mean) continue;
    double centre = 0;
    for (const double cosine : permuted[b]) centre += cosine / static_cast<double>(permuted[b].size());
    results[b].permuted_floor =
        PercentileInterval(*mean, centre, permuted[b], options.confidence, results[b].kept, results[b].count);
  }
}

// The floor of the truncated arm: the same at every length.
void SetWithinFloors(std::span<const FloatRowMatrix> rows, const ResamplingOptions& options,
                     std::vector<BucketResult>& results) {
  const std::optional<double> mean = PermutedWithinMean(rows);
  if (!mean) return;
  const std::vector<double> permuted =
      PermutedWithinCosines(rows, options.replicates, SeedOf(options.seed, Stream::kPermutation, 0));
  for (BucketResult& result : results) {
    result.permuted_floor =
        PercentileInterval(*mean, *mean, permuted, options.confidence, result.kept, result.count);
  }
}

LengthCurve CurveOf(std::span<const BucketResult> results, std::span<const CosineReplicates> resampled,
                    std::size_t replicates) {
  LengthCurve curve;
  curve.documents = results[0].count;
  curve.kept = results[0].kept;
  curve.replicates.resize(static_cast<Eigen::Index>(results.size()), static_cast<Eigen::Index>(replicates));
  for (std::size_t b = 0; b < results.size(); ++b) {
    curve.lengths.push_back(results[b].bucket.to);
    curve.cosines.push_back(*results[b].cosine.estimate);
    curve.kept_cosines.push_back(resampled[b].kept);
    for (std::size_t r = 0; r < replicates; ++r) {
      curve.replicates(static_cast<Eigen::Index>(b), static_cast<Eigen::Index>(r)) =
          resampled[b].replicates[r];
    }
  }
  return curve;
}

}  // namespace

ArmSummary SummariseArm(const LengthStats& stats, SequenceKind sequences, VectorKind vectors,
                        std::size_t documents, const ResamplingOptions& options, ThreadPool& pool) {
  const bool paired = sequences == SequenceKind::kTruncated;
  const std::size_t count = stats.buckets().size();
  const Eigen::VectorXd centre = ArmCentre(stats);
  std::vector<FloatRowMatrix> rows(count);
  std::vector<BucketResult> results(count);
  std::vector<CosineReplicates> resampled(count);
  for (std::size_t b = 0; b < count; ++b) rows[b] = KeptRows(stats.buckets()[b].sample, stats.dimension());
  // The same resample at every length, and in the static control: what is compared is paired by document.
  Eigen::MatrixXd shared_weights;
  if (paired && count > 0 && rows[0].rows() >= 2) {
    shared_weights = ResampleWeights(static_cast<std::size_t>(rows[0].rows()), options.replicates,
                                     SeedOf(options.seed, Stream::kBootstrap, 0));
  }
  pool.For(count, [&](std::size_t b, std::size_t) {
    const BucketStats& bucket = stats.buckets()[b];
    results[b] = Describe(bucket, rows[b], SeedOf(options.seed, Stream::kPairs, b));
    if (bucket.count < 2) return;
    Eigen::MatrixXd own_weights;
    if (!paired) {
      own_weights = ResampleWeights(static_cast<std::size_t>(rows[b].rows()), options.replicates,
                                    SeedOf(options.seed, Stream::kBootstrap, b));
    }
    const Eigen::MatrixXd& weights = paired ? shared_weights : own_weights;
    resampled[b] =
        ResampleCosine(MeanPairwiseCosine(bucket), rows[b], weights, bucket.count, options.confidence);
    results[b].cosine = resampled[b].interval;
    const FloatRowMatrix centred = CentredRows(rows[b], centre);
    results[b].centred_cosine =
        ResampleCosine(MeanPairwiseCosine(centred), centred, weights, bucket.count, options.confidence)
            .interval;
  });
  if (paired) {
    SetWithinFloors(rows, options, results);
  } else {
    SetFloors(stats, rows, options, results);
  }
  // The bucket of cut documents is there only if there are any.
  if (!results.empty() && results.back().bucket.cut && results.back().count == 0) results.pop_back();
  ArmSummary summary;
  if (paired && count > 0 && results[0].count >= 2)
    summary.curve = CurveOf(results, resampled, options.replicates);
  summary.result = {sequences, vectors, documents, std::move(results)};
  return summary;
}

std::vector<LayerResult> SummariseLayers(const LengthStats& stats, SequenceKind arm) {
  std::vector<LayerResult> results;
  for (const BucketStats& bucket : stats.buckets()) {
    const auto texts = static_cast<double>(bucket.probes.count);
    for (std::size_t l = 0; l < bucket.probes.layers.size(); ++l) {
      const LayerProbe& sum = bucket.probes.layers[l];
      results.push_back({arm,
                         bucket.bucket,
                         static_cast<double>(bucket.tokens) / static_cast<double>(bucket.count),
                         bucket.probes.count,
                         l,
                         {sum.token_cosine / texts, sum.hc_ratio / texts}});
    }
  }
  return results;
}

std::vector<HeadResult> SummariseHeads(const LengthStats& stats, SequenceKind arm) {
  std::vector<HeadResult> results;
  for (const BucketStats& bucket : stats.buckets()) {
    const auto texts = static_cast<double>(bucket.probes.count);
    const std::size_t heads = bucket.probes.head_count;
    for (std::size_t i = 0; i < bucket.probes.heads.size(); ++i) {
      const HeadProbe& sum = bucket.probes.heads[i];
      results.push_back(
          {arm,
           bucket.bucket,
           static_cast<double>(bucket.tokens) / static_cast<double>(bucket.count),
           bucket.probes.count,
           i / heads,
           i % heads,
           {sum.entropy / texts, sum.largest_weight / texts, sum.sink / texts, sum.retention / texts}});
    }
  }
  return results;
}

}  // namespace lengthwise
