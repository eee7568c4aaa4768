#include "report/intervention_sentence.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "report/plain_numbers.h"

namespace lengthwise {

std::string OffsetSentence(const Interventions& interventions) {
  const MovedPart& first = interventions.offset.front();
  const MovedPart& last = interventions.offset.back();
  return fmt::format(
      "The same {} tokens, moved from position 0 to {}: mean pairwise cosine goes from {} to {}, {}, with "
      "content and "
      "length unchanged.",
      interventions.frame.part, last.offset, ThreeDecimals(first.cosine), ThreeDecimals(last.cosine),
      ChangeInDecimals(last.change));
}

std::string FurtherSentence(const Interventions& interventions) {
  const FollowedPart& last = interventions.further.back();
  const std::string again = last.again_change
                                ? fmt::format("; {} if these have the positions of the first {} again",
                                              ChangeInDecimals(*last.again_change), interventions.frame.part)
                                : std::string();
  return fmt::format(
      "The mean state of the first {} tokens, with {} further tokens attended to: cosine changes by {}{}.",
      interventions.frame.part - 1, last.further, ChangeInDecimals(last.own_change), again);
}

std::string IdentitySentence(const Interventions& interventions) {
  const auto from =
      std::find_if(interventions.identity.begin(), interventions.identity.end(),
                   [&](const TokenIdentity& row) { return row.length == interventions.frame.part; });
  const TokenIdentity& last = interventions.identity.back();
  std::string sentence = fmt::format(
      "From {} to {} tokens the likeness of tokens of different texts goes from {} to {}, that of tokens of "
      "one text "
      "from {} to {}",
      from->length, last.length, ThreeDecimals(from->cross), ThreeDecimals(last.cross),
      ThreeDecimals(from->within), ThreeDecimals(last.within));
  const IdentityChange& change = *last.change;
  if (!change.rise) return sentence + ".";
  sentence += fmt::format(
      "; the logarithm of their quotient, the cosine, changes by {}: {} by the first, {} by the second",
      ChangeInDecimals(*change.rise), ChangeInDecimals(*change.cross), ChangeInDecimals(*change.within));
  const std::optional<Interval>& share = change.within_share;
  const bool both_add = share && *share->estimate >= 0 && *share->estimate <= 1;
  return sentence + (both_add ? fmt::format(", a share of {}.", PercentRange(*share)) : std::string("."));
}

std::string PoolingSentence(const Interventions& interventions) {
  const PooledOtherwise& last = interventions.pooling.back();
  std::string changes;
  constexpr const char* kNames[kPoolings] = {"their mean", "the first token", "the maximum",
                                             "the last token"};
  for (std::size_t p = 0; p < kPoolings; ++p) {
    const char* const between = p == 0 ? "" : p + 1 == kPoolings ? " and " : ", ";
    changes += fmt::format("{}{} {}", between, kNames[p], ChangeInDecimals(last.change[p]));
  }
  return fmt::format(
      "From {} to {} tokens the cosine of the same last states, pooled otherwise, changes by: {}.",
      interventions.frame.part, last.length, changes);
}

std::string StaticSentence(const Interventions& interventions) {
  const StaticMean& last = interventions.static_means.back();
  return fmt::format(
      "From {} to {} tokens the cosine of means of word embeddings changes by {}; with what all texts share, "
      "the mean "
      "word embedding, taken away, by {}.",
      interventions.frame.part, last.length, ChangeInDecimals(last.change),
      ChangeInDecimals(last.centred_change));
}

std::string InterventionsSentence(const Interventions& interventions) {
  return (interventions.offset.empty() ? std::string() : OffsetSentence(interventions) + " ") +
         FurtherSentence(interventions) + " " + IdentitySentence(interventions) + " " +
         PoolingSentence(interventions) + " " + StaticSentence(interventions);
}

}  // namespace lengthwise
