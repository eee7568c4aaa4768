#include "lengthwise/attention_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "base/fail.h"
#include "base/parse_number.h"
#include "encoder/attention.h"

namespace lengthwise {
namespace {

using ByHead = std::vector<std::vector<float>>;

float ValueOf(float everywhere, const ByHead& by_head, std::size_t layer, std::size_t head) {
  if (by_head.empty()) return everywhere;
  const std::vector<float>& heads = by_head[layer];
  return heads.size() == 1 ? heads[0] : heads[head];
}

bool IsEverywhere(float value, float everywhere, const ByHead& by_head) {
  if (by_head.empty()) return everywhere == value;
  return std::all_of(by_head.begin(), by_head.end(), [&](const std::vector<float>& heads) {
    return std::all_of(heads.begin(), heads.end(), [&](float found) { return found == value; });
  });
}

void CheckNumber(float value, float least, float most, const char* name, const std::string& where) {
  // Written so that NaN is refused too.
  if (value >= least && value <= most) return;
  Fail(ErrorCode::kBadInput, "{} {}{} is not a number from {} to {}", name, value, where, least, most);
}

void CheckTemperature(float temperature, const std::string& where) {
  CheckNumber(temperature, kLeastTemperature, kMostTemperature, "attention temperature", where);
}

// `name` is of one value, `names` of several.
void CheckByHead(const ByHead& by_head, float least, float most, const char* name, const char* names,
                 std::size_t layers, std::size_t heads) {
  if (by_head.empty()) return;
  if (by_head.size() != layers) {
    Fail(ErrorCode::kBadInput, "the attention policy has {} for {} layers, but the model has {}", names,
         by_head.size(), layers);
  }
  for (std::size_t layer = 0; layer < layers; ++layer) {
    const std::vector<float>& row = by_head[layer];
    if (row.size() != 1 && row.size() != heads) {
      Fail(ErrorCode::kBadInput,
           "the attention policy has {} {} for layer {}, but the model has {} heads; give 1 or {}",
           row.size(), names, layer, heads, heads);
    }
    for (std::size_t head = 0; head < row.size(); ++head) {
      CheckNumber(row[head], least, most, name,
                  row.size() == 1 ? fmt::format(" of layer {}", layer)
                                  : fmt::format(" of layer {}, head {}", layer, head));
    }
  }
}

constexpr const char* kLengthChoices =
    "choose none, log:BASE (such as log:128) or temperatures at lengths (such as 128:1,512:0.8)";

template <typename T>
T ParseLengthNumber(std::string_view digits, std::string_view text) {
  const std::optional<T> value = NumberOf<T>(digits);
  if (!value) {
    Fail(ErrorCode::kBadInput, "temperature by length \"{}\": \"{}\" is not a number in range; {}", text,
         digits, kLengthChoices);
  }
  return *value;
}

}  // namespace

float LengthTemperature::At(std::size_t tokens) const {
  if (base > 0) {
    if (tokens <= 1) return 1.0F;
    return static_cast<float>(std::log(static_cast<double>(base)) / std::log(static_cast<double>(tokens)));
  }
  if (points.empty()) return 1.0F;
  if (tokens <= points.front().tokens) return points.front().temperature;
  for (std::size_t i = 1; i < points.size(); ++i) {
    const Point& above = points[i];
    if (tokens > above.tokens) continue;
    const Point& below = points[i - 1];
    const double part = std::log(static_cast<double>(tokens) / static_cast<double>(below.tokens)) /
                        std::log(static_cast<double>(above.tokens) / static_cast<double>(below.tokens));
    return static_cast<float>((1 - part) * below.temperature + part * above.temperature);
  }
  return points.back().temperature;
}

LengthTemperature ParseLengthTemperature(std::string_view text) {
  LengthTemperature temperature;
  constexpr std::string_view kLog = "log:";
  if (text == "none") return temperature;
  if (text.starts_with(kLog)) {
    temperature.base = ParseLengthNumber<std::size_t>(text.substr(kLog.size()), text);
    if (temperature.base < 2) {
      Fail(ErrorCode::kBadInput, "temperature by length \"{}\": the length must be 2 tokens or more", text);
    }
    return temperature;
  }
  std::string_view rest = text;
  while (true) {
    const std::string_view part = rest.substr(0, rest.find(','));
    const std::size_t colon = part.find(':');
    if (colon == std::string_view::npos) {
      Fail(ErrorCode::kBadInput, "unknown temperature by length \"{}\"; {}", text, kLengthChoices);
    }
    LengthTemperature::Point point;
    point.tokens = ParseLengthNumber<std::size_t>(part.substr(0, colon), text);
    point.temperature = ParseLengthNumber<float>(part.substr(colon + 1), text);
    if (point.tokens == 0 ||
        (!temperature.points.empty() && point.tokens <= temperature.points.back().tokens)) {
      Fail(ErrorCode::kBadInput, "temperature by length \"{}\": lengths must be 1 or more and go up", text);
    }
    CheckTemperature(point.temperature, fmt::format(" at {} tokens", point.tokens));
    temperature.points.push_back(point);
    if (part.size() == rest.size()) return temperature;
    rest.remove_prefix(part.size() + 1);
  }
}

std::string FormatLengthTemperature(const LengthTemperature& temperature) {
  if (temperature.IsIdentity()) return "none";
  if (temperature.base > 0) return fmt::format("log:{}", temperature.base);
  std::string text;
  for (const LengthTemperature::Point& point : temperature.points) {
    text += fmt::format("{}{}:{}", text.empty() ? "" : ",", point.tokens, point.temperature);
  }
  return text;
}

float AttentionCalibration::At(std::size_t layer, std::size_t layers) const {
  const auto calibrated = static_cast<std::size_t>(std::ceil(double{share} * static_cast<double>(layers)));
  return layer + calibrated >= layers ? strength : 0.0F;
}

AttentionCalibration ParseAttentionCalibration(std::string_view text) {
  AttentionCalibration calibration;
  if (text == "none") return calibration;
  const auto fail = [&](const char* why) {
    Fail(ErrorCode::kBadInput,
         "attention calibration \"{}\": {}; give none or STRENGTH:BASKET:SHARE (such as 0.5:128:0.5: half "
         "calibrated, in "
         "baskets of 128 tokens, in the last half of the layers)",
         text, why);
  };
  std::string_view parts[3];
  std::size_t count = 0;
  for (std::string_view rest = text;; rest.remove_prefix(parts[count - 1].size() + 1)) {
    if (count == 3) fail("there are more than three parts");
    parts[count] = rest.substr(0, rest.find(':'));
    if (parts[count++].size() == rest.size()) break;
  }
  const std::optional<float> strength = NumberOf<float>(parts[0]);
  if (!strength || !(*strength > 0 && *strength <= 1))
    fail("the strength is not a number above 0 and up to 1");
  calibration.strength = *strength;
  if (count > 1) {
    const std::optional<std::size_t> basket = NumberOf<std::size_t>(parts[1]);
    if (!basket || *basket == 0) fail("the basket is not a whole number of tokens from 1 on");
    calibration.basket = *basket;
  }
  if (count > 2) {
    const std::optional<float> share = NumberOf<float>(parts[2]);
    if (!share || !(*share > 0 && *share <= 1))
      fail("the share of layers is not a number above 0 and up to 1");
    calibration.share = *share;
  }
  return calibration;
}

std::string FormatAttentionCalibration(const AttentionCalibration& calibration) {
  if (calibration.IsIdentity()) return "none";
  return fmt::format("{}:{}:{}", calibration.strength, calibration.basket, calibration.share);
}

float AttentionPolicy::Temperature(std::size_t layer, std::size_t head) const {
  return ValueOf(temperature, by_head, layer, head);
}

float AttentionPolicy::Temperature(std::size_t layer, std::size_t head, std::size_t tokens) const {
  const float value = Temperature(layer, head);
  if (by_length.IsIdentity()) return value;
  return std::clamp(value * by_length.At(tokens), kLeastTemperature, kMostTemperature);
}

float AttentionPolicy::AttnScale(std::size_t layer, std::size_t head) const {
  return ValueOf(attn_scale, attn_scale_by_head, layer, head);
}

bool AttentionPolicy::HasAttnScale() const {
  return !IsEverywhere(0.0F, attn_scale, attn_scale_by_head);
}

bool AttentionPolicy::IsIdentity() const {
  return IsEverywhere(1.0F, temperature, by_head) && by_length.IsIdentity() && !HasAttnScale() &&
         top_k == 0 && calibration.IsIdentity();
}

void AttentionPolicy::Check(std::size_t layers, std::size_t heads) const {
  CheckTemperature(temperature, "");
  CheckByHead(by_head, kLeastTemperature, kMostTemperature, "attention temperature", "temperatures", layers,
              heads);
  CheckNumber(attn_scale, kLeastAttnScale, kMostAttnScale, "the scale of AttnScale", "");
  CheckByHead(attn_scale_by_head, kLeastAttnScale, kMostAttnScale, "the scale of AttnScale",
              "scales of AttnScale", layers, heads);
}

const char* BeyondSoftmax(const AttentionPolicy& policy) {
  if (policy.top_k > 0) return "top-k attention";
  if (policy.HasAttnScale()) return "AttnScale";
  return policy.calibration.IsIdentity() ? nullptr : "attention calibration";
}

}  // namespace lengthwise
