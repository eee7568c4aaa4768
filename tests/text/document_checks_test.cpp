#include "text/document_checks.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace lengthwise {
namespace {

using Counts = std::map<std::string, std::size_t>;

Counts CountsOf(const DocumentChecks& checks) {
  Counts counts;
  for (const InputWarning& warning : checks.Warnings()) counts[warning.kind] = warning.count;
  return counts;
}

// Of texts that are numbered from 1.
Counts Check(const std::vector<std::string>& texts) {
  DocumentChecks checks;
  for (std::size_t i = 0; i < texts.size(); ++i) checks.Add(std::to_string(i + 1), "", texts[i]);
  return CountsOf(checks);
}

TEST(DocumentChecksTest, OrdinaryTextsGiveNoWarning) {
  EXPECT_EQ(
      Check({"a text", "another, with a < b and c > d", "<stdio.h> and <vector>", "\xE4\xB8\x80 in Chinese"}),
      Counts{});
}

TEST(DocumentChecksTest, BlankTextsAreCountedWithTheFirst) {
  DocumentChecks checks;
  for (const char* text : {"x", "", " \t\n", "y"}) checks.Add(std::string("id of ") + text, "", text);
  ASSERT_EQ(checks.Warnings().size(), 1U);
  EXPECT_EQ(checks.Warnings()[0].kind, "blank_texts");
  EXPECT_EQ(checks.Warnings()[0].count, 2U);
  EXPECT_NE(checks.Warnings()[0].message.find("2 of 4 texts are blank"), std::string::npos);
  EXPECT_NE(checks.Warnings()[0].message.find("(first: id of )"), std::string::npos);
  DocumentChecks titled;
  titled.Add("1", "a title", "");
  EXPECT_EQ(CountsOf(titled), Counts{});
}

TEST(DocumentChecksTest, RepetitionsMatterFromOneInAHundredOn) {
  EXPECT_EQ(Check({"x", "y", "x", "x"}), (Counts{{"repeated_texts", 2}}));
  std::vector<std::string> texts;
  for (int i = 0; i < 200; ++i) texts.push_back("text " + std::to_string(i));
  texts.push_back("text 0");
  EXPECT_EQ(Check(texts), Counts{});
  texts.push_back("text 0");
  texts.push_back("text 0");
  EXPECT_EQ(Check(texts), (Counts{{"repeated_texts", 3}}));
  DocumentChecks titled;
  titled.Add("1", "one", "x");
  titled.Add("2", "two", "x");
  EXPECT_EQ(CountsOf(titled), Counts{});
}

TEST(DocumentChecksTest, AWordIsLongBeyondAThousandCharacters) {
  const std::string thousand(1000, 'x');
  EXPECT_EQ(Check({thousand + " " + thousand, thousand + "," + thousand}), Counts{});
  EXPECT_EQ(Check({"a " + thousand + "x b"}), (Counts{{"long_words", 1}}));
  std::string kana;  // which no tokenizer of BERT's kind splits
  std::string chinese;
  for (int i = 0; i < 1001; ++i) {
    kana += "\xE3\x81\x82";
    chinese += "\xE4\xB8\x80";
  }
  EXPECT_EQ(Check({kana}), (Counts{{"long_words", 1}}));
  EXPECT_EQ(Check({chinese}), Counts{});
}

TEST(DocumentChecksTest, CharactersThatAreNoTextAreCounted) {
  EXPECT_EQ(Check({std::string("a\0b", 3), "na\xEF\xBF\xBDve", "x"}),
            (Counts{{"nul_characters", 1}, {"replacement_characters", 1}}));
}

TEST(DocumentChecksTest, MarkupNeedsTagsOfHtml) {
  EXPECT_EQ(Check({"<p>one</p>", "one<br/>two<BR>three", "<a href=\"x\">y</a>"}), (Counts{{"markup", 3}}));
  EXPECT_EQ(Check({"one <p> alone", "x <y> z <w>", "<plan> and <power>"}), Counts{});
  // Tags that are few for the length are spoken of, rather than used.
  EXPECT_EQ(
      Check({"<p> ends with </p>" + std::string(100, ' ') + std::string(200, '.') + std::string(200, ' ')}),
      Counts{});
}

TEST(KeptHashesTest, AreFoundAgainUpToTheirNumber) {
  KeptHashes hashes(1000);
  for (std::uint64_t hash = 0; hash < 2000; ++hash) EXPECT_FALSE(hashes.Meet(hash * 16)) << hash;
  std::size_t met = 0;
  for (std::uint64_t hash = 0; hash < 2000; ++hash) met += hashes.Meet(hash * 16) ? 1 : 0;
  EXPECT_EQ(met, 1000U);
  EXPECT_TRUE(hashes.Meet(16 * 999));
  EXPECT_FALSE(hashes.Meet(16 * 1000));
}

TEST(UnknownTokensTest, MoreThanOneInTwentyIsWarnedOf) {
  UnknownTokens few;
  few.Add("all known", std::vector<std::int32_t>(19, 5), 1);
  few.Add("unknown", std::vector<std::int32_t>(1, 1), 1);
  EXPECT_FALSE(few.Warning().has_value());
  few.Add("\xD0\xBF\xD1\x80\xD0\xB8\xD0\xB2\xD0\xB5\xD1\x82", std::vector<std::int32_t>(1, 1), 1);
  ASSERT_TRUE(few.Warning().has_value());
  EXPECT_EQ(few.Warning()->count, 2U);
  EXPECT_NE(few.Warning()->message.find("2 of 21 tokens (10 %)"), std::string::npos);
  EXPECT_NE(few.Warning()->message.find("begins \"unknown\""), std::string::npos);
  EXPECT_FALSE(UnknownTokens().Warning().has_value());
}

}  // namespace
}  // namespace lengthwise
