#include "report/answer_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "report/document_json.h"
#include "report/plain_numbers.h"
#include "report/report_words.h"

namespace lengthwise {
namespace {

constexpr double kLeastRise = 1e-4;  // of cosine, of which shares are taken
// A rise of cosine below this, from where it is least to the longest, is no collapse that anybody would
// notice.
constexpr double kNotableRise = 0.05;
// A part of the rise below this share is not named.
constexpr double kNamedShare = 0.1;

double Estimate(const OrderedJson& interval) {
  return interval.is_object() && interval.at("estimate").is_number() ? interval["estimate"].get<double>() : 0;
}

bool Excludes0(const OrderedJson& interval) {
  if (!interval.is_object() || !interval.at("low").is_number()) return false;
  return interval["low"].get<double>() > 0 || interval.at("high").get<double>() < 0;
}

// nDCG@10 in hundredths: "3.5".
std::string Size(double value) {
  return Decimals(100 * std::abs(value), 1);
}

// "6.1 times as many"; nothing where it is the same.
std::string Times(double more, double less, const char* many) {
  const double ratio = less > 0 ? more / less : 0;
  if (ratio < 1.05) return fmt::format("as {}", many);
  return fmt::format("{:.{}f} times as {}", ratio, ratio < 10 ? 1 : 0, many);
}

// "improves by 3.5 points of 100 (nDCG@10), by 9.4 where the longest quarter of documents is looked for"
std::string Improvement(const OrderedJson& gain) {
  const OrderedJson& difference = gain.at("difference");
  const double all = Estimate(difference);
  if (!Excludes0(difference))
    return fmt::format("changes by no clear amount ({} points of 100, nDCG@10)",
                       Points(IntervalOf(difference)));
  std::string text =
      fmt::format("{} {} points of 100 (nDCG@10)", all < 0 ? "loses" : "improves by", Size(all));
  const OrderedJson& quarters = gain.at("quarters");
  if (quarters.size() < 2 || !Excludes0(quarters.back().at("difference"))) return text;
  const double longest = Estimate(quarters.back()["difference"]);
  return text + fmt::format(", {} {} where the longest quarter of documents is looked for",
                            longest < 0 ? "and loses" : "by", Size(longest));
}

// Of what may take next to nothing.
std::string Duration(double seconds) {
  return 1000 * seconds < 0.01 ? "less than 0.01 ms" : Milliseconds(seconds);
}

// Of the truncated arm, from its lowest cosine to that of its longest texts.
double RiseOf(const OrderedJson& measured) {
  const OrderedJson truncated = MemberOf(measured.at("arms"), "truncated");
  if (!truncated.is_object()) return 0;
  double least = 1, last = -1;
  for (const OrderedJson& bucket : truncated.at("buckets")) {
    if (!bucket.at("cosine").at("estimate").is_number()) continue;
    last = bucket["cosine"]["estimate"].get<double>();
    least = std::min(least, last);
  }
  return std::max(0.0, last - least);
}

// What is done to documents, after "read": "long documents whole, ...".
std::string Action(const OrderedJson& candidate) {
  const std::string of_class = candidate.at("class").get<std::string>();
  if (of_class == "several_vectors")
    return fmt::format("give long documents several vectors ({})", candidate.at("title").get<std::string>());
  if (of_class == "checkpoint") return "whiten its vectors, in a checkpoint that any server takes";
  return "read long documents whole, in windows mixed into one vector";
}

// From the shape of the rise, where that is clear.
std::string FromWhichLength(const OrderedJson& measured) {
  const OrderedJson& shapes = measured.at("shapes");
  if (!shapes.is_object()) return ", too few lengths were measured to say from which on";
  const std::string preferred = shapes.at("preferred").get<std::string>();
  const auto fit = std::find_if(shapes.at("fits").begin(), shapes.at("fits").end(),
                                [&](const OrderedJson& f) { return f.at("shape") == preferred; });
  const bool clear = fit != shapes.at("fits").end() && fit->at("weight").get<double>() >= kClearWeight;
  if (!clear && preferred != "broken") return ", from which length on is not clear";
  if (preferred == "linear") return " with every token more";
  if (preferred == "logarithmic") return " with every doubling of length";
  if (preferred == "saturating") return " at first, then ever more slowly";
  const OrderedJson& knee = shapes.at("knee");
  const bool steeper = knee.at("slope_after").get<double>() > knee.at("slope_before").get<double>();
  return fmt::format("{} {} about {} tokens{}", clear ? "" : ", most likely", steeper ? "from" : "up to",
                     AboutTokens(knee.at("length").get<double>()), steeper ? " on" : "");
}

// A part of the rise, as a share of it, and what it is where it adds and where it takes away.
struct RisePart {
  double share = 0;
  std::string more, less;
};

// Of the longest text, the largest first.
std::vector<RisePart> PartsOfRise(const OrderedJson& attribution) {
  const OrderedJson& parts = attribution.at("lengths").back().at("parts");
  const auto share = [&](const char* part) { return Estimate(parts.at(part)) / Estimate(parts.at("rise")); };
  const OrderedJson& range = attribution.at("position_range");
  const std::string positions =
      range.is_number() ? fmt::format("positions beyond the default length of {}", range.get<std::size_t>())
                        : std::string("positions");
  std::vector<RisePart> found = {
      {share("content"), "what documents say later is more alike than how they begin (content)",
       "what documents say later is less alike than how they begin (content)"},
      {share("pooling"), "a mean of many windows hides what tells documents apart (averaging)",
       "a mean of windows keeps documents apart (averaging)"},
      {share("attention"), "tokens attend to the whole text and not to their window alone (attention)",
       "tokens attend to the whole text and not to their window alone (attention)"},
      {share("positions"), positions + ", where training is thin (positions)", positions + " (positions)"},
  };
  std::stable_sort(found.begin(), found.end(), [](const RisePart& a, const RisePart& b) {
    return std::abs(a.share) > std::abs(b.share);
  });
  return found;
}

}  // namespace

std::string CollapseWords(const AnswerParts& parts) {
  const OrderedJson& index = parts.measured.at("collapse_index");
  const std::string direction = index.is_object() ? index.at("direction").get<std::string>() : "unknown";
  if (direction == "rises" && RiseOf(parts.measured) < kNotableRise)
    return "hardly collapses on this text: longer texts are a little more alike";
  if (direction == "rises") return "collapses on this text" + FromWhichLength(parts.measured);
  if (direction == "falls") return "does not collapse on this text: longer texts are less alike";
  if (direction == "no_trend") return "shows no collapse on this text";
  return "may or may not collapse on this text, which has too few long documents to tell";
}

std::string AnswerSentence(const AnswerParts& parts, const OrderedJson& gain) {
  const std::string found = fmt::format("{} {}", parts.model(), CollapseWords(parts));
  const std::string answer = parts.answer();
  const std::string action = Action(TriedCandidate(parts));
  if (answer == "nothing_to_repair") {
    return fmt::format(
        "{}; nothing is to be repaired, for none of your {} documents is longer than {} tokens.", found,
        parts.tuned.at("documents").at("count").get<std::size_t>(),
        parts.tuned["documents"].at("window").get<std::size_t>());
  }
  if (answer == "keep") {
    return fmt::format("{}; keep it as it is, for on your queries search {} when repaired.", found,
                       gain.is_null() ? "loses" : Improvement(gain));
  }
  if (gain.is_null()) {
    return fmt::format("{}; {}, which gained with every model and text tried: what it gains here {}.", found,
                       action, answer == "no_queries" ? "queries would tell" : "your queries cannot tell");
  }
  const bool shown = Excludes0(gain.at("difference"));
  if (!shown) {
    return fmt::format("{}; a repair is not shown to help: when you {}, search {}.", found, action,
                       Improvement(gain));
  }
  if (Estimate(gain["difference"]) < 0)
    return fmt::format("{}; keep it as it is, for repaired search {}.", found, Improvement(gain));
  return fmt::format("{}; {}, and search {}.", found, action, Improvement(gain));
}

std::string WhyAlike(const AnswerParts& parts) {
  const OrderedJson controls = MemberOf(parts.measured, "controls");
  const OrderedJson attribution = MemberOf(controls, "attribution");
  if (!attribution.is_object() || attribution.at("lengths").size() < 2) return "";
  const OrderedJson& first = attribution["lengths"].front();
  const OrderedJson& last = attribution["lengths"].back();
  const OrderedJson& rise = last.at("parts").at("rise");
  const std::string range = fmt::format("Between {} and {} tokens", first.at("length").get<std::size_t>(),
                                        last.at("length").get<std::size_t>());
  if (Estimate(rise) < kLeastRise || !Excludes0(rise)) {
    return fmt::format(
        "{} two documents grow more alike by no clear amount (cosine {}), so there is nothing "
        "to explain.",
        range, SignedDecimals(Estimate(rise), 3));
  }
  const std::vector<RisePart> shares = PartsOfRise(attribution);
  std::vector<std::string> words;
  for (const RisePart& part : shares) {
    if (std::abs(part.share) < kNamedShare) continue;
    words.push_back(part.share > 0 ? fmt::format("{} of that: {}", Percent(part.share), part.more)
                                   : fmt::format("less {}: {}", Percent(-part.share), part.less));
  }
  return fmt::format("{} the cosine of two documents rises by {}. {}.", range, Decimals(Estimate(rise), 3),
                     fmt::join(words, "; "));
}

std::string WhomItConcerns(const AnswerParts& parts) {
  const OrderedJson& documents = parts.tuned.at("documents");
  const auto count = documents.at("count").get<std::size_t>();
  const auto beyond = documents.at("beyond_limit").get<std::size_t>();
  const auto limit = documents.at("limit").get<std::size_t>();
  if (beyond == 0)
    return fmt::format("All {} documents are read whole: none is longer than {} tokens.", count, limit);
  return fmt::format(
      "{} of your {} documents ({}) are longer than the {} tokens that the model reads as it is set; {} of "
      "all text is never read.",
      beyond, count, Percent(static_cast<double>(beyond) / static_cast<double>(count)), limit,
      Percent(documents.at("unread").get<double>()));
}

std::string WhatToDo(const AnswerParts& parts) {
  return parts.tuned.at("advice").get<std::string>();
}

std::string WhatItGains(const AnswerParts& parts, const OrderedJson& gain) {
  if (parts.answer() == "nothing_to_repair") return "";
  if (gain.is_null()) return parts.tuned.at("trust").get<std::string>();
  const std::string title = TriedCandidate(parts).at("title").get<std::string>();
  std::string text =
      fmt::format("With {}, nDCG@10 goes from {} to {}: {} points of 100.", title,
                  Decimals(Estimate(gain.at("before")), 3), Decimals(Estimate(gain.at("after")), 3),
                  Points(IntervalOf(gain.at("difference"))));
  const OrderedJson& quarters = gain.at("quarters");
  if (quarters.size() >= 2) {
    text += fmt::format(
        " Of the shortest quarter of documents that are looked for (up to {} tokens) {}, of the "
        "longest (from {}) {}.",
        quarters.front().at("to").get<std::size_t>(), Points(IntervalOf(quarters.front().at("difference"))),
        quarters.back().at("from").get<std::size_t>(), Points(IntervalOf(quarters.back().at("difference"))));
  }
  if (gain.at("judged_by") == "words") return text + " " + parts.tuned.at("trust").get<std::string>();
  return text + fmt::format(" By the judgements of {} queries, none of which the repair was fitted on.",
                            gain.at("queries").get<std::size_t>());
}

std::string WhatItCosts(const AnswerParts& parts) {
  if (parts.answer() == "nothing_to_repair") return "";
  const OrderedJson& cost = TriedCandidate(parts).at("cost");
  const OrderedJson& before = ModelCandidate(parts).at("cost");
  const auto of = [](const OrderedJson& costs, const char* member) {
    return costs.at(member).is_number() ? costs[member].get<double>() : 0;
  };
  std::string text = fmt::format(
      "{} vector{} a document ({:.0f} bytes), {} as now. To embed a document takes {} tokens as now, for all "
      "of "
      "it is read: {} instead of {} on this machine, once.",
      Decimals(of(cost, "vectors"), of(cost, "vectors") < 1.05 ? 0 : 1),
      of(cost, "vectors") < 1.05 ? "" : "s", of(cost, "bytes"),
      Times(of(cost, "vectors"), of(before, "vectors"), "many"),
      Times(of(cost, "tokens"), of(before, "tokens"), "many"), Duration(of(cost, "seconds_document")),
      Duration(of(before, "seconds_document")));
  if (cost.at("seconds_query").is_number()) {
    text += fmt::format(" To search all documents takes {} a query instead of {}.",
                        Duration(of(cost, "seconds_query")), Duration(of(before, "seconds_query")));
  }
  return text;
}

}  // namespace lengthwise
