#include "report/report_sentence.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <vector>

#include "report/document_json.h"
#include "report/report_words.h"

namespace lengthwise {
namespace {

// Of a cosine nearer to 0 no ratio is given: it would be large by chance.
constexpr double kLeastForRatio = 0.05;

struct Point {
  std::size_t length = 0;
  double cosine = 0;
};

std::string Cosine(double value) {
  return Decimals(value, 2);
}

// What the model's truncated arm has at this length.
std::optional<Point> PointAt(const Measurement& result, std::size_t length) {
  for (const ArmResult& arm : result.arms) {
    if (arm.sequences != SequenceKind::kTruncated || arm.vectors != VectorKind::kModel) continue;
    for (const BucketResult& bucket : arm.buckets) {
      if (bucket.bucket.to == length && bucket.cosine.estimate) return Point{length, *bucket.cosine.estimate};
    }
  }
  return std::nullopt;
}

// From where the rise is counted: the length of the lowest cosine, where it falls first.
std::size_t StartOf(const Measurement& result) {
  return result.shapes ? static_cast<std::size_t>(result.shapes->lengths.front())
                       : result.index->lengths.front();
}

// "two documents read to 512 tokens are on average 2.3 times as similar (cosine 0.29) as read to 64 (0.13)";
// empty where the arm lacks these lengths.
std::string HowMuch(const Measurement& result) {
  const std::size_t first = result.index->lengths.front();
  const std::optional<Point> from = PointAt(result, StartOf(result));
  const std::optional<Point> to = PointAt(result, result.index->lengths.back());
  if (!from || !to) return "";
  const bool falls_first = from->length > first;
  const double ratio = from->cosine >= kLeastForRatio ? to->cosine / from->cosine : 0;
  if (result.index->direction == Direction::kRises && ratio >= 1.05) {
    return fmt::format(
        "two documents read to {} tokens are on average {:.{}f} times as similar (cosine {}) as read to {}{} "
        "({})",
        to->length, ratio, ratio < 10 ? 1 : 0, Cosine(to->cosine), from->length,
        falls_first ? ", where they are least alike" : "", Cosine(from->cosine));
  }
  const Point begin = PointAt(result, first).value_or(*from);
  return fmt::format(
      "two documents have cosine {} on average when read to {} tokens, {} when read to {}{}",
      Cosine(to->cosine), to->length, Cosine(begin.cosine), begin.length,
      falls_first ? fmt::format(", and least, {}, when read to {}", Cosine(from->cosine), from->length) : "");
}

// ", mostly beyond about 240 tokens (just below the length in force, 256 tokens)". `shapes` is clear.
std::string FromWhichLength(const Shapes& shapes, const CollapseIndex& index, const LengthLimits& limits) {
  switch (shapes.fits[shapes.preferred].shape) {
    case Shape::kLinear:
      return ", by about as much with every token";
    case Shape::kLogarithmic:
      return ", by about as much with every doubling";
    case Shape::kSaturating:
      return ", ever more slowly";
    case Shape::kBroken:
      break;
  }
  if (!shapes.knee) return "";
  const Knee& knee = *shapes.knee;
  const double before = knee.slope_before * std::log2(knee.length / shapes.lengths.front());
  const double after = knee.slope_after * std::log2(static_cast<double>(index.lengths.back()) / knee.length);
  const bool steeper = knee.slope_after > knee.slope_before;
  const char* how = steeper ? "faster beyond" : "more slowly beyond";
  if (steeper && after > before) how = "mostly beyond";
  if (!steeper && before > after) how = "mostly up to";
  const std::string place = KneeAgainstLimit(knee, limits);
  return fmt::format(", {} about {} tokens{}", how, AboutTokens(knee.length),
                     place.empty() ? "" : fmt::format(" ({})", place));
}

std::string Rises(const Measurement& result, const std::string& how_much) {
  std::string sentence = "Embeddings of this text grow alike with length";
  const bool clear = result.shapes && result.shapes->fits[result.shapes->preferred].weight >= kClearWeight;
  if (clear) sentence += FromWhichLength(*result.shapes, *result.index, result.model.limits);
  if (!how_much.empty()) sentence += ": " + how_much;
  if (!result.shapes) return sentence + "; too few lengths were measured to say from which on";
  return clear ? sentence : sentence + "; from which length on is not clear";
}

std::string Answer(const Measurement& result) {
  const CollapseIndex& index = *result.index;
  const std::string how_much = HowMuch(result);
  const auto with = [&](const char* between) {
    return how_much.empty() ? std::string() : between + how_much;
  };
  switch (index.direction) {
    case Direction::kRises:
      return Rises(result, how_much);
    case Direction::kFalls:
      return "Embeddings of this text do not grow alike with length, but less alike" + with(": ");
    case Direction::kNoTrend:
      return "Embeddings of this text show no clear trend with length" + with(": ");
    case Direction::kUnknown:
      break;
  }
  return fmt::format("Whether embeddings of this text grow alike with length is not known, because {}{}",
                     index.documents < kMinimumForInterval
                         ? fmt::format("only {} documents have {} tokens ({} are needed)", index.documents,
                                       index.lengths.back(), kMinimumForInterval)
                         : std::string("no resamples were drawn"),
                     with("; as measured, "));
}

std::string WithoutIndex(const Measurement& result) {
  if (!result.truncated_asked) {
    return "Whether embeddings of this text grow alike with length was not measured: the truncated arm was "
           "not "
           "asked for";
  }
  return fmt::format(
      "Whether embeddings of this text grow alike with length is not known: too few documents are long "
      "enough, of "
      "{} measured",
      result.data.documents);
}

}  // namespace

std::string ReportSentence(const Measurement& result) {
  return (result.index ? Answer(result) : WithoutIndex(result)) + ".";
}

std::string ReportAdvice(const Measurement& result) {
  if (!result.index) {
    return result.truncated_asked ? "Measure more documents, or shorter lengths (the option lengths), or ask "
                                    "for fewer documents "
                                    "(the option minimum-documents)."
                                  : "Add truncated to the option arms.";
  }
  const CollapseIndex& index = *result.index;
  if (index.direction == Direction::kUnknown) {
    return index.documents < kMinimumForInterval
               ? fmt::format(
                     "Measure more documents of at least {} tokens, or shorter lengths (the option lengths).",
                     index.lengths.back())
               : "Leave the option replicates at its default.";
  }
  const bool rises = index.direction == Direction::kRises;
  if (result.data.over_limit > 0) {
    return fmt::format(
        "{}{} of {} documents are longer than the length in force, {} tokens, and are cut there. Try windows "
        "(the option long-input=window-mean), and let `lengthwise evaluate` tell whether your search gains.",
        rises ? "" : "Length by itself asks for no repair. But ", result.data.over_limit,
        result.data.documents, result.model.limits.in_force);
  }
  return rises ? "Let `lengthwise evaluate` tell what that costs your search, and whether a repair gains it "
                 "back."
               : "Length by itself asks for no repair; `lengthwise evaluate` tells how well search works.";
}

}  // namespace lengthwise
