#include "report/model_json.h"

#include <string>
#include <vector>

#include "repair/attention_json.h"
#include "report/document_json.h"

namespace lengthwise {
namespace {

// Who says what a model was trained to, where the folder does not.
constexpr const char* kGiven = "user";

}  // namespace

void AddPrompts(const std::string& document, const std::string& query, OrderedJson& model) {
  if (document.empty() && query.empty()) return;
  model["prompts"] = {{"document", document}, {"query", query}};
}

OrderedJson ModelJson(const ModelDescription& model) {
  OrderedJson json = {{"name", model.name},
                      {"architecture", model.architecture},
                      {"fingerprint", model.fingerprint},
                      {"layers", model.layers},
                      {"heads", model.heads},
                      {"hidden", model.hidden},
                      {"pooling", model.pooling},
                      {"normalize", model.normalize},
                      {"precision", model.precision},
                      {"limits",
                       {{"in_force", model.limits.in_force},
                        {"sentence_transformers", CountOrNull(model.limits.sentence_transformers)},
                        {"positions", model.limits.positions}}}};
  if (model.limits.trained > 0) {
    json["limits"]["trained_to"] = model.limits.trained;
    json["limits"]["trained_to_by"] = model.limits.trained_given ? kGiven : "tokenizer.json";
  }
  if (model.dimension != model.hidden) json["dimension"] = model.dimension;
  AddPrompts(model.document_prompt, model.query_prompt, json);
  return json;
}

OrderedJson RepairJson(const ModelDescription& model) {
  const AttentionPolicy& attention = model.attention;
  OrderedJson repair = {
      {"identity", attention.IsIdentity() && model.positions == "none" && model.post_process == "none"},
      {"temperature", JsonNumber(static_cast<double>(attention.temperature))},
      {"reading", attention.reading == TemperatureReading::kScores ? "scores" : "logits"},
      {"by_head", TemperaturesJson(attention.by_head)},
      {"post_processing", model.post_process}};
  // What few repairs have.
  if (!attention.by_length.IsIdentity()) repair["by_length"] = FormatLengthTemperature(attention.by_length);
  if (attention.HasAttnScale()) repair["attn_scale"] = FormatAttention(attention)["attn_scale"];
  if (attention.top_k > 0) repair["top_k"] = attention.top_k;
  if (!attention.calibration.IsIdentity())
    repair["calibration"] = FormatAttentionCalibration(attention.calibration);
  if (model.positions != "none") repair["positions"] = model.positions;
  return repair;
}

ModelDescription ParseModel(const Json& model, const Json& repair) {
  ModelDescription parsed;
  parsed.name = model.at("name").get<std::string>();
  parsed.architecture = model.at("architecture").get<std::string>();
  parsed.fingerprint = model.at("fingerprint").get<std::string>();
  parsed.layers = model.at("layers").get<std::size_t>();
  parsed.heads = model.at("heads").get<std::size_t>();
  parsed.hidden = model.at("hidden").get<std::size_t>();
  parsed.dimension = model.value("dimension", parsed.hidden);
  parsed.pooling = model.at("pooling").get<std::string>();
  parsed.normalize = model.at("normalize").get<bool>();
  parsed.precision = model.at("precision").get<std::string>();
  if (model.contains("prompts")) {
    parsed.document_prompt = model["prompts"].at("document").get<std::string>();
    parsed.query_prompt = model["prompts"].at("query").get<std::string>();
  }
  const Json& limits = model.at("limits");
  parsed.limits.in_force = limits.at("in_force").get<std::size_t>();
  parsed.limits.positions = limits.at("positions").get<std::size_t>();
  if (!limits.at("sentence_transformers").is_null())
    parsed.limits.sentence_transformers = limits.at("sentence_transformers").get<std::size_t>();
  if (limits.contains("trained_to")) parsed.limits.trained = limits["trained_to"].get<std::size_t>();
  parsed.limits.trained_given = limits.value("trained_to_by", "") == kGiven;
  Json attention = {
      {"temperature", repair.at("by_head").is_null() ? repair.at("temperature") : repair.at("by_head")},
      {"reading", repair.at("reading")}};
  for (const char* const name : {"by_length", "attn_scale", "top_k", "calibration"}) {
    if (repair.contains(name)) attention[name] = repair[name];
  }
  parsed.attention = ReadAttention(attention, "repair");
  parsed.attention.temperature = repair.at("temperature").get<float>();
  parsed.positions = repair.value("positions", "none");
  parsed.post_process = repair.at("post_processing").get<std::string>();
  return parsed;
}

}  // namespace lengthwise
