#include "report/tune_sentence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/document_json.h"
#include "report/plain_numbers.h"

namespace lengthwise {
namespace {

std::string Rise(const TuneResult& result) {
  const double estimate = result.gain.estimate.value_or(0);
  return fmt::format("{} points of nDCG@10 {}", Decimals(std::abs(100 * estimate), 1),
                     estimate < 0 ? "less" : "more");
}

const TuneCandidate& ChosenOf(const TuneResult& result) {
  return result.candidates[result.chosen];
}

std::string Unread(const TuneResult& result) {
  if (result.beyond_limit == 0)
    return fmt::format("it reads every document whole (up to {} tokens)", result.limit);
  return fmt::format(
      "{} of your {} documents are longer than the {} tokens that it reads, and {} of all text is never read",
      result.beyond_limit, result.documents, result.limit, Percent(result.unread));
}

}  // namespace

std::string TuneSentence(const TuneResult& result, const std::string& model) {
  switch (result.answer) {
    case TuneAnswer::kNothingToRepair:
      return fmt::format(
          "Nothing to repair: none of the {} documents is longer than a window of {} tokens. Keep {} as it "
          "is.",
          result.documents, result.window, model);
    case TuneAnswer::kRepair:
      return fmt::format("Repair {}: {} gives {} than the model as it is, where {}.", model,
                         ChosenOf(result).title, Rise(result), Unread(result));
    case TuneAnswer::kNotShown:
      return fmt::format(
          "No gain shown: your queries cannot tell {} from {} as it is, where {}. Keep the model; the "
          "recipe costs one vector a document, and lost in no search tried.",
          ChosenOf(result).title, model, Unread(result));
    case TuneAnswer::kKeep:
      return fmt::format("Keep {}: on your queries the repair loses.", model);
    case TuneAnswer::kCannotTell:
      return fmt::format(
          "Your queries cannot tell what helps {}: they share hardly a word with what answers them, or what "
          "answers them is a single statement in a long text, where {}.",
          model, Unread(result));
    case TuneAnswer::kNoQueries:
      return fmt::format(
          "Without queries nothing is measured: what is written is the recipe, which helped every model on "
          "every text tried; {}.",
          Unread(result));
  }
  return "";
}

std::string TuneTrust(const TuneResult& result) {
  if (result.queries == 0)
    return "Sentences of the documents stand for queries to centre on; what a repair gains they cannot tell.";
  if (result.judged) {
    return fmt::format(
        "By your judgements: half of the {} queries chose, the other half gives the gain, {} points with its "
        "interval.",
        result.queries, Points(result.gain));
  }
  const std::string views = fmt::format(
      "Matching words (BM25) and the best window put the same document first for {} of {} queries",
      Percent(result.agreement.value_or(0)), result.queries);
  if (result.answer == TuneAnswer::kCannotTell)
    return fmt::format("{}; more than {} is needed to trust either.", views, Percent(kLeastAgreement));
  if (result.answer == TuneAnswer::kNothingToRepair) return fmt::format("{}.", views);
  return fmt::format(
      "Nobody judged the queries, so what matching words puts first counts as right: {} points with its "
      "interval over queries. {}; the more often, the further that is to be trusted. Where answers were "
      "known, "
      "such an estimate was 4 points off with a hundred queries, 7 with twenty.",
      Points(result.gain), views);
}

std::string TuneAdvice(const TuneResult& result) {
  switch (result.answer) {
    case TuneAnswer::kNothingToRepair:
      return "Embed as before.";
    case TuneAnswer::kKeep:
      return "Embed as before; the file that was written changes nothing.";
    case TuneAnswer::kCannotTell:
      return "The recipe is written. Where single statements in long texts are looked for, one vector cannot "
             "hold them: fit several instead (the option long-input=windows, the option vectors=8), and "
             "judge "
             "some queries to know (the option task=).";
    case TuneAnswer::kNoQueries:
      return "Give a file of queries, one a line, which nobody needs to have judged, to learn what it gains "
             "here.";
    case TuneAnswer::kNotShown:
      return "More queries may show a gain (a hundred, which nobody needs to have judged). The repair was "
             "written: "
             "try it where long documents matter to you.";
    case TuneAnswer::kRepair:
      break;
  }
  return "Embed documents and queries anew with the repair that was written, each in its role.";
}

std::string TuneOnePassSentence(const TuneResult& result) {
  const TuneOnePass& one_pass = *result.one_pass;
  const std::string& title = result.candidates[one_pass.candidate].title;
  if (!one_pass.gain.estimate) return fmt::format("For a server that cannot be changed: {}.", title);
  return fmt::format("For a server that cannot be changed: {}, {} points of nDCG@10 over the model as it is.",
                     title, Points(one_pass.gain));
}

std::string TuneLine(const TuneResult& result, const TuneCandidate& candidate) {
  const TuneCost& cost = candidate.cost;
  std::string score = "not judged";
  if (!candidate.run.metrics.empty() && candidate.run.metrics[0].score.estimate) {
    score = Decimals(*candidate.run.metrics[0].score.estimate, 3);
    if (candidate.run.comparison) score += fmt::format("  {}", Points(candidate.run.comparison->difference));
  }
  const bool chosen = &candidate == &ChosenOf(result);
  return fmt::format("{} {:<48} {:<29} {:>6} vectors, {:>6} bytes, {} a document; {} a query",
                     chosen ? "*" : " ", candidate.title, score, Decimals(cost.vectors, 1),
                     static_cast<std::size_t>(std::llround(cost.bytes)), Milliseconds(cost.seconds_document),
                     result.queries == 0 ? "-" : Milliseconds(cost.seconds_query));
}

}  // namespace lengthwise
