#include "search/bm25.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace lengthwise {
namespace {

using Words = std::vector<std::string>;

TEST(Bm25Words, AreRunsOfWordCharactersInLowerCase) {
  EXPECT_EQ(Bm25Words("The cat's 2nd  ride, on x_y!"),
            (Words{"the", "cat", "s", "2nd", "ride", "on", "x_y"}));
  EXPECT_EQ(Bm25Words("Ärger\u2014ÉTÉ"), (Words{"ärger", "été"}));
  EXPECT_EQ(Bm25Words(" ... "), Words{});
}

TEST(Bm25Words, OfScriptsWithoutSpacesAreThoseOfADictionary) {
  EXPECT_EQ(Bm25Words("ภาษาไทย"), (Words{"ภาษา", "ไทย"}));
  EXPECT_EQ(Bm25Words("我喜欢学习。"), (Words{"我", "喜欢", "学习"}));
  EXPECT_EQ(Bm25Words("私は学生です"), (Words{"私", "は", "学生", "です"}));
  EXPECT_EQ(Bm25Words("ខ្ញុំទៅផ្សារ"), (Words{"ខ្ញុំ", "ទៅ", "ផ្សារ"}));
  EXPECT_EQ(Bm25Words("コンピューターを使う"), (Words{"コンピューター", "を", "使う"}));
}

TEST(Bm25Words, OfOtherScriptsBesideThemStayWhatTheyAre) {
  EXPECT_EQ(Bm25Words("GPU学生です Café2"), (Words{"gpu", "学生", "です", "café2"}));
  // Korean has spaces.
  EXPECT_EQ(Bm25Words("한국어 문장입니다"), (Words{"한국어", "문장입니다"}));
  // A dakuten of its own goes with its letter, a middle dot parts.
  EXPECT_EQ(Bm25Words("カ\u3099・学生"), (Words{"カ\u3099", "学生"}));
}

TEST(Bm25Words, AreStemmedAsEnglishWhereAskedFor) {
  EXPECT_EQ(Bm25Words("Running runs, Ärgers; 2nd fairly 学生", true),
            (Words{"run", "run", "ärgers", "2nd", "fair", "学生"}));
  EXPECT_EQ(Bm25Words("Running runs"), (Words{"running", "runs"}));
}

// The formula of the header, document by document, words split at spaces.
double PlainScore(const std::vector<std::string>& texts, std::size_t document, const std::string& query) {
  const auto split = [](const std::string& text) {
    Words words;
    std::string word;
    for (const char c : text + " ") {
      if (c != ' ') {
        word += c;
      } else if (!word.empty()) {
        words.push_back(word);
        word.clear();
      }
    }
    return words;
  };
  double mean = 0;
  for (const std::string& text : texts)
    mean += static_cast<double>(split(text).size()) / static_cast<double>(texts.size());
  const Words own = split(texts[document]);
  double score = 0;
  for (const std::string& word : split(query)) {
    double holding = 0;
    for (const std::string& text : texts) {
      const Words words = split(text);
      holding += std::count(words.begin(), words.end(), word) > 0 ? 1 : 0;
    }
    const auto frequency = static_cast<double>(std::count(own.begin(), own.end(), word));
    const double idf = std::log(1 + (static_cast<double>(texts.size()) - holding + 0.5) / (holding + 0.5));
    score += idf * frequency / (frequency + 1.2 * (0.25 + 0.75 * static_cast<double>(own.size()) / mean));
  }
  return score;
}

TEST(Bm25Index, ScoresByTheFormulaAndRetrievesDocumentsThatShareAWord) {
  const std::vector<std::string> texts = {"a cat sat on a mat", "a dog",
                                          "the cat and the other cat met a dog on a road",
                                          "nothing here at all", "dog dog dog cat"};
  const std::vector<std::string> ids = {"p", "q", "r", "s", "t"};
  const Bm25Index index(texts);
  for (const std::string& query : Words{"cat", "a cat cat", "dog road unknown", "nothing at dog"}) {
    const Ranking ranking = index.Search(query, TieOrder(ids), 10);
    std::size_t sharing = 0;
    for (std::size_t d = 0; d < texts.size(); ++d) sharing += PlainScore(texts, d, query) > 0 ? 1 : 0;
    ASSERT_EQ(ranking.size(), sharing) << query;
    for (std::size_t i = 0; i < ranking.size(); ++i) {
      // Weights are kept as float32.
      EXPECT_NEAR(ranking[i].score, PlainScore(texts, ranking[i].document, query), 1e-6) << query;
      if (i > 0) {
        EXPECT_GE(ranking[i - 1].score, ranking[i].score);
      }
    }
  }
  EXPECT_TRUE(index.Search("unheard of words", TieOrder(ids), 10).empty());
}

TEST(Bm25Index, GivesEveryDocumentTheScoreOfItsRankingAndOthersNothing) {
  const std::vector<std::string> texts = {"a cat sat on a mat", "a dog", "the cats", "nothing here"};
  const std::vector<std::string> ids = {"p", "q", "r", "s"};
  const Bm25Index index(texts);
  const std::vector<double> scores = index.Scores("cat a cat");
  ASSERT_EQ(scores.size(), texts.size());
  EXPECT_EQ(scores[2], 0);
  EXPECT_EQ(scores[3], 0);
  for (const Hit& hit : index.Search("cat a cat", TieOrder(ids), 9)) {
    EXPECT_EQ(hit.score, static_cast<float>(scores[hit.document]));
  }
  const Bm25Index stemmed(texts, {.english_stems = true});
  EXPECT_GT(stemmed.Scores("cat")[2], 0);
}

TEST(Bm25Index, PutsEqualScoresByDescendingId) {
  const std::vector<std::string> texts = {"one fish", "one fish", "red fish"};
  const std::vector<std::string> ids = {"10", "9", "11"};
  const Ranking ranking = Bm25Index(texts).Search("fish", TieOrder(ids), 2);
  ASSERT_EQ(ranking.size(), 2U);
  EXPECT_EQ(ids[ranking[0].document], "9");
  EXPECT_EQ(ids[ranking[1].document], "11");
}

}  // namespace
}  // namespace lengthwise
