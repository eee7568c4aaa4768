#include "report/evaluation_document.h"

#include "lengthwise/version.h"
#include "report/document_json.h"
#include "report/evaluation_detail.h"
#include "report/evaluation_sentence.h"
#include "report/model_json.h"
#include "report/run_json.h"

namespace lengthwise {
namespace {

OrderedJson BaseJson(const EvaluationContext& context) {
  const ModelDescription& model = context.model;
  OrderedJson json = {{"name", model.name},
                      {"fingerprint", model.fingerprint},
                      {"precision", model.precision},
                      {"limits",
                       {{"in_force", model.limits.in_force},
                        {"sentence_transformers", CountOrNull(model.limits.sentence_transformers)},
                        {"positions", model.limits.positions}}},
                      {"temperature", JsonNumber(static_cast<double>(model.attention.temperature))},
                      {"by_head", TemperaturesJson(model.attention.by_head)},
                      {"long_input", LongInputKindName(context.long_input.kind)}};
  AddPrompts(model.document_prompt, model.query_prompt, json);
  return json;
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
          {"model", BaseJson(context)},
          {"tasks", std::move(list)}};
}

std::string FormatEvaluation(const OrderedJson& evaluation) {
  return FormatDocument(evaluation, {});
}

}  // namespace lengthwise
