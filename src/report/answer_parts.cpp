#include "report/answer_parts.h"

#include <string_view>

#include "base/fail.h"

namespace lengthwise {
namespace {

OrderedJson PartOf(const std::string& text, std::string_view format) {
  OrderedJson document = OrderedJson::parse(text, nullptr, false);
  if (!document.is_object() || document.value("format", "") != format)
    Fail(ErrorCode::kBadInput, "an answer is made of documents of three kinds, and this is no {}", format);
  return document;
}

// Of a run and the base run, bucket by bucket; `kind` as BucketKindName has it.
OrderedJson RowsOf(const OrderedJson& base, const OrderedJson& run, std::string_view kind) {
  OrderedJson rows = OrderedJson::array();
  for (std::size_t group = 0; group < run.at("by_length").size(); ++group) {
    const OrderedJson& of = run["by_length"][group];
    if (of.at("kind") != kind || of.at("length_of") != "relevant_document") continue;
    for (std::size_t b = 0; b < of.at("buckets").size(); ++b) {
      const OrderedJson& bucket = of["buckets"][b];
      rows.push_back({{"from", bucket.at("from")},
                      {"to", bucket.at("to")},
                      {"length", bucket.at("length")},
                      {"count", bucket.at("count")},
                      {"before", base.at("by_length").at(group).at("buckets").at(b).at("score")},
                      {"after", bucket.at("score")},
                      {"difference", bucket.at("difference")}});
    }
  }
  return rows;
}

OrderedJson GainOf(const OrderedJson& base, const OrderedJson& run, const char* judged_by,
                   const OrderedJson& queries) {
  return {{"judged_by", judged_by},
          {"queries", queries},
          {"before", base.at("metrics").at("ndcg_at_10")},
          {"after", run.at("metrics").at("ndcg_at_10")},
          {"difference", run.at("comparison").at("difference")},
          {"quarters", RowsOf(base, run, "equal_count")},
          {"by_length", RowsOf(base, run, "fixed")}};
}

// As the evaluation has it; null where it has no such search, or not this run.
OrderedJson EvaluatedGain(const AnswerParts& parts, const std::string& name) {
  if (parts.evaluated.is_null()) return nullptr;
  for (const OrderedJson& task : parts.evaluated.at("tasks")) {
    if (task.at("kind") != "retrieval") continue;
    for (const OrderedJson& run : task.at("runs")) {
      if (run.at("run") == name + " held out")
        return GainOf(task["runs"].front(), run, "judgements", task.at("units"));
    }
  }
  return nullptr;
}

}  // namespace

OrderedJson MemberOf(const OrderedJson& object, const char* name) {
  return object.is_object() && object.contains(name) ? object.at(name) : OrderedJson(nullptr);
}

const std::string& AnswerParts::model() const {
  return tuned.at("model").at("name").get_ref<const std::string&>();
}

const std::string& AnswerParts::answer() const {
  return tuned.at("answer").get_ref<const std::string&>();
}

AnswerParts PartsOf(const ModelAnswer& answer) {
  AnswerParts parts;
  parts.measured = PartOf(answer.measured, "lengthwise-report");
  parts.tuned = PartOf(answer.tuned, "lengthwise-tune");
  if (!answer.evaluated.empty()) parts.evaluated = PartOf(answer.evaluated, "lengthwise-evaluation");
  return parts;
}

const OrderedJson& ChosenCandidate(const AnswerParts& parts) {
  for (const OrderedJson& candidate : parts.tuned.at("candidates")) {
    if (candidate.at("chosen").get<bool>()) return candidate;
  }
  return ModelCandidate(parts);
}

const OrderedJson& ModelCandidate(const AnswerParts& parts) {
  return parts.tuned.at("candidates").at(0);
}

const OrderedJson& TriedCandidate(const AnswerParts& parts) {
  const OrderedJson& chosen = ChosenCandidate(parts);
  return chosen.at("class") == "model" ? parts.tuned.at("candidates").at(1) : chosen;
}

OrderedJson SearchGain(const AnswerParts& parts) {
  if (parts.answer() == "nothing_to_repair") return nullptr;
  const OrderedJson& tried = TriedCandidate(parts);
  OrderedJson gain = EvaluatedGain(parts, tried.at("name").get<std::string>());
  if (!gain.is_null()) return gain;
  const OrderedJson& base = ModelCandidate(parts).at("run");
  // What BM25 finds tells nothing where it is not to be trusted.
  if (parts.answer() == "cannot_tell" || base.is_null() || tried.at("run").is_null()) return nullptr;
  const bool judged = parts.tuned.at("queries").at("judged").get<bool>();
  return GainOf(base, tried.at("run"), judged ? "judgements" : "words", parts.tuned["queries"].at("count"));
}

}  // namespace lengthwise
