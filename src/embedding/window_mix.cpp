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

// Windows that stand together, and the sum of their vectors.
struct Group {
  std::vector<double> sum;
  std::size_t count = 0;
};

// What is lost by merging two groups: the growth of the squared distances to their means (Ward 1963).
double Loss(const Group& a, const Group& b) {
  const auto a_count = static_cast<double>(a.count), b_count = static_cast<double>(b.count);
  double distance = 0;
  for (std::size_t c = 0; c < a.sum.size(); ++c) {
    const double difference = a.sum[c] / a_count - b.sum[c] / b_count;
    distance += difference * difference;
  }
  return a_count * b_count / (a_count + b_count) * distance;
}

// Rows of unit length.
SeveralVectors MergeNeighbours(std::span<const float> rows, std::size_t dimension, std::size_t most) {
  std::vector<Group> groups;
  for (std::size_t first = 0; first < rows.size(); first += dimension) {
    const auto row = rows.subspan(first, dimension);
    groups.push_back({{row.begin(), row.end()}, 1});
  }
  std::vector<double> losses;  // of each group and the next
  for (std::size_t g = 0; g + 1 < groups.size(); ++g) losses.push_back(Loss(groups[g], groups[g + 1]));
  while (groups.size() > most) {
    const auto least = std::min_element(losses.begin(), losses.end());
    const auto place = least - losses.begin();
    const auto g = static_cast<std::size_t>(place);
    for (std::size_t c = 0; c < dimension; ++c) groups[g].sum[c] += groups[g + 1].sum[c];
    groups[g].count += groups[g + 1].count;
    groups.erase(groups.begin() + place + 1);
    losses.erase(least);
    if (g > 0) losses[g - 1] = Loss(groups[g - 1], groups[g]);
    if (g + 1 < groups.size()) losses[g] = Loss(groups[g], groups[g + 1]);
  }
  SeveralVectors merged;
  for (const Group& group : groups) {
    std::vector<float> row(group.sum.begin(), group.sum.end());
    NormalizeVector(row);
    merged.values.insert(merged.values.end(), row.begin(), row.end());
    merged.windows.push_back(group.count);
  }
  return merged;
}

}  // namespace

SeveralVectors WindowVectors(const LongInput& policy, std::span<const float> windows, std::size_t dimension) {
  SeveralVectors vectors{{windows.begin(), windows.end()},
                         std::vector<std::size_t>(windows.size() / dimension, 1)};
  for (std::size_t first = 0; first < windows.size(); first += dimension) {
    NormalizeVector(std::span(vectors.values).subspan(first, dimension));
  }
  if (policy.vectors > 0 && vectors.windows.size() > policy.vectors) {
    vectors = MergeNeighbours(vectors.values, dimension, policy.vectors);
  }
  if (policy.add_body) {
    std::vector<float> body(dimension);
    MixLeadBody(policy.lead, windows, body);
    for (std::size_t i = 0; i < vectors.values.size(); ++i) vectors.values[i] += body[i % dimension];
  }
  return vectors;
}

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
