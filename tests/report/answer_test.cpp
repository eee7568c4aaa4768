#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "lengthwise/error.h"
#include "report/answer_commands.h"
#include "report/answer_comparison.h"
#include "report/answer_document.h"
#include "report/answer_words.h"

namespace lengthwise {
namespace {

OrderedJson IntervalOf(double estimate, double low, double high) {
  return {{"estimate", estimate}, {"low", low}, {"high", high}};
}

OrderedJson BucketOf(double length, double cosine) {
  return {{"length", length}, {"cosine", IntervalOf(cosine, cosine - 0.01, cosine + 0.01)}};
}

// A model that rises from 0.2 to 0.36, with a knee at 241 tokens; 40 of 50 documents are longer than its 256.
AnswerParts Parts(const std::string& answer = "repair") {
  AnswerParts parts;
  parts.measured = {{"sentence", "Embeddings grow alike."},
                    {"arms", {{"truncated", {{"buckets", {BucketOf(32, 0.2), BucketOf(512, 0.36)}}}}}},
                    {"collapse_index", {{"direction", "rises"}}},
                    {"shapes",
                     {{"preferred", "broken"},
                      {"fits", {{{"shape", "broken"}, {"weight", 0.97}}}},
                      {"knee", {{"length", 241.3}, {"slope_before", 0.01}, {"slope_after", 0.1}}}}}};
  const auto candidate = [](const char* title, const char* of_class, bool chosen, double tokens) {
    return OrderedJson{{"title", title},
                       {"name", of_class},
                       {"class", of_class},
                       {"chosen", chosen},
                       {"run", nullptr},
                       {"cost",
                        {{"vectors", 1},
                         {"bytes", 1536},
                         {"tokens", tokens},
                         {"seconds_document", tokens / 1e4},
                         {"seconds_query", 2e-6}}}};
  };
  const bool keeps = answer == "keep" || answer == "nothing_to_repair";
  parts.tuned = {
      {"model", {{"name", "a-model"}}},
      {"answer", answer},
      {"advice", "Do so."},
      {"trust", "By words."},
      {"documents", {{"count", 50}, {"window", 128}, {"limit", 256}, {"beyond_limit", 40}, {"unread", 0.75}}},
      {"queries", {{"judged", false}, {"count", 30}}},
      {"candidates",
       {candidate("the model as it is", "model", keeps, 200),
        candidate("the recipe (one vector)", "one_vector", !keeps, 800)}}};
  return parts;
}

OrderedJson Gain(double low, double estimate, double high) {
  const auto row = [](double difference) {
    return OrderedJson{{"from", 1},
                       {"to", 9},
                       {"length", 5},
                       {"count", 15},
                       {"before", IntervalOf(0.5, 0.4, 0.6)},
                       {"after", IntervalOf(0.5 + difference, 0.4, 0.6)},
                       {"difference", IntervalOf(difference, difference - 0.01, difference + 0.01)}};
  };
  return {{"judged_by", "judgements"},
          {"queries", 30},
          {"before", IntervalOf(0.5, 0.4, 0.6)},
          {"after", IntervalOf(0.5 + estimate, 0.4, 0.6)},
          {"difference", IntervalOf(estimate, low, high)},
          {"quarters", {row(0.02), row(0.09)}}};
}

TEST(AnswerSentence, SaysWhetherFromWhereWhatToDoAndWhatItGains) {
  EXPECT_EQ(
      AnswerSentence(Parts(), Gain(0.01, 0.035, 0.06)),
      "a-model collapses on this text from about 240 tokens on; read long documents whole, in windows mixed "
      "into "
      "one vector, and search improves by 3.5 points of 100 (nDCG@10), by 9.0 where the longest quarter of "
      "documents is looked for.");
}

TEST(AnswerSentence, ClaimsNoGainThatIsNotShown) {
  const std::string sentence = AnswerSentence(Parts("not_shown"), Gain(-0.01, 0.01, 0.03));
  EXPECT_NE(sentence.find("a repair is not shown to help"), std::string::npos) << sentence;
  EXPECT_NE(sentence.find("+1.0 [-1.0, +3.0]"), std::string::npos) << sentence;
}

TEST(AnswerSentence, KeepsAModelThatRepairHurts) {
  EXPECT_NE(AnswerSentence(Parts("keep"), Gain(-0.06, -0.04, -0.02))
                .find("keep it as it is, for on your queries search loses 4.0 points"),
            std::string::npos);
}

TEST(AnswerSentence, SaysWhoCouldTellWhereNothingDoes) {
  EXPECT_NE(AnswerSentence(Parts("no_queries"), nullptr).find("what it gains here queries would tell"),
            std::string::npos);
  EXPECT_NE(AnswerSentence(Parts("cannot_tell"), nullptr).find("what it gains here your queries cannot tell"),
            std::string::npos);
  EXPECT_NE(AnswerSentence(Parts("nothing_to_repair"), nullptr)
                .find("none of your 50 documents is longer than 128 tokens"),
            std::string::npos);
}

TEST(CollapseWords, AreNoStrongerThanWhatWasMeasured) {
  AnswerParts parts = Parts();
  parts.measured["shapes"]["fits"][0]["weight"] = 0.6;
  EXPECT_EQ(CollapseWords(parts), "collapses on this text, most likely from about 240 tokens on");
  parts.measured["shapes"]["preferred"] = "linear";
  parts.measured["shapes"]["fits"][0]["shape"] = "linear";
  EXPECT_EQ(CollapseWords(parts), "collapses on this text, from which length on is not clear");
  // A rise of 0.04 that is beyond doubt, and that nobody would notice.
  parts.measured["arms"]["truncated"]["buckets"][1] = BucketOf(512, 0.24);
  EXPECT_EQ(CollapseWords(parts), "hardly collapses on this text: longer texts are a little more alike");
  parts.measured["collapse_index"]["direction"] = "falls";
  EXPECT_NE(CollapseWords(parts).find("does not collapse"), std::string::npos);
  parts.measured["collapse_index"] = nullptr;
  EXPECT_NE(CollapseWords(parts).find("too few long documents"), std::string::npos);
}

TEST(WhyAlike, NamesPartsByTheirShareOfTheRise) {
  AnswerParts parts = Parts();
  EXPECT_EQ(WhyAlike(parts), "");
  const auto part = [](double value) { return IntervalOf(value, value - 0.01, value + 0.01); };
  parts.measured["controls"]["attribution"] = {{"position_range", 256},
                                               {"lengths",
                                                {{{"length", 65}, {"parts", OrderedJson::object()}},
                                                 {{"length", 506},
                                                  {"parts",
                                                   {{"content", part(-0.04)},
                                                    {"pooling", part(0.08)},
                                                    {"attention", part(0.004)},
                                                    {"positions", part(0.056)},
                                                    {"rise", part(0.1)}}}}}}};
  const std::string why = WhyAlike(parts);
  EXPECT_LT(why.find("80 % of that"), why.find("56 % of that: positions beyond the default length of 256"))
      << why;
  EXPECT_NE(why.find("less 40 %: what documents say later is less alike"), std::string::npos) << why;
  EXPECT_EQ(why.find("attention"), std::string::npos) << why;
}

TEST(WhatItCosts, ComparesWithTheModelAsItIs) {
  EXPECT_NE(WhatItCosts(Parts()).find(
                "takes 4.0 times as many tokens as now, for all of it is read: 80 ms instead of 20 ms"),
            std::string::npos)
      << WhatItCosts(Parts());
  EXPECT_EQ(WhatItCosts(Parts("nothing_to_repair")), "");
}

TEST(NextCommands, QuoteWhatAShellWouldTakeApart) {
  const ModelAnswer answer{"a model's", "", "", "", "out/lengthwise.json", ""};
  const OrderedJson commands = NextCommands(answer, Parts(), {{}, "$HOME.jsonl", ""});
  EXPECT_EQ(
      commands[0]["command"],
      R"(lengthwise embed --model 'a model'\''s' --input '$HOME.jsonl' --repair out/lengthwise.json --output documents.npy)");
}

TEST(Comparison, SetsTheBestBesideTheBestThatCostsLessThanHalf) {
  const auto model = [](const char* name, double score, double seconds) {
    OrderedJson gain = Gain(0.01, 0.02, 0.03);
    gain["quarters"][1]["after"] = IntervalOf(score, score - 0.02, score + 0.02);
    gain["quarters"][1]["before"] = IntervalOf(score - 0.1, 0, 1);
    return OrderedJson{{"name", name},
                       {"collapse", "collapses"},
                       {"gain", gain},
                       {"tried", "the recipe"},
                       {"tuned", {{"documents", {{"limit", 256}, {"unread", 0.5}}}}},
                       {"before_cost", {{"seconds_document", 0.01}}},
                       {"after_cost", {{"seconds_document", seconds}, {"vectors", 1}, {"bytes", 1536}}}};
  };
  const OrderedJson found =
      ComparisonOf({model("slow", 0.9, 1), model("fast", 0.8, 0.2), model("fastest", 0.5, 0.1)});
  EXPECT_EQ(found["sentence"],
            "Of 3 models, slow finds most in the longest quarter of your documents, as it is (nDCG@10 0.800) "
            "and repaired (0.900). "
            "Repaired it reads a document in 1.00 s; fast does in 0.20 s, and finds 0.800.");
}

TEST(AnswerDocument, RefusesWhatIsNoPart) {
  EXPECT_THROW(AnswerDocumentOf({}, {}), Error);
  const ModelAnswer answer{"m", "{}", "{}", "", "r", ""};
  EXPECT_THROW(AnswerDocumentOf(std::vector{answer}, {}), Error);
}

}  // namespace
}  // namespace lengthwise
