#include "tokenizer/added_tokens.h"

#include <gtest/gtest.h>

#include <string>

#include "base/temporary_folder.h"
#include "tokenizer/small_tokenizer.h"

namespace lengthwise {
namespace {

// The tokens of `text` where `added` are the added tokens.
std::string TokensWith(std::initializer_list<Json> added, std::string_view text) {
  Json json = SmallTokenizerJson();
  json["added_tokens"] = Json::array();
  for (const Json& token : added) json["added_tokens"].push_back(token);
  return Tokens(MakeTokenizer(json), text);
}

TEST(AddedTokensTest, AreFoundWithinWords) {
  EXPECT_EQ(TokensWith({AddedTokenJson("[SEP]", {"special"})}, "the[SEP]the"),
            "the[0,3) [SEP][3,8) the[8,11)");
  EXPECT_EQ(TokensWith({AddedTokenJson("[SEP]", {})}, "[SEP][SEP]"), "[SEP][0,5) [SEP][5,10)");
}

TEST(AddedTokensTest, OfAnotherSpellingAreNone) {
  EXPECT_EQ(TokensWith({AddedTokenJson("[SEP]", {"special"})}, "[sep] [SEP"),
            "[[0,1) [UNK][1,4) ][4,5) [[6,7) [UNK][7,10)");
}

TEST(AddedTokensTest, TheLongestAtTheLeftmostPlaceCounts) {
  const auto tokens = {AddedTokenJson("xy", {}), AddedTokenJson("xyz", {}), AddedTokenJson("yzzz", {})};
  EXPECT_EQ(TokensWith(tokens, "xyzzzxy"), "xyz[0,3) [UNK][3,5) xy[5,7)");
}

TEST(AddedTokensTest, ThatAreNewAreNumberedFromTheVocabularysEnd) {
  Json json = SmallTokenizerJson();
  json["added_tokens"] = {AddedTokenJson("new", {}), AddedTokenJson("the", {}),
                          AddedTokenJson("newer", {"special"})};
  const Tokenizer tokenizer = MakeTokenizer(json);
  EXPECT_EQ(tokenizer.vocabulary_size(), kSmallVocabulary.size() + 2);
  EXPECT_EQ(tokenizer.token(22), "new");
  EXPECT_EQ(tokenizer.token(23), "newer");
  EXPECT_EQ(Tokens(tokenizer, "newer new the"), "newer[0,5) new[6,9) the[10,13)");
}

TEST(AddedTokensTest, ThatAreNewDoNotBecomePiecesOfWords) {
  EXPECT_EQ(TokensWith({AddedTokenJson("xyz", {"single_word"})}, "xyz xyza"), "xyz[0,3) [UNK][4,8)");
}

TEST(AddedTokensTest, OfSingleWordsStandBesideNoLetterDigitMarkOrConnector) {
  const auto token = {AddedTokenJson("[X]", {"single_word"})};
  EXPECT_EQ(TokensWith(token, "[X],[X]"), "[X][0,3) ,[3,4) [X][4,7)");
  for (const std::string neighbour : {"a", "7", "_", "é", "中", "\u0301", "\u200D", "\u2160"}) {
    EXPECT_EQ(TokensWith(token, neighbour + "[X]").find("[X]["), std::string::npos) << neighbour;
    EXPECT_EQ(TokensWith(token, "[X]" + neighbour).find("[X]["), std::string::npos) << neighbour;
  }
  for (const std::string neighbour : {" ", "-", "\u3000", "\u20AC", "\U0001F600"}) {
    EXPECT_NE(TokensWith(token, neighbour + "[X]").find("[X]["), std::string::npos) << neighbour;
    EXPECT_NE(TokensWith(token, "[X]" + neighbour).find("[X]["), std::string::npos) << neighbour;
  }
}

TEST(AddedTokensTest, TakeTheSpaceThatTheyStrip) {
  EXPECT_EQ(TokensWith({AddedTokenJson("[X]", {"lstrip"})}, "the \t[X] the"), "the[0,3) [X][3,8) the[9,12)");
  EXPECT_EQ(TokensWith({AddedTokenJson("[X]", {"rstrip"})}, "the [X]\u3000\n"), "the[0,3) [X][4,11)");
  EXPECT_EQ(TokensWith({AddedTokenJson("[X]", {"lstrip", "rstrip"})}, " [X]  [X] "), "[X][0,6) [X][6,10)");
}

TEST(AddedTokensTest, LeaveTheSpaceOutOfTheirOffsetsUnderRobertaProcessing) {
  Json json = SmallTokenizerJson();
  json["added_tokens"] = {AddedTokenJson("<mask>", {"special", "lstrip", "rstrip"})};
  json["post_processor"] = {{"type", "RobertaProcessing"}, {"sep", {"[SEP]", 3}}, {"cls", {"[CLS]", 2}}};
  const Tokenizer tokenizer = MakeTokenizer(json);
  EXPECT_EQ(Tokens(tokenizer, "  <mask> the \u3000<mask> \t"), "<mask>[2,8) the[9,12) <mask>[16,22)");
  // A single space at the start of a text stays: the processor takes it for one that was put there.
  EXPECT_EQ(Tokens(tokenizer, " <mask> the"), "<mask>[0,7) the[8,11)");
  json["post_processor"]["add_prefix_space"] = false;
  EXPECT_EQ(Tokens(MakeTokenizer(json), " <mask> the"), "<mask>[1,7) the[8,11)");
}

TEST(AddedTokensTest, WithinSpaceThatAnotherTookVanish) {
  EXPECT_EQ(
      TokensWith({AddedTokenJson("[X]", {"rstrip"}), AddedTokenJson("\t", {"lstrip"})}, "[X]\t \tthe\t"),
      "[X][0,6) the[6,9) \t[9,10)");
}

TEST(AddedTokensTest, ThatAreNormalizedAreFoundInNormalizedText) {
  const auto tokens = {AddedTokenJson("Résumé", {"normalized"}), AddedTokenJson("[X]", {"special"})};
  EXPECT_EQ(TokensWith(tokens, "the RESUME\u0301 résumé[X]resumeable"),
            "the[0,3) Résumé[4,10) Résumé[13,21) [X][21,24) Résumé[24,30) [UNK][30,34)");
}

TEST(AddedTokensTest, ThatAreNormalizedTakeTheSpaceThatTheyStrip) {
  EXPECT_EQ(TokensWith({AddedTokenJson("X", {"normalized", "lstrip", "rstrip"})}, "the \t x\u00A0the"),
            "the[0,3) X[3,9) the[9,12)");
}

TEST(AddedTokensTest, OfEqualNormalizedTextTheSpecialOneCounts) {
  EXPECT_EQ(
      TokensWith({AddedTokenJson("Xx", {"normalized"}), AddedTokenJson("xX", {"normalized", "special"})},
                 "xx"),
      "xX[0,2)");
}

TEST(AddedTokensTest, ThatTheNormalizerEmptiesAreRefused) {
  ExpectError(ErrorOf([] { TokensWith({AddedTokenJson("\u0301", {"normalized"})}, "the"); }), "unsupported",
              "the normaliser leaves nothing of it");
}

TEST(AddedTokensTest, ManyOfThemAndMuchSpaceAreNotQuadratic) {
  Json json = SmallTokenizerJson();
  json["added_tokens"] = Json::array({AddedTokenJson(" ", {"rstrip"}), AddedTokenJson("  x", {"lstrip"})});
  for (int i = 0; i < 2000; ++i)
    json["added_tokens"].push_back(AddedTokenJson(fmt::format("<extra_{}>", i), {}));
  const Tokenizer tokenizer = MakeTokenizer(json);
  std::vector<std::int32_t> ids;
  tokenizer.EncodeIds(std::string(1000000, ' '), &ids);
  EXPECT_EQ(ids.size(), 1000000U);
  tokenizer.EncodeIds(std::string(1000000, '<'), &ids);
  EXPECT_EQ(ids.size(), 1000000U);
}

}  // namespace
}  // namespace lengthwise
