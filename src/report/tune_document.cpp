#include "report/tune_document.h"

#include "lengthwise/version.h"
#include "report/document_json.h"
#include "report/model_json.h"
#include "report/run_json.h"
#include "report/tune_sentence.h"

namespace lengthwise {
namespace {

OrderedJson CandidateJson(const TuneResult& result, const TuneCandidate& candidate) {
  const TuneCost& cost = candidate.cost;
  const bool judged = !candidate.run.metrics.empty();
  return {
      {"title", candidate.title},
      {"name", RunName(candidate.run.description)},
      {"class", CostClassName(candidate.cost_class)},
      {"chosen", &candidate == &result.candidates[result.chosen]},
      {"positions", candidate.positions.IsIdentity() ? OrderedJson(nullptr)
                                                     : OrderedJson(FormatPositionMap(candidate.positions))},
      {"max_length", CountOrNull(candidate.max_length)},
      {"cost",
       {{"vectors", JsonNumber(cost.vectors)},
        {"bytes", JsonNumber(cost.bytes)},
        {"tokens", JsonNumber(cost.tokens)},
        {"seconds_document", JsonNumber(cost.seconds_document)},
        {"seconds_query", result.queries > 0 ? JsonNumber(cost.seconds_query) : OrderedJson(nullptr)}}},
      {"run", judged ? RunJson(candidate.run) : OrderedJson(nullptr)},
      {"line", TuneLine(result, candidate)}};
}

OrderedJson OnePassJson(const TuneResult& result) {
  if (!result.one_pass) return nullptr;
  const TuneCandidate& chosen = result.candidates[result.one_pass->candidate];
  return {{"title", chosen.title},
          {"gain", JsonInterval(result.one_pass->gain)},
          {"max_length", chosen.max_length},
          {"sentence", TuneOnePassSentence(result)}};
}

OrderedJson MapJson(const std::vector<MapPoint>& map) {
  OrderedJson points = OrderedJson::array();
  for (const MapPoint& point : map) {
    const auto plane = [](const float(&at)[2]) {
      return OrderedJson::array(
          {JsonNumber(static_cast<double>(at[0])), JsonNumber(static_cast<double>(at[1]))});
    };
    points.push_back({{"id", point.id},
                      {"tokens", point.tokens},
                      {"before", plane(point.before)},
                      {"after", plane(point.after)}});
  }
  return points;
}

}  // namespace

OrderedJson TuneDocumentOf(const TuneResult& result, const TuneContext& context) {
  OrderedJson candidates = OrderedJson::array();
  for (const TuneCandidate& candidate : result.candidates)
    candidates.push_back(CandidateJson(result, candidate));
  return {{"format", "lengthwise-tune"},
          {"version", kTuneVersion},
          {"lengthwise", Version()},
          {"sentence", TuneSentence(result, context.model.name)},
          {"advice", TuneAdvice(result)},
          {"trust", TuneTrust(result)},
          {"notes", result.notes},
          {"command", context.command},
          {"seed", context.resampling.seed},
          {"replicates", context.resampling.replicates},
          {"confidence", JsonNumber(context.resampling.confidence)},
          {"model", ModelJson(context.model)},
          {"answer", TuneAnswerName(result.answer)},
          {"gain", JsonInterval(result.gain)},
          {"documents",
           {{"count", result.documents},
            {"window", result.window},
            {"limit", result.limit},
            {"beyond_window", result.beyond_window},
            {"beyond_limit", result.beyond_limit},
            {"unread", JsonNumber(result.unread)}}},
          {"queries",
           {{"count", result.queries},
            {"judged", result.judged},
            {"agreement", JsonNumber(result.agreement)},
            {"known_words", JsonNumber(result.known_words)}}},
          {"candidates", std::move(candidates)},
          {"one_pass", OnePassJson(result)},
          {"map", MapJson(result.map)}};
}

}  // namespace lengthwise
