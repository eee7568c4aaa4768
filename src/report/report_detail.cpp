#include "report/report_detail.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "report/document_json.h"
#include "report/report_words.h"

namespace lengthwise {
namespace {

std::string IndexClause(const CollapseIndex& index) {
  const Interval& slope = index.slope;
  const std::string range = fmt::format("from {} to {} tokens", index.lengths.front(), index.lengths.back());
  const std::string without = index.static_slope ? fmt::format(" (the same tokens without attention: {})",
                                                               Decimals(*index.static_slope->estimate, 3))
                                                 : "";
  switch (index.direction) {
    case Direction::kRises:
      return fmt::format("Mean pairwise cosine rises by {} [{}, {}] per doubling of length {}{}",
                         Decimals(*slope.estimate, 3), Decimals(*slope.low, 3), Decimals(*slope.high, 3),
                         range, without);
    case Direction::kFalls:
      return fmt::format("Mean pairwise cosine falls by {} [{}, {}] per doubling of length {}{}",
                         Decimals(-*slope.estimate, 3), Decimals(-*slope.high, 3), Decimals(-*slope.low, 3),
                         range, without);
    case Direction::kNoTrend:
      return fmt::format(
          "Mean pairwise cosine shows no clear trend with length: {} [{}, {}] per doubling {}{}",
          Decimals(*slope.estimate, 3), Decimals(*slope.low, 3), Decimals(*slope.high, 3), range, without);
    case Direction::kUnknown:
      break;
  }
  return fmt::format(
      "Mean pairwise cosine changes by {} per doubling of length {}{}, without an interval ({} documents)",
      Decimals(*slope.estimate, 3), range, without, index.documents);
}

std::string KneeAt(const Knee& knee, const LengthLimits& limits) {
  const std::string interval = knee.low ? fmt::format(" [{:.0f}, {:.0f}]", *knee.low, *knee.high) : "";
  const std::string place = KneeAgainstLimit(knee, limits);
  return fmt::format("at {:.0f} tokens{}{}{}", knee.length, interval, place.empty() ? "" : ", ", place);
}

std::string ShapeClause(const Shapes& shapes, const CollapseIndex& index, const LengthLimits& limits) {
  const ShapeFit& preferred = shapes.fits[shapes.preferred];
  const bool falls_first = shapes.lengths.front() > static_cast<double>(index.lengths.front());
  std::string clause =
      falls_first ? fmt::format("; it falls until {:.0f} tokens, and from there on", shapes.lengths.front())
                  : std::string(";");
  clause += fmt::format(" the preferred shape is {}", ShapeName(preferred.shape));
  const ShapeFit* second = nullptr;
  for (const ShapeFit& fit : shapes.fits) {
    if (&fit != &preferred && (second == nullptr || fit.weight > second->weight)) second = &fit;
  }
  if (preferred.weight < kClearWeight && second != nullptr) {
    clause += fmt::format(" (weight {:.2f}; next {}, {:.2f})", preferred.weight, ShapeName(second->shape),
                          second->weight);
  }
  if (!KneeHasWeight(shapes)) return clause;
  const Knee& knee = *shapes.knee;
  if (preferred.shape == Shape::kBroken) {
    return clause + fmt::format(", with the knee {}: {} per doubling before it, {} after",
                                KneeAt(knee, limits), Decimals(knee.slope_before, 3),
                                Decimals(knee.slope_after, 3));
  }
  return clause + fmt::format("; a broken shape would have its knee {}", KneeAt(knee, limits));
}

std::string DetailWithoutIndex(const Measurement& result) {
  std::string sentence = result.truncated_asked
                             ? "No collapse index: too few documents are long enough for the truncated arm"
                             : "No collapse index: the truncated arm was not asked for";
  for (const ArmResult& arm : result.arms) {
    if (arm.sequences != SequenceKind::kNatural || arm.vectors != VectorKind::kModel) continue;
    std::vector<const BucketResult*> filled;
    for (const BucketResult& bucket : arm.buckets) {
      if (bucket.cosine.estimate) filled.push_back(&bucket);
    }
    if (filled.size() < 2) continue;
    const BucketResult& first = *filled.front();
    const BucketResult& last = *filled.back();
    sentence += fmt::format(
        "; mean pairwise cosine is {} in documents of {:.0f} tokens (mean of {}) and {} in those of {:.0f} "
        "(mean of {})",
        Decimals(*first.cosine.estimate, 3), *first.length, first.count, Decimals(*last.cosine.estimate, 3),
        *last.length, last.count);
  }
  return sentence;
}

}  // namespace

std::string ReportDetail(const Measurement& result) {
  if (!result.index) return DetailWithoutIndex(result) + ".";
  std::string sentence = IndexClause(*result.index);
  if (result.shapes) sentence += ShapeClause(*result.shapes, *result.index, result.model.limits);
  return sentence + ".";
}

}  // namespace lengthwise
