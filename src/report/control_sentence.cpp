#include "report/control_sentence.h"

#include <fmt/format.h>

#include "report/plain_numbers.h"

namespace lengthwise {
std::string RepeatedSentence(const RepeatedControl& control, const ControlFrame& frame) {
  const RepeatedLength& first = control.lengths.front();
  const RepeatedLength& last = control.lengths.back();
  return fmt::format(
      "The first {} tokens of a document, repeated {} times to {}: mean pairwise cosine goes from {} to {}, "
      "{} with the content unchanged; positions make {} of that, {} {}. The same documents read on to {} "
      "tokens: {}.",
      frame.passage, last.copies, last.length, ThreeDecimals(first.cosine), ThreeDecimals(last.cosine),
      ChangeInDecimals(last.change), ChangeInDecimals(last.from_positions),
      control.relative_positions ? "relative positions and the smaller share of the special tokens"
                                 : "the smaller share of the special tokens",
      ChangeInDecimals(last.from_rest), last.length, ThreeDecimals(last.read_on));
}

std::string MixedSentence(const std::vector<MixedLength>& mixed, const ControlFrame& frame) {
  if (mixed.empty()) return "Too few documents to mix.";
  const MixedLength& last = mixed.back();
  return fmt::format(
      "Texts of {} tokens made of {} pieces of {} tokens, each of another document, have mean pairwise "
      "cosine "
      "{}; the same pieces in their own documents {}: {} for mixing.",
      last.length, last.pieces, frame.passage, ThreeDecimals(last.mixed), ThreeDecimals(last.whole),
      ChangeInDecimals(last.difference));
}

std::string DilutedSentence(const std::vector<DilutedLength>& diluted, const ControlFrame& frame) {
  if (diluted.empty()) return "Too few documents to take filler from.";
  const DilutedLength& last = diluted.back();
  return fmt::format(
      "A passage of {} tokens in a text of {}, the rest of it from other documents, has cosine {} with the "
      "whole at the beginning, {} in the middle, {} at the end ({} from beginning to end); averaging without "
      "attention would leave {}, filler alone has {}.",
      frame.passage, last.length, ThreeDecimals(last.beginning), ThreeDecimals(last.middle),
      ThreeDecimals(last.end), ChangeInDecimals(last.end_minus_beginning), ThreeDecimals(last.averaging),
      ThreeDecimals(last.floor));
}

std::string AttributionSentence(const Attribution& attribution) {
  const AttributedLength& first = attribution.lengths.front();
  const AttributedLength& last = attribution.lengths.back();
  const AttributedParts& parts = last.parts;
  const std::string positions =
      attribution.position_range > 0
          ? fmt::format("positions beyond the trained {} tokens {}", attribution.position_range,
                        ChangeInDecimals(parts.positions))
          : std::string("positions beyond the trained length nothing, as no length lies beyond it");
  return fmt::format(
      "From {} to {} tokens mean pairwise cosine changes by {}: content {}, averaging of windows {}, "
      "attention {}, {}.",
      first.length, last.length, ChangeInDecimals(parts.rise), ChangeInDecimals(parts.content),
      ChangeInDecimals(parts.pooling), ChangeInDecimals(parts.attention), positions);
}

}  // namespace lengthwise
