#include "tokenizer/vocabulary.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "base/random.h"

namespace lengthwise {
namespace {

TEST(VocabularyTest, FindsTokensAndPiecesApart) {
  Vocabulary vocabulary;
  vocabulary.Add("a", 3);
  vocabulary.Add("##b", 5);
  vocabulary.Build("##");
  EXPECT_EQ(vocabulary.Find("a"), 3);
  EXPECT_EQ(vocabulary.Find("##b"), 5);
  EXPECT_EQ(vocabulary.Find("b"), Vocabulary::kMissing);
  EXPECT_EQ(vocabulary.FindContinuing("b"), 5);
  EXPECT_EQ(vocabulary.FindContinuing("a"), Vocabulary::kMissing);
  EXPECT_EQ(vocabulary.longest_token(), 3U);
  EXPECT_EQ(vocabulary.longest_continuing(), 1U);
}

TEST(VocabularyTest, WithAnEmptyPrefixEveryTokenContinues) {
  Vocabulary vocabulary;
  vocabulary.Add("a", 0);
  vocabulary.Build("");
  EXPECT_EQ(vocabulary.Find("a"), 0);
  EXPECT_EQ(vocabulary.FindContinuing("a"), 0);
}

TEST(VocabularyTest, GapsHaveNoName) {
  Vocabulary vocabulary;
  vocabulary.Add("a", 2);
  vocabulary.Build("##");
  EXPECT_EQ(vocabulary.size(), 3U);
  EXPECT_EQ(vocabulary.token_count(), 1U);
  EXPECT_EQ(vocabulary.token(0), "");
  EXPECT_EQ(vocabulary.token(2), "a");
}

TEST(VocabularyTest, ATokenGivenTwiceKeepsTheLaterId) {
  Vocabulary vocabulary;
  vocabulary.Add("a", 0);
  vocabulary.Add("b", 1);
  vocabulary.Add("a", 2);
  vocabulary.Build("##");
  EXPECT_EQ(vocabulary.Find("a"), 2);
  EXPECT_EQ(vocabulary.token_count(), 2U);
  EXPECT_EQ(vocabulary.token(0), "");
}

TEST(VocabularyTest, ANameDoesNotMakeATextFindable) {
  Vocabulary vocabulary;
  vocabulary.Add("a", 0);
  vocabulary.Build("##");
  vocabulary.Rename("[NEW]", 1);
  EXPECT_EQ(vocabulary.token(1), "[NEW]");
  EXPECT_EQ(vocabulary.Find("[NEW]"), Vocabulary::kMissing);
}

TEST(VocabularyTest, AnEmptyVocabularyHoldsNothing) {
  Vocabulary vocabulary;
  EXPECT_EQ(vocabulary.Find("a"), Vocabulary::kMissing);
  vocabulary.Build("##");
  EXPECT_EQ(vocabulary.Find(""), Vocabulary::kMissing);
  EXPECT_EQ(vocabulary.FindContinuing("a"), Vocabulary::kMissing);
  EXPECT_EQ(vocabulary.size(), 0U);
}

// Strings of two letters up to 40 long share long beginnings and ends, and every length takes its own way
// through the hash. std::map is the oracle.
TEST(VocabularyTest, AgreesWithAMapOnManyStrings) {
  Random random(1);
  const auto draw = [&] {
    std::string text(random.Below(41), 'a');
    for (char& letter : text) letter = random.Below(2) == 0 ? 'a' : 'b';
    if (random.Below(4) == 0) text.insert(0, "##");
    return text;
  };
  Vocabulary vocabulary;
  std::map<std::string, std::int32_t> expected;
  for (std::int32_t id = 0; id < 20000; ++id) {
    const std::string text = draw();
    vocabulary.Add(text, id);
    expected[text] = id;
  }
  vocabulary.Build("##");
  const auto lookup = [&](const std::string& text) {
    const auto found = expected.find(text);
    return found == expected.end() ? Vocabulary::kMissing : found->second;
  };
  for (const auto& [text, id] : expected) ASSERT_EQ(vocabulary.Find(text), id) << text;
  for (int i = 0; i < 50000; ++i) {
    const std::string text = draw();
    ASSERT_EQ(vocabulary.Find(text), lookup(text)) << text;
    ASSERT_EQ(vocabulary.FindContinuing(text), lookup("##" + text)) << text;
  }
  EXPECT_EQ(vocabulary.token_count(), expected.size());
}

}  // namespace
}  // namespace lengthwise
