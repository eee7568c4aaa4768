#include "report/run_json.h"

#include "report/document_json.h"

namespace lengthwise {
namespace {

OrderedJson OrNull(const std::optional<std::size_t>& number) {
  return number ? OrderedJson(*number) : OrderedJson(nullptr);
}

OrderedJson MetricsJson(const RunResult& run) {
  OrderedJson metrics = OrderedJson::object();
  for (const MetricScore& metric : run.metrics) metrics[metric.name] = JsonInterval(metric.score);
  return metrics;
}

OrderedJson BucketJson(const BucketScore& bucket) {
  return {{"from", bucket.from},
          {"to", bucket.to},
          {"length", JsonNumber(bucket.length)},
          {"count", bucket.count},
          {"score", JsonInterval(bucket.score)},
          {"difference", JsonInterval(bucket.difference)}};
}

OrderedJson ByLengthJson(std::span<const BucketedScores> by_length) {
  OrderedJson groups = OrderedJson::array();
  for (const BucketedScores& group : by_length) {
    OrderedJson buckets = OrderedJson::array();
    for (const BucketScore& bucket : group.buckets) buckets.push_back(BucketJson(bucket));
    groups.push_back({{"length_of", group.length_of},
                      {"kind", BucketKindName(group.kind)},
                      {"buckets", std::move(buckets)}});
  }
  return groups;
}

OrderedJson ComparisonJson(const std::optional<RunComparison>& comparison) {
  if (!comparison) return nullptr;
  OrderedJson units = nullptr;
  if (comparison->by_unit) {
    units = {{"better", comparison->better},
             {"worse", comparison->worse},
             {"rescued", comparison->rescued},
             {"lost", comparison->lost}};
  }
  return {{"difference", JsonInterval(comparison->difference)}, {"units", std::move(units)}};
}

OrderedJson CosinesJson(std::span<const BucketCosine> cosines) {
  OrderedJson list = OrderedJson::array();
  for (const BucketCosine& cosine : cosines) {
    list.push_back({{"from", cosine.from},
                    {"to", cosine.to},
                    {"documents", cosine.documents},
                    {"cosine", JsonNumber(cosine.cosine)}});
  }
  return list;
}

}  // namespace

OrderedJson RunJson(const RunResult& run) {
  OrderedJson shares = OrderedJson::array();
  for (const DocumentShare& share : run.shares) {
    shares.push_back({{"from", share.from},
                      {"to", share.to},
                      {"corpus", JsonNumber(share.corpus)},
                      {"relevant", JsonNumber(share.relevant)},
                      {"retrieved", JsonNumber(share.retrieved)}});
  }
  const RunDescription& about = run.description;
  const RepairChange& repair = about.repair;
  const std::optional<LongInput>& windows = repair.long_input;
  return {{"run", RunName(about)},
          {"kind", RunKindName(about.kind)},
          {"temperature",
           repair.temperature ? JsonNumber(static_cast<double>(*repair.temperature)) : OrderedJson(nullptr)},
          {"side", repair.temperature ? OrderedJson(SideName(about.side)) : OrderedJson(nullptr)},
          {"cut", OrNull(about.cut)},
          {"window", windows ? OrderedJson(windows->window) : OrderedJson(nullptr)},
          {"lead", windows && (windows->kind == LongInputKind::kLeadBody || windows->add_body)
                       ? JsonNumber(windows->lead)
                       : OrderedJson(nullptr)},
          {"vectors", windows && windows->vectors > 0 ? OrderedJson(windows->vectors) : OrderedJson(nullptr)},
          {"best", OrNull(about.matching.best)},
          {"post_process", repair.post_process ? OrderedJson(FormatPostProcessSpec(*repair.post_process))
                                               : OrderedJson(nullptr)},
          {"query_mean",
           repair.query_mean ? OrderedJson(FormatQueryMean(*repair.query_mean)) : OrderedJson(nullptr)},
          {"csls", OrNull(about.matching.csls)},
          {"hybrid", about.matching.hybrid ? JsonNumber(*about.matching.hybrid) : OrderedJson(nullptr)},
          {"fusion", about.matching.fusion},
          {"held_out", about.held_out},
          {"corpus", about.corpus.empty() ? OrderedJson(nullptr) : OrderedJson(about.corpus)},
          {"metrics", MetricsJson(run)},
          {"comparison", ComparisonJson(run.comparison)},
          {"by_length", ByLengthJson(run.by_length)},
          {"document_shares", std::move(shares)},
          {"cosines", CosinesJson(run.cosines)}};
}

}  // namespace lengthwise
