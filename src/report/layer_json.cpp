#include "report/layer_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/document_json.h"

namespace lengthwise {
namespace {

// Heads that a sentence names.
constexpr std::size_t kNamedHeads = 3;

const GainResult* MeanRow(std::span<const GainResult> gains, std::size_t length, const LayerPart& part) {
  const auto row = std::find_if(gains.begin(), gains.end(), [&](const GainResult& gain) {
    return gain.length == length && gain.part == part && !gain.layer;
  });
  return row == gains.end() ? nullptr : &*row;
}

std::string Factor(const GainResult* row) {
  if (row == nullptr || !row->relative.estimate) return "an undefined factor";
  if (!row->relative.low) return fmt::format("{:.2f}", *row->relative.estimate);
  return fmt::format("{:.2f} [{:.2f}, {:.2f}]", *row->relative.estimate, *row->relative.low,
                     *row->relative.high);
}

std::string GainsAt(std::span<const GainResult> gains, std::size_t length) {
  const auto factor = [&](const LayerPart& part) { return Factor(MeanRow(gains, length, part)); };
  return fmt::format(
      "at {} tokens the mean layer multiplies HC / DC by {}: adding attention's output by {}, the LayerNorm "
      "after it by {}, adding the feed-forward layer's by {}, the LayerNorm after it by {}; in what "
      "attention "
      "adds, HC / DC is {} times that of its input",
      length, factor(kWholeLayer), factor(kAttentionResidualPart), factor(kAttentionNormPart),
      factor(kFeedForwardResidualPart), factor(kOutputNormPart), factor(kAttentionPart));
}

std::string Bounds(const std::optional<double>& low, const std::optional<double>& high) {
  return low ? fmt::format(" [{}, {}]", Decimals(*low, 4), Decimals(*high, 4)) : std::string();
}

const char* Replacement(HeadOutput mode) {
  switch (mode) {
    case HeadOutput::kDc:
      return "its mean over tokens";
    case HeadOutput::kHc:
      return "its deviation from that mean";
    default:
      return "zero";
  }
}

std::string ModeClause(std::span<const AblatedHead> heads) {
  const auto count = [&](auto test) {
    return std::count_if(heads.begin(), heads.end(), [&](const AblatedHead& head) {
      return head.simultaneous_low.has_value() && test(head);
    });
  };
  std::string clause = fmt::format("with a head's output replaced by {}, ", Replacement(heads[0].mode));
  if (heads[0].simultaneous_low) {
    clause +=
        fmt::format("{} of {} heads carry a part of it and {} hold it down (simultaneous intervals)",
                    count([](const AblatedHead& head) { return *head.simultaneous_low > 0; }), heads.size(),
                    count([](const AblatedHead& head) { return *head.simultaneous_high < 0; }));
  } else {
    clause += "there are no intervals";
  }
  clause += ", most by";
  for (std::size_t h = 0; h < std::min(kNamedHeads, heads.size()); ++h) {
    clause += fmt::format("{} layer {} head {}: {}{}", h == 0 ? "" : ";", heads[h].layer, heads[h].head,
                          Decimals(*heads[h].carried.estimate, 4),
                          Bounds(heads[h].simultaneous_low, heads[h].simultaneous_high));
  }
  return clause;
}

std::string AblationSentence(const AblationResult& ablation) {
  std::string sentence =
      fmt::format("On {} documents cut to {} tokens the collapse index is {}{}", ablation.documents,
                  fmt::join(ablation.lengths, ", "), Decimals(*ablation.index.estimate, 4),
                  Bounds(ablation.index.low, ablation.index.high));
  for (std::size_t first = 0; first < ablation.heads.size(); first += ablation.head_count)
    sentence += "; " + ModeClause(std::span(ablation.heads).subspan(first, ablation.head_count));
  return sentence + ".";
}

}  // namespace

OrderedJson GainsJson(std::span<const GainResult> gains) {
  OrderedJson json = OrderedJson::array();
  for (const GainResult& gain : gains) {
    json.push_back({{"length", gain.length},
                    {"layer", gain.layer ? OrderedJson(*gain.layer) : OrderedJson(nullptr)},
                    {"part", LayerPartName(gain.part)},
                    {"documents", gain.documents},
                    {"hc", JsonInterval(gain.hc)},
                    {"dc", JsonInterval(gain.dc)},
                    {"relative", JsonInterval(gain.relative)}});
  }
  return json;
}

std::string GainsSentence(std::span<const GainResult> gains) {
  if (gains.empty()) return {};
  std::string sentence = GainsAt(gains, gains.front().length);
  sentence[0] = 'A';
  return sentence + ". " + [&] {
    std::string last = GainsAt(gains, gains.back().length);
    last[0] = 'A';
    return last;
  }() + ".";
}

OrderedJson AblationJson(const AblationResult& ablation) {
  return {{"unit", "cosine per doubling of length"},
          {"documents", ablation.documents},
          {"lengths", ablation.lengths},
          {"heads", ablation.head_count},
          {"index", JsonInterval(ablation.index)},
          {"correction", "max-t over the heads of a mode"},
          {"sentence", AblationSentence(ablation)}};
}

OrderedJson AblatedHeadsJson(const AblationResult& ablation) {
  const Interval& index = ablation.index;
  const bool clear = index.low && (*index.low > 0 || *index.high < 0);
  OrderedJson json = OrderedJson::array();
  for (const AblatedHead& head : ablation.heads) {
    std::optional<double> share;
    if (clear) share = *head.carried.estimate / *index.estimate;
    json.push_back({{"mode", HeadOutputName(head.mode)},
                    {"rank", head.rank},
                    {"layer", head.layer},
                    {"head", head.head},
                    {"index", JsonInterval(head.index)},
                    {"carried", JsonInterval(head.carried)},
                    {"simultaneous_low", JsonNumber(head.simultaneous_low)},
                    {"simultaneous_high", JsonNumber(head.simultaneous_high)},
                    {"share", JsonNumber(share)}});
  }
  return json;
}

}  // namespace lengthwise
