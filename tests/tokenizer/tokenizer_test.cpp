#include "tokenizer/tokenizer.h"

#include <gtest/gtest.h>

#include <string>

#include "base/temporary_folder.h"
#include "tokenizer/small_tokenizer.h"

namespace lengthwise {
namespace {

using Ids = std::vector<std::int32_t>;

class TokenizerTest : public testing::Test {
 protected:
  std::string Tokens(std::string_view text) const { return lengthwise::Tokens(tokenizer_, text); }

  Tokenizer tokenizer_ = MakeTokenizer(SmallTokenizerJson());
};

TEST_F(TokenizerTest, SpellsWordsByTheLongestPieces) {
  EXPECT_EQ(Tokens("the unaffable cafe"), "the[0,3) un[4,6) ##aff[6,9) ##able[9,13) cafe[14,18)");
}

TEST_F(TokenizerTest, AWordThatCannotBeSpeltToItsEndIsOneUnknownToken) {
  EXPECT_EQ(Tokens("unable unaffix"), "un[0,2) ##able[2,6) [UNK][7,14)");
}

TEST_F(TokenizerTest, AWordOfMoreCharactersThanTheLimitIsOneUnknownToken) {
  EXPECT_EQ(Tokens("aaaaaaaaaaaa"),
            "a[0,1) ##a[1,2) ##a[2,3) ##a[3,4) ##a[4,5) ##a[5,6) ##a[6,7) ##a[7,8) ##a[8,9) "
            "##a[9,10) ##a[10,11) ##a[11,12)");
  EXPECT_EQ(Tokens("aaaaaaaaaaaaa a"), "[UNK][0,13) a[14,15)");
}

TEST_F(TokenizerTest, TheLimitCountsCharactersAfterAccentsAreGone) {
  std::string accented;
  for (int i = 0; i < 12; ++i) accented += "a\u0301\u0323";
  EXPECT_EQ(Tokens(accented).substr(0, 6), "a[0,1)");
  EXPECT_EQ(Tokens(accented + "a"), "[UNK][0,61)");
}

TEST_F(TokenizerTest, WhiteSpaceAroundWordsIsNoToken) {
  EXPECT_EQ(Tokens(""), "");
  EXPECT_EQ(Tokens(" \t\r\n\u00A0\u3000"), "");
  EXPECT_EQ(Tokens("  the\t\r\nthe\u2028the "), "the[2,5) the[8,11) the[14,17)");
}

TEST_F(TokenizerTest, PunctuationStandsAlone) {
  EXPECT_EQ(Tokens("the,the!!"), "the[0,3) ,[3,4) the[4,7) ![7,8) ![8,9)");
  EXPECT_EQ(Tokens("\u00BFthe\u3002"), "[UNK][0,2) the[2,5) [UNK][5,8)");
}

TEST_F(TokenizerTest, ControlsVanishWithinAWord) {
  EXPECT_EQ(Tokens(std::string("t\0h\x7F"
                               "e",
                               5)),
            "the[0,5)");
  EXPECT_EQ(Tokens("t\u200Bhe\u00AD"), "the[0,6)");
}

TEST_F(TokenizerTest, AccentsAreStrippedWhetherComposedOrNot) {
  // é is two bytes; a mark after its letter is not part of the token's text.
  EXPECT_EQ(Tokens("caf\u00E9 CAFE\u0301 caf\u1EC7"), "cafe[0,5) cafe[6,10) cafe[13,19)");
}

TEST_F(TokenizerTest, ChineseCharactersAreWords) {
  EXPECT_EQ(Tokens("中文the中"), "中[0,3) 文[3,6) the[6,9) 中[9,12)");
}

TEST_F(TokenizerTest, CapitalsAreLoweredOneByOne) {
  // The final sigma of a word of capitals does not become a final sigma.
  EXPECT_EQ(Tokens("THE \u03C3\u03B1\u03C2 \u03A3\u0391\u03A3"), "the[0,3) σας[4,10) [UNK][11,17)");
  EXPECT_EQ(Tokens("\u0130"), "i[0,2)");
}

TEST_F(TokenizerTest, InvalidBytesAreReadAsReplacementCharactersWhichVanish) {
  EXPECT_EQ(Tokens("t\xFFhe the\xE2\x80"), "the[0,4) the[5,8)");
  EXPECT_EQ(Tokens("\xED\xA0\x80 the"), "the[4,7)");
}

TEST_F(TokenizerTest, InvalidBytesThatAreKeptAreUnknownAndKeepTheirPlace) {
  Json json = SmallTokenizerJson();
  json["normalizer"]["clean_text"] = false;
  // One U+FFFD for the cut character of two bytes, one for each of the stray bytes.
  EXPECT_EQ(lengthwise::Tokens(MakeTokenizer(json), "the \xE2\x80 \xFF\xFF the"),
            "the[0,3) [UNK][4,6) [UNK][7,9) the[10,13)");
}

TEST_F(TokenizerTest, WithoutStrippingAccentsStay) {
  Json json = SmallTokenizerJson();
  json["normalizer"]["strip_accents"] = false;
  const Tokenizer tokenizer = MakeTokenizer(json);
  EXPECT_EQ(lengthwise::Tokens(tokenizer, "\u00D6 o\u0308 the"), "ö[0,2) [UNK][3,6) the[7,10)");
}

TEST_F(TokenizerTest, WithoutLoweringCapitalsAndAccentsStay) {
  Json json = SmallTokenizerJson();
  json["normalizer"]["lowercase"] = false;  // strip_accents, which is null, follows
  const Tokenizer tokenizer = MakeTokenizer(json);
  EXPECT_EQ(lengthwise::Tokens(tokenizer, "the THE \u00F6 \u00D6"),
            "the[0,3) [UNK][4,7) ö[8,10) [UNK][11,13)");
}

TEST_F(TokenizerTest, WithoutANormalizerTheTextIsTakenAsItIs) {
  Json json = SmallTokenizerJson();
  json["normalizer"] = nullptr;
  EXPECT_EQ(lengthwise::Tokens(MakeTokenizer(json), "the The 中文"), "the[0,3) [UNK][4,7) [UNK][8,14)");
}

TEST_F(TokenizerTest, EncodeIdsGivesTheSameIds) {
  for (const char* text : {"", "the unaffable [SEP] café!", "中文the \xFF", "aaaaaaaaaaaaa"}) {
    TokenSequence sequence;
    tokenizer_.Encode(text, &sequence);
    Ids ids = {99, 98};  // replaced, not added to
    tokenizer_.EncodeIds(text, &ids);
    EXPECT_EQ(ids, sequence.ids) << text;
    EXPECT_EQ(sequence.offsets.size(), sequence.ids.size()) << text;
  }
}

TEST_F(TokenizerTest, TruncationAndPaddingInTheFileAreIgnored) {
  Ids ids;
  tokenizer_.EncodeIds("the the the the the the", &ids);
  EXPECT_EQ(ids, (Ids{4, 4, 4, 4, 4, 4}));
}

TEST_F(TokenizerTest, PrefixAndSuffixComeFromTheTemplate) {
  EXPECT_EQ(Ids(tokenizer_.prefix().begin(), tokenizer_.prefix().end()), Ids{2});
  EXPECT_EQ(Ids(tokenizer_.suffix().begin(), tokenizer_.suffix().end()), Ids{3});
}

TEST_F(TokenizerTest, IdsHaveNames) {
  EXPECT_EQ(tokenizer_.vocabulary_size(), kSmallVocabulary.size());
  EXPECT_EQ(tokenizer_.token(7), "##able");
  ExpectError(ErrorOf([&] { tokenizer_.token(-1); }), "bad_input", "-1 is not the id of a token");
  ExpectError(ErrorOf([&] { tokenizer_.token(22); }), "bad_input",
              "22 is not the id of a token; the vocabulary has 22");
}

TEST_F(TokenizerTest, CanBeMoved) {
  Tokenizer other = std::move(tokenizer_);
  EXPECT_EQ(lengthwise::Tokens(other, "the"), "the[0,3)");
}

TEST_F(TokenizerTest, AMissingFileIsNamed) {
  const TemporaryFolder folder;
  ExpectError(ErrorOf([&] { Tokenizer{folder.path() / "tokenizer.json"}; }), "io",
              "tokenizer.json: No such file");
}

// A word of a megabyte, whatever it is made of, takes no longer than its length: each of these would run for
// minutes if any step were quadratic, and the test program with it.
TEST_F(TokenizerTest, WordsOfAMegabyteAreOneUnknownToken) {
  for (const std::string part :
       {"a", "\u00E9", "\u0416", "\u0323\u0301", "\U0001F600", "\u16FF", "a\u0301"}) {
    std::string word = "a";
    while (word.size() < 1000000) word += part;
    TokenSequence sequence;
    tokenizer_.Encode(word, &sequence);
    const bool marks_only = part == "\u0323\u0301";
    EXPECT_EQ(sequence.ids, Ids{marks_only ? 15 : 1});
    ASSERT_EQ(sequence.offsets.size(), 1U);
    EXPECT_EQ(sequence.offsets[0].begin, 0U);
    EXPECT_EQ(sequence.offsets[0].end, marks_only ? 1 : part == "a\u0301" ? word.size() - 2 : word.size());
  }
}

}  // namespace
}  // namespace lengthwise
