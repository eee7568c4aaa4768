#include "theory/options.h"

#include <algorithm>
#include <string>

#include "base/fail.h"

namespace lengthwise {
namespace {

constexpr std::size_t kMostExtraDraws = 8;
// Lengths from here on get no extra draws.
constexpr std::size_t kFullLength = 1024;

template <typename T>
void CheckList(const std::vector<T>& values, const char* option, std::size_t fewest, T least, T largest) {
  if (values.size() < fewest) {
    Fail(ErrorCode::kBadInput, "the option {}: needs at least {} value{}, got {}", option, fewest,
         fewest == 1 ? "" : "s", values.size());
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    // Negated, so that NaN fails.
    if (!(values[i] >= least && values[i] <= largest)) {
      Fail(ErrorCode::kBadInput, "the option {}: values must be from {} to {}, not {}", option, least,
           largest, values[i]);
    }
    if (i > 0 && !(values[i] > values[i - 1])) {
      Fail(ErrorCode::kBadInput, "the option {}: values must ascend, but {} follows {}", option, values[i],
           values[i - 1]);
    }
  }
}

}  // namespace

void CheckTheoryOptions(const TheoryOptions& options) {
  CheckList(options.sigmas, "sigma", 1, kLeastTheorySigma, kLargestTheorySigma);
  CheckList(options.lengths, "lengths", 2, kShortestTheoryLength, kLongestTheoryLength);
  CheckList(options.head_sizes, "head-size", 1, std::size_t{1}, kLargestTheoryHead);
  if (options.draws < kFewestTheoryDraws || options.draws > kMostTheoryDraws) {
    Fail(ErrorCode::kBadInput, "the option draws: must be from {} to {}, not {}", kFewestTheoryDraws,
         kMostTheoryDraws, options.draws);
  }
  if (!(options.confidence > 0.5 && options.confidence < 1)) {
    Fail(ErrorCode::kBadInput, "the option confidence: must be above 0.5 and below 1, not {}",
         options.confidence);
  }
}

std::size_t DrawsAt(const TheoryOptions& options, std::size_t n) {
  return options.draws * std::clamp<std::size_t>(kFullLength / n, 1, kMostExtraDraws);
}

std::vector<std::size_t> ThinnedLengths(const TheoryOptions& options, std::size_t longest) {
  const auto end = std::upper_bound(options.lengths.begin(), options.lengths.end(), longest);
  const auto count = std::max<std::size_t>(1, static_cast<std::size_t>(end - options.lengths.begin()));
  std::vector<std::size_t> thinned;
  for (const std::size_t i : {std::size_t{0}, (count - 1) / 2, count - 1}) {
    if (thinned.empty() || options.lengths[i] > thinned.back()) thinned.push_back(options.lengths[i]);
  }
  return thinned;
}

}  // namespace lengthwise
