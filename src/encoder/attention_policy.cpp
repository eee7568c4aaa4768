#include "lengthwise/attention_policy.h"

#include <algorithm>
#include <string>

#include "base/fail.h"

namespace lengthwise {
namespace {

void CheckTemperature(float temperature, const std::string& where) {
  if (temperature >= kLeastTemperature && temperature <= kMostTemperature) return;
  Fail(ErrorCode::kBadInput, "attention temperature {}{} is not a number from {} to {}", temperature, where,
       kLeastTemperature, kMostTemperature);
}

}  // namespace

float AttentionPolicy::Temperature(std::size_t layer, std::size_t head) const {
  if (by_head.empty()) return temperature;
  const std::vector<float>& heads = by_head[layer];
  return heads.size() == 1 ? heads[0] : heads[head];
}

bool AttentionPolicy::IsIdentity() const {
  if (by_head.empty()) return temperature == 1.0F;
  return std::all_of(by_head.begin(), by_head.end(), [](const std::vector<float>& heads) {
    return std::all_of(heads.begin(), heads.end(), [](float value) { return value == 1.0F; });
  });
}

void AttentionPolicy::Check(std::size_t layers, std::size_t heads) const {
  CheckTemperature(temperature, "");
  if (by_head.empty()) return;
  if (by_head.size() != layers) {
    Fail(ErrorCode::kBadInput, "the attention policy has temperatures for {} layers, but the model has {}",
         by_head.size(), layers);
  }
  for (std::size_t layer = 0; layer < layers; ++layer) {
    const std::vector<float>& row = by_head[layer];
    if (row.size() != 1 && row.size() != heads) {
      Fail(ErrorCode::kBadInput,
           "the attention policy has {} temperatures for layer {}, but the model has {} heads; give 1 or {}",
           row.size(), layer, heads, heads);
    }
    for (std::size_t head = 0; head < row.size(); ++head) {
      CheckTemperature(row[head], row.size() == 1 ? fmt::format(" of layer {}", layer)
                                                  : fmt::format(" of layer {}, head {}", layer, head));
    }
  }
}

}  // namespace lengthwise
