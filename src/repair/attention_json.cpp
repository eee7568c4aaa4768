#include "repair/attention_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "repair/post_process_json.h"

namespace lengthwise {
namespace {

// The numbers that a member may have.
struct NumberRange {
  float least;
  float most;
};

constexpr NumberRange kTemperatures = {kLeastTemperature, kMostTemperature};
constexpr NumberRange kAttnScales = {kLeastAttnScale, kMostAttnScale};

float ReadNumber(const Json& value, const NumberRange& range, const std::string& where) {
  if (!value.is_number()) Fail(ErrorCode::kBadInput, "{}: {} is not a number", where, Shown(value));
  // Compared as the float it becomes: 0.001 is the least, though the float is a little more than the decimal.
  const double bounded = std::clamp(value.get<double>(), double{range.least} - 1, 2.0 * double{range.most});
  const auto number = static_cast<float>(bounded);
  if (!(number >= range.least && number <= range.most)) {
    Fail(ErrorCode::kBadInput, "{}: {} does not lie between {} and {}", where, value.dump(), range.least,
         range.most);
  }
  return number;
}

TemperatureReading ReadReading(const Json& object, const std::string& where) {
  const auto reading = JsonMember<std::string>(object, "reading", "scores", where, ErrorCode::kBadInput);
  if (reading == "scores") return TemperatureReading::kScores;
  if (reading == "logits") return TemperatureReading::kLogits;
  Fail(ErrorCode::kBadInput, "{}.reading: unknown reading \"{}\"; choose scores or logits", where, reading);
}

// One number, a list with one number a layer, or a list with a list of one number a head for each layer.
void ReadByHead(const Json& value, const NumberRange& range, const std::string& where, float* everywhere,
                std::vector<std::vector<float>>* by_head) {
  if (!value.is_array()) {
    *everywhere = ReadNumber(value, range, where);
    return;
  }
  if (value.empty()) Fail(ErrorCode::kBadInput, "{}: an empty list; give one entry a layer", where);
  for (const Json& layer : value) {
    const std::string place = fmt::format("{}[{}]", where, by_head->size());
    if (layer.is_array() != value[0].is_array()) {
      Fail(ErrorCode::kBadInput, "{}: give a number for every layer, or a list for every layer", place);
    }
    std::vector<float>& heads = by_head->emplace_back();
    if (!layer.is_array()) {
      heads.push_back(ReadNumber(layer, range, place));
      continue;
    }
    if (layer.empty()) Fail(ErrorCode::kBadInput, "{}: an empty list; give one number a head", place);
    for (const Json& head : layer)
      heads.push_back(ReadNumber(head, range, fmt::format("{}[{}]", place, heads.size())));
  }
}

// As a JSON number with the float's own digits: 0.8, not 0.800000011920929.
OrderedJson Number(float value) {
  return OrderedJson::parse(fmt::format("{}", value));
}

OrderedJson FormatByHead(float everywhere, const std::vector<std::vector<float>>& by_head) {
  if (by_head.empty()) return Number(everywhere);
  const bool by_layer =
      std::all_of(by_head.begin(), by_head.end(), [](const auto& heads) { return heads.size() == 1; });
  OrderedJson layers = OrderedJson::array();
  for (const std::vector<float>& heads : by_head) {
    OrderedJson row = OrderedJson::array();
    for (const float value : heads) row.push_back(Number(value));
    layers.push_back(by_layer ? row[0] : row);
  }
  return layers;
}

}  // namespace

AttentionPolicy ReadAttention(const Json& object, const std::string& file) {
  const std::string where = file + ": attention";
  CheckKeys(object, {"temperature", "reading", "by_length", "attn_scale", "top_k", "calibration"}, where);
  AttentionPolicy policy;
  policy.reading = ReadReading(object, where);
  if (object.contains("temperature")) {
    ReadByHead(object["temperature"], kTemperatures, where + ".temperature", &policy.temperature,
               &policy.by_head);
  }
  if (object.contains("by_length")) {
    const auto text = RequiredJsonMember<std::string>(object, "by_length", where, ErrorCode::kBadInput);
    policy.by_length = ReadAt(where + ".by_length", [&] { return ParseLengthTemperature(text); });
  }
  if (object.contains("attn_scale")) {
    ReadByHead(object["attn_scale"], kAttnScales, where + ".attn_scale", &policy.attn_scale,
               &policy.attn_scale_by_head);
  }
  if (object.contains("top_k")) {
    policy.top_k = ReadCount(object, "top_k", where);
    if (policy.top_k == 0) Fail(ErrorCode::kBadInput, "{}.top_k: 0 keys; give 1 or more", where);
  }
  if (object.contains("calibration")) {
    const auto text = RequiredJsonMember<std::string>(object, "calibration", where, ErrorCode::kBadInput);
    policy.calibration = ReadAt(where + ".calibration", [&] { return ParseAttentionCalibration(text); });
  }
  return policy;
}

OrderedJson FormatAttention(const AttentionPolicy& policy) {
  OrderedJson object = {{"temperature", FormatByHead(policy.temperature, policy.by_head)}};
  if (policy.reading == TemperatureReading::kLogits) object["reading"] = "logits";
  if (!policy.by_length.IsIdentity()) object["by_length"] = FormatLengthTemperature(policy.by_length);
  if (policy.HasAttnScale())
    object["attn_scale"] = FormatByHead(policy.attn_scale, policy.attn_scale_by_head);
  if (policy.top_k > 0) object["top_k"] = policy.top_k;
  if (!policy.calibration.IsIdentity())
    object["calibration"] = FormatAttentionCalibration(policy.calibration);
  return object;
}

}  // namespace lengthwise
