#include "tokenizer/tokenizer_json.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "base/temporary_folder.h"
#include "tokenizer/small_tokenizer.h"

namespace lengthwise {
namespace {

using Ids = std::vector<std::int32_t>;

TokenizerSpec Parse(const Json& json) {
  return ParseTokenizerJson(json.dump(), "t/tokenizer.json");
}

// The error for the small tokenizer after `change`.
std::string ErrorAfter(const std::function<void(Json&)>& change) {
  Json json = SmallTokenizerJson();
  change(json);
  return ErrorOf([&] { Parse(json); });
}

TEST(TokenizerJsonTest, ReadsWhatTheFileSays) {
  const TokenizerSpec spec = Parse(SmallTokenizerJson());
  EXPECT_EQ(spec.vocabulary.size(), kSmallVocabulary.size());
  EXPECT_EQ(spec.vocabulary.Find("##able"), 7);
  EXPECT_EQ(spec.vocabulary.FindContinuing("able"), 7);
  EXPECT_EQ(spec.unknown_id, 1);
  EXPECT_EQ(spec.max_word_characters, 12U);
  EXPECT_TRUE(spec.normalizer.clean_text && spec.normalizer.handle_chinese_chars &&
              spec.normalizer.lowercase);
  ASSERT_EQ(spec.added_tokens.size(), 2U);
  EXPECT_EQ(spec.added_tokens[1].content, "[SEP]");
  EXPECT_EQ(spec.added_tokens[1].id, 3);
  EXPECT_TRUE(spec.added_tokens[1].special);
}

TEST(TokenizerJsonTest, StripAccentsFollowsLowercaseWhereItIsNull) {
  Json json = SmallTokenizerJson();
  EXPECT_TRUE(Parse(json).normalizer.strip_accents);
  json["normalizer"]["lowercase"] = false;
  EXPECT_FALSE(Parse(json).normalizer.strip_accents);
  json["normalizer"]["strip_accents"] = true;
  EXPECT_TRUE(Parse(json).normalizer.strip_accents);
}

TEST(TokenizerJsonTest, EarlyFilesDoNotSayThatTheModelIsWordPiece) {
  Json json = SmallTokenizerJson();
  json["model"].erase("type");
  EXPECT_EQ(Parse(json).vocabulary.Find("the"), 4);
}

TEST(TokenizerJsonTest, TheOrderOfMembersDoesNotMatter) {
  // SmallTokenizerJson writes them by name; here the vocabulary comes first and the model last.
  const std::string text =
      R"({"added_tokens": [{"id": 0, "content": "x", "special": true}], "pre_tokenizer": {"type": "BertPreTokenizer"},
          "model": {"vocab": {"x": 1, "[UNK]": 0}, "type": "WordPiece"}})";
  const TokenizerSpec spec = ParseTokenizerJson(text, "t");
  EXPECT_EQ(spec.vocabulary.Find("x"), 1);
  EXPECT_EQ(spec.added_tokens[0].id, 1);
  EXPECT_EQ(spec.max_word_characters, 100U);
}

TEST(TokenizerJsonTest, BertProcessingNamesItsTwoTokens) {
  Json json = SmallTokenizerJson();
  json["post_processor"] = {{"type", "BertProcessing"}, {"sep", {"[SEP]", 3}}, {"cls", {"[CLS]", 2}}};
  const TokenizerSpec spec = Parse(json);
  EXPECT_EQ(spec.prefix, Ids{2});
  EXPECT_EQ(spec.suffix, Ids{3});
}

TEST(TokenizerJsonTest, RobertaProcessingAlsoTrimsOffsets) {
  Json json = SmallTokenizerJson();
  json["post_processor"] = {{"type", "RobertaProcessing"}, {"sep", {"[SEP]", 3}}, {"cls", {"[CLS]", 2}}};
  EXPECT_EQ(Parse(json).prefix, Ids{2});
  EXPECT_EQ(Parse(json).suffix, Ids{3});
  EXPECT_TRUE(Parse(json).trim_offsets && Parse(json).keep_first_space);
  json["post_processor"]["trim_offsets"] = false;
  EXPECT_FALSE(Parse(json).trim_offsets);
}

TEST(TokenizerJsonTest, WithoutAPostProcessorNothingGoesAroundTheText) {
  Json json = SmallTokenizerJson();
  json["post_processor"] = nullptr;
  EXPECT_TRUE(Parse(json).prefix.empty() && Parse(json).suffix.empty());
}

TEST(TokenizerJsonTest, ASpecialTokenOfATemplateMayBeSeveralIds) {
  Json json = SmallTokenizerJson();
  json["post_processor"]["special_tokens"]["[CLS]"]["ids"] = {2, 0, 4};
  EXPECT_EQ(Parse(json).prefix, (Ids{2, 0, 4}));
}

TEST(TokenizerJsonTest, OtherKindsAreNamedWithTheSupportedOnes) {
  EXPECT_EQ(
      ErrorAfter([](Json& json) { json["model"]["type"] = "WordLevel"; }),
      "unsupported: t/tokenizer.json: the tokenizer's model is of type WordLevel; supported: WordPiece, "
      "Unigram, BPE");
  EXPECT_EQ(ErrorAfter([](Json& json) { json["pre_tokenizer"]["type"] = "Metaspace"; }),
            "unsupported: t/tokenizer.json: the tokenizer's pre_tokenizer is of type Metaspace; supported: "
            "BertPreTokenizer");
  EXPECT_EQ(ErrorAfter([](Json& json) { json["pre_tokenizer"] = nullptr; }),
            "unsupported: t/tokenizer.json: the tokenizer's pre_tokenizer is of type none; supported: "
            "BertPreTokenizer");
  ExpectError(ErrorAfter([](Json& json) { json["normalizer"]["type"] = "Sequence"; }), "unsupported",
              "normalizer is of type Sequence; supported: BertNormalizer, none");
  ExpectError(ErrorAfter([](Json& json) { json["post_processor"]["type"] = "Other"; }), "unsupported",
              "post_processor is of type Other; supported: TemplateProcessing, BertProcessing, "
              "RobertaProcessing, ByteLevel, Sequence, none");
}

Json SmallBpeJson() {
  return Json::parse(R"({
    "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false},
    "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "c": 2, "ab": 3, "bc": 4, "abc": 5, "\u0120": 6, "\u0120a": 7},
              "merges": ["b c", "a b", ["a", "bc"], ["\u0120", "a"]]}})");
}

TEST(TokenizerJsonTest, TheEarliestLearnedOfNeighbouringPairsIsMergedFirst) {
  const Tokenizer tokenizer = Tokenizer::FromJson(SmallBpeJson().dump(), "t");
  EXPECT_EQ(Tokens(tokenizer, "abc"), "abc[0,3)");
  EXPECT_EQ(Tokens(tokenizer, "abab"), "ab[0,2) ab[2,4)");
  EXPECT_EQ(Tokens(tokenizer, "b ab"), "b[0,1) \u0120[1,2) ab[2,4)");
  // What no token spells, and no unknown token stands for, is left out; its neighbours meet.
  EXPECT_EQ(Tokens(tokenizer, "axb"), "ab[0,3)");
}

TEST(TokenizerJsonTest, BpeIsToldByItsMergesWhereNoTypeIsGiven) {
  Json json = SmallBpeJson();
  json["model"].erase("type");
  EXPECT_EQ(Tokens(Tokenizer::FromJson(json.dump(), "t"), "abc"), "abc[0,3)");
}

TEST(TokenizerJsonTest, ABpeThatIsDamagedOrOtherwiseMadeIsRefused) {
  const auto refusal = [](const char* member, const Json& value) {
    Json json = SmallBpeJson();
    json["model"][member] = value;
    return ErrorOf([&] { Tokenizer::FromJson(json.dump(), "t"); });
  };
  ExpectError(refusal("merges", {"b c", "c a"}), "bad_checkpoint", "entry 1 is of \"c\" and \"a\"");
  ExpectError(refusal("dropout", 0.1), "unsupported", "\"dropout\"");
  ExpectError(refusal("continuing_subword_prefix", "##"), "unsupported", "continuing_subword_prefix");
  ExpectError(refusal("unk_token", "<unk>"), "bad_checkpoint", "<unk>");
}

Json SmallUnigramJson() {
  return Json::parse(R"({
    "added_tokens": [{"content": "<unk>", "special": true}, {"content": "<new>"}],
    "normalizer": {"type": "Sequence", "normalizers": [
      {"type": "Nmt"}, {"type": "NFKC"}, {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}]},
    "pre_tokenizer": {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always"},
    "model": {"type": "Unigram", "unk_id": 0, "byte_fallback": false,
              "vocab": [["<unk>", 0.0], ["\u2581", -2], ["a", -2.5], ["b", -3.0], ["ab", -4.5], ["\u2581a", -9.0]]}})");
}

TEST(TokenizerJsonTest, TheLikeliestPathOfPiecesIsTaken) {
  const Tokenizer tokenizer = Tokenizer::FromJson(SmallUnigramJson().dump(), "t");
  // "\u2581" and "ab": -6.5; "\u2581", "a", "b": -7.5; "\u2581a" and "b": -12. Unknown neighbours are one
  // token.
  EXPECT_EQ(Tokens(tokenizer, "ab"), "\u2581[0,1) ab[0,2)");
  EXPECT_EQ(Tokens(tokenizer, "  xyab "), "\u2581[1,2) <unk>[2,4) ab[4,6) \u2581[6,7)");
  EXPECT_EQ(Tokens(tokenizer, "\uFF42<new>"), "\u2581[0,3) b[0,3) <new>[3,8)");
  EXPECT_EQ(tokenizer.unknown_id(), 0);
  EXPECT_EQ(tokenizer.vocabulary_size(), 7U);
  EXPECT_FALSE(tokenizer.normalization().has_value());
}

TEST(TokenizerJsonTest, WhatIsUnknownBecomesBytesWhereTheVocabularyHasThemAll) {
  Json json = SmallUnigramJson();
  json["model"]["byte_fallback"] = true;
  json["model"]["vocab"].push_back({"<0x78>", -20.0});
  const Tokenizer tokenizer = Tokenizer::FromJson(json.dump(), "t");
  EXPECT_EQ(Tokens(tokenizer, "xx"), "\u2581[0,1) <0x78>[0,2) <0x78>[0,2)");
  EXPECT_EQ(Tokens(tokenizer, "xy"), "\u2581[0,1) <unk>[0,2)");
}

TEST(TokenizerJsonTest, AUnigramWithoutAnUnknownTokenSaysWhatItCannotSpell) {
  Json json = SmallUnigramJson();
  json["model"]["unk_id"] = nullptr;
  const Tokenizer tokenizer = Tokenizer::FromJson(json.dump(), "t");
  EXPECT_EQ(tokenizer.unknown_id(), -1);
  ExpectError(ErrorOf([&] { Tokens(tokenizer, "az"); }), "unsupported", "has no token for \"z\"");
}

TEST(TokenizerJsonTest, DamageToAUnigramIsNamedWithItsPlace) {
  const auto replaced = [](const char* path, const Json& value) {
    Json json = SmallUnigramJson();
    json[Json::json_pointer(path)] = value;
    return ErrorOf([&] { Parse(json); });
  };
  const std::string bad = "bad_checkpoint";
  ExpectError(replaced("/model/unk_id", 6), bad, "\"unk_id\" is 6, not one of 6 pieces");
  ExpectError(replaced("/model/vocab", Json::array()), bad, "\"vocab\" is not a list of pieces and scores");
  ExpectError(replaced("/model/vocab", Json::array({"a"})), bad, "entry 0 is not [piece, score]");
  ExpectError(replaced("/model/vocab/1", "a"), bad, "entry 1 is not [piece, score]");
  ExpectError(replaced("/model/vocab/1", Json::array({"a", "b"})), bad, "entry 1 is not [piece, score]");
  ExpectError(replaced("/model/vocab/1", Json::array({"a", 1, 2})), bad, "entry 1 is not [piece, score]");
  ExpectError(replaced("/model/vocab/1", Json::array({"a", Json::array({1})})), bad,
              "entry 1 is not [piece, score]");
  ExpectError(replaced("/normalizer/normalizers/0/type", "Reverse"), "unsupported",
              "normalizer is of type Reverse; supported: Sequence, ");
  ExpectError(replaced("/normalizer/normalizers", 1), bad, "\"normalizers\" is missing or not an array");
  ExpectError(replaced("/normalizer/normalizers/2/pattern", {{"Regex", "[ab]"}}), "unsupported",
              "Replace of {\"Regex\":\"[ab]\"} is not supported");
  ExpectError(replaced("/normalizer/normalizers/2/pattern", 1), bad, "Replace has no \"pattern\"");
  ExpectError(replaced("/normalizer/normalizers/0", {{"type", "Precompiled"}, {"precompiled_charsmap", "?"}}),
              bad, "precompiled_charsmap is not base64");
  ExpectError(
      replaced("/normalizer/normalizers/0", {{"type", "Precompiled"}, {"precompiled_charsmap", "AAAA"}}), bad,
      "precompiled_charsmap is damaged");
  ExpectError(replaced("/pre_tokenizer/type", "UnicodeScripts"), "unsupported",
              "pre_tokenizer is of type UnicodeScripts; supported: Sequence, ");
  const auto split = [&](const nlohmann::json& pattern, const char* behavior) {
    return replaced("/pre_tokenizer", {{"type", "Split"}, {"pattern", pattern}, {"behavior", behavior}});
  };
  ExpectError(split({{"Regex", "(a"}}, "Isolated"), "unsupported",
              "the regular expression (a is not read: U_REGEX_MISMATCHED_PAREN");
  ExpectError(split({{"Regex", "a"}}, "Scattered"), "unsupported", "\"Scattered\" is not supported");
  ExpectError(split(1, "Isolated"), bad, "Split has no \"pattern\"");
  ExpectError(replaced("/pre_tokenizer/replacement", "__"), bad,
              "\"replacement\" is \"__\", not one character");
  ExpectError(replaced("/pre_tokenizer/prepend_scheme", "last"), bad, "\"prepend_scheme\" is \"last\"");
}

TEST(TokenizerJsonTest, DamageIsNamedWithItsPlace) {
  const auto erased = [](const char* path) {
    return ErrorAfter([&](Json& json) { json = json.patch({{{"op", "remove"}, {"path", path}}}); });
  };
  const auto replaced = [](const char* path, const Json& value) {
    return ErrorAfter([&](Json& json) { json[Json::json_pointer(path)] = value; });
  };
  const std::string bad = "bad_checkpoint";
  ExpectError(erased("/model"), bad, "t/tokenizer.json: \"model\" is missing");
  ExpectError(erased("/model/vocab"), bad, "model: \"vocab\" is missing");
  ExpectError(replaced("/model/vocab/the", "x"), bad, "the id of \"the\" is \"x\", not a number >= 0");
  ExpectError(replaced("/model/vocab/the", -1), bad, "the id of \"the\" is -1, not a number >= 0");
  ExpectError(replaced("/model/vocab/the", 1.5), bad, "the id of \"the\" is 1.5, not a number >= 0");
  ExpectError(replaced("/model/vocab/the", 4000000000), bad,
              "the id of \"the\" is 4000000000, beyond 16777215");
  ExpectError(replaced("/model/vocab/the", {{"id", 3}}), bad, "the id of \"the\" is not a number");
  ExpectError(replaced("/model/vocab/the", {3}), bad, "the id of \"the\" is not a number");
  ExpectError(replaced("/model/unk_token", "<unk>"), bad,
              "the unknown token \"<unk>\" is not in the vocabulary");
  ExpectError(replaced("/model/max_input_chars_per_word", 0), bad, "\"max_input_chars_per_word\" is 0");
  ExpectError(replaced("/normalizer/lowercase", 1), bad, "normalizer: \"lowercase\" has the wrong type: 1");
  ExpectError(replaced("/normalizer", 7), bad, "\"normalizer\" is not an object");
  ExpectError(erased("/pre_tokenizer/type"), bad, "pre_tokenizer: \"type\" is missing");
  ExpectError(replaced("/added_tokens", 7), bad, "added_tokens: not an array");
  ExpectError(replaced("/added_tokens/0", 7), bad, "added_tokens: holds something that is not an object");
  ExpectError(erased("/added_tokens/0/content"), bad, "added_tokens: \"content\" is missing");
  ExpectError(replaced("/added_tokens/0/content", "[SEP]"), bad, "added_tokens: \"[SEP]\" is given twice");
  ExpectError(erased("/post_processor/single"), bad, "post_processor: \"single\" is missing");
  ExpectError(erased("/post_processor/single/1"), bad, "\"single\" leaves out the text");
  ExpectError(replaced("/post_processor/single/0", 7), bad, "holds 7, neither SpecialToken nor Sequence");
  ExpectError(erased("/post_processor/special_tokens"), bad, "special_tokens has no ids for \"[CLS]\"");
  ExpectError(replaced("/post_processor/special_tokens/[SEP]/ids/0", 22), bad, "22 is not the id of a token");
  ExpectError(replaced("/post_processor/special_tokens/[SEP]/ids/0", -3), bad, "-3 is not the id of a token");
}

TEST(TokenizerJsonTest, ATemplateThatRepeatsTheTextIsRefused) {
  ExpectError(ErrorAfter([](Json& json) {
                json["post_processor"]["single"].push_back({{"Sequence", {{"id", "A"}}}});
              }),
              "unsupported", "\"single\" repeats the text");
}

TEST(TokenizerJsonTest, NumbersAndNestingBeyondReasonAreRefused) {
  ExpectError(ErrorOf([] { ParseTokenizerJson("{\"truncation\": 1e999}", "t"); }), "bad_checkpoint",
              "t: JSON that cannot be held: a number is too large");
  const std::string deep = std::string(300000, '[') + std::string(300000, ']');
  ExpectError(ErrorOf([&] { ParseTokenizerJson("{\"normalizer\": " + deep + "}", "t"); }), "bad_checkpoint",
              "t: nested more than 64 deep");
}

TEST(TokenizerJsonTest, WhatIsCutIsSaidToBe) {
  const std::string whole = SmallTokenizerJson().dump();
  for (const std::size_t size : {std::size_t{1}, whole.size() / 2, whole.size() - 1}) {
    ExpectError(ErrorOf([&] { ParseTokenizerJson(whole.substr(0, size), "t/tokenizer.json"); }),
                "bad_checkpoint",
                "t/tokenizer.json: not valid JSON: it ends after " + std::to_string(size) + " bytes");
  }
  ExpectError(ErrorOf([] { ParseTokenizerJson("[1]", "t"); }), "bad_checkpoint", "t: expected a JSON object");
}

}  // namespace
}  // namespace lengthwise
