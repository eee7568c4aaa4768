#include "base/nearest_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace lengthwise {
namespace {

// Shorter beginnings say too little.
constexpr std::size_t kShortestBeginning = 3;

std::string Lower(std::string_view name) {
  std::string lower(name);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

}  // namespace

std::size_t EditDistance(std::string_view a, std::string_view b) {
  // Three rows of the table: row[j] is the distance of the first i bytes of `a` to the first j of `b`.
  std::vector<std::size_t> before_last;
  std::vector<std::size_t> last;
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before_last = std::move(last);
    last = row;
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, changed});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row.back();
}

std::string NearestName(std::string_view name, std::span<const std::string> candidates) {
  const std::string given = Lower(name);
  if (given.empty()) return "";
  const std::size_t farthest = std::max<std::size_t>(1, given.size() / 3);
  std::size_t least = farthest + 1;
  std::string nearest;
  std::size_t beginning = 0;
  std::string begun;
  for (const std::string& candidate : candidates) {
    const std::string lower = Lower(candidate);
    const std::size_t distance = EditDistance(given, lower);
    // As many edits as there are letters share nothing.
    if (distance < least && distance < std::max(given.size(), lower.size())) {
      least = distance;
      nearest = candidate;
    }
    if (lower.starts_with(given)) {
      ++beginning;
      begun = candidate;
    }
  }
  if (!nearest.empty()) return nearest;
  return beginning == 1 && given.size() >= kShortestBeginning ? begun : "";
}

std::string DidYouMean(std::string_view name, std::span<const std::string> candidates) {
  const std::string nearest = NearestName(name, candidates);
  return nearest.empty() ? "" : fmt::format("; did you mean {}?", nearest);
}

}  // namespace lengthwise
