#include "embedding/window_mix.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

#include "embedding/pooling.h"

namespace lengthwise {
namespace {

void AddScaled(std::span<const float> row, float scale, std::span<float> vector) {
  for (std::size_t c = 0; c < vector.size(); ++c) vector[c] += scale * row[c];
}

void MixLeadBody(double lead, std::span<const float> windows, std::span<float> vector) {
  const std::size_t dimension = vector.size();
  std::vector<float> unit(windows.begin(), windows.end());
  std::fill(vector.begin(), vector.end(), 0.0F);
  for (std::size_t first = 0; first < unit.size(); first += dimension) {
    const std::span<float> row = std::span(unit).subspan(first, dimension);
    NormalizeVector(row);
    AddScaled(row, 1.0F, vector);
  }
  NormalizeVector(vector);
  for (float& value : vector) value *= static_cast<float>(1 - lead);
  AddScaled(std::span(unit).first(dimension), static_cast<float>(lead), vector);
  NormalizeVector(vector);
}

}  // namespace

void MixWindows(const LongInput& policy, std::span<const float> windows,
                std::span<const std::uint32_t> tokens, bool unit_length, std::span<float> vector) {
  if (policy.kind == LongInputKind::kLeadBody) {
    MixLeadBody(policy.lead, windows, vector);
    return;
  }
  if (tokens.size() == 1) {
    std::copy(windows.begin(), windows.end(), vector.begin());
    return;
  }
  std::fill(vector.begin(), vector.end(), 0.0F);
  const auto all = static_cast<float>(std::accumulate(tokens.begin(), tokens.end(), std::uint64_t{0}));
  for (std::size_t w = 0; w < tokens.size(); ++w) {
    AddScaled(windows.subspan(w * vector.size(), vector.size()), static_cast<float>(tokens[w]) / all, vector);
  }
  if (unit_length) NormalizeVector(vector);
}

}  // namespace lengthwise
