#include "report/evaluation_document.h"

#include "lengthwise/version.h"
#include "report/document_json.h"
#include "report/evaluation_detail.h"
#include "report/evaluation_sentence.h"

namespace lengthwise {
namespace {

OrderedJson OrNull(const std::optional<std::size_t>& number) {
  return number ? OrderedJson(*number) : OrderedJson(nullptr);
}

OrderedJson ModelJson(const EvaluationContext& context) {
  const ModelDescription& model = context.model;
  return {{"name", model.name},
          {"fingerprint", model.fingerprint},
          {"precision", model.precision},
          {"limits",
           {{"in_force", model.limits.in_force},
            {"sentence_transformers", CountOrNull(model.limits.sentence_transformers)},
            {"positions", model.limits.positions}}},
          {"temperature", JsonNumber(static_cast<double>(model.attention.temperature))},
          {"by_head", TemperaturesJson(model.attention.by_head)},
          {"long_input", LongInputKindName(context.long_input.kind)}};
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

OrderedJson CollapseJson(const std::optional<CollapsePrediction>& collapse) {
  if (!collapse) return nullptr;
  OrderedJson points = OrderedJson::array();
  for (const CollapsePoint& point : collapse->points) {
    points.push_back({{"run", point.run},
                      {"from", point.from},
                      {"to", point.to},
                      {"units", point.units},
                      {"cosine", JsonNumber(point.cosine)},
                      {"loss", JsonNumber(point.loss)},
                      {"cosine_change", JsonNumber(point.cosine_change)},
                      {"loss_change", JsonNumber(point.loss_change)}});
  }
  return {{"loss_against", collapse->loss_against},
          {"across_buckets", JsonInterval(collapse->across_buckets)},
          {"across_changes", JsonInterval(collapse->across_changes)},
          {"points", std::move(points)}};
}

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

OrderedJson SweepJson(const std::optional<Sweep>& sweep) {
  if (!sweep) return nullptr;
  OrderedJson curves = OrderedJson::array();
  for (const SweepCurve& curve : sweep->curves) {
    OrderedJson points = OrderedJson::array();
    for (std::size_t i = 0; i < curve.temperatures.size(); ++i) {
      points.push_back({{"temperature", JsonNumber(curve.temperatures[i])},
                        {"difference", JsonInterval(curve.differences[i])}});
    }
    curves.push_back({{"side", SideName(curve.side)},
                      {"length_of", curve.from ? OrderedJson(curve.length_of) : OrderedJson(nullptr)},
                      {"from", curve.from ? OrderedJson(*curve.from) : OrderedJson(nullptr)},
                      {"to", curve.to ? OrderedJson(*curve.to) : OrderedJson(nullptr)},
                      {"count", curve.count},
                      {"points", std::move(points)}});
  }
  OrderedJson choices = OrderedJson::array();
  for (const SweepChoice& choice : sweep->choices) {
    choices.push_back({{"side", SideName(choice.side)},
                       {"temperature", JsonNumber(choice.temperature)},
                       {"validation_units", choice.validation_units},
                       {"validation_difference", JsonNumber(choice.validation_difference)},
                       {"test_units", choice.test_units},
                       {"test_difference", JsonInterval(choice.test_difference)}});
  }
  return {{"curves", std::move(curves)}, {"choices", std::move(choices)}};
}

OrderedJson CorporaJson(std::span<const CorpusComparison> corpora) {
  OrderedJson list = OrderedJson::array();
  for (const CorpusComparison& corpus : corpora) {
    list.push_back({{"corpus", corpus.corpus},
                    {"documents", corpus.documents},
                    {"length", JsonNumber(corpus.length)},
                    {"own_length", JsonNumber(corpus.own_length)},
                    {"model", JsonInterval(corpus.model)},
                    {"bm25", JsonInterval(corpus.bm25)},
                    {"excess", JsonInterval(corpus.excess)}});
  }
  return list;
}

OrderedJson TaskJson(const TaskResult& task) {
  OrderedJson runs = OrderedJson::array();
  for (const RunResult& run : task.runs) runs.push_back(RunJson(run));
  return {{"task", task.task},
          {"kind", task.kind},
          {"source", task.folder},
          {"documents", CountOrNull(task.documents)},
          {"unit", task.unit},
          {"units", task.units},
          {"clusters", task.clusters},
          {"clustered_by", task.clustered_by},
          {"metric", task.runs[0].metrics[0].name},
          {"runs", std::move(runs)},
          {"sweep", SweepJson(task.sweep)},
          {"collapse", CollapseJson(task.collapse)},
          {"corpora", CorporaJson(task.corpora)},
          {"notes", task.notes}};
}

}  // namespace

OrderedJson EvaluationDocument(std::span<const TaskResult> tasks, const EvaluationContext& context) {
  OrderedJson list = OrderedJson::array();
  for (const TaskResult& task : tasks) list.push_back(TaskJson(task));
  return {{"format", "lengthwise-evaluation"},
          {"version", kEvaluationVersion},
          {"lengthwise", Version()},
          {"sentence", EvaluationSentence(tasks, context.model.name)},
          {"advice", EvaluationAdvice(tasks)},
          {"detail", EvaluationDetail(tasks, context.model.name)},
          {"command", context.command},
          {"seed", context.resampling.seed},
          {"replicates", context.resampling.replicates},
          {"confidence", JsonNumber(context.resampling.confidence)},
          {"model", ModelJson(context)},
          {"tasks", std::move(list)}};
}

std::string FormatEvaluation(const OrderedJson& evaluation) {
  return FormatDocument(evaluation, {});
}

}  // namespace lengthwise
