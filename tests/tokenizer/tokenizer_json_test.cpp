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
  EXPECT_EQ(ErrorAfter([](Json& json) { json["model"]["type"] = "Unigram"; }),
            "unsupported: t/tokenizer.json: the tokenizer's model is of type Unigram; supported: WordPiece");
  EXPECT_EQ(ErrorAfter([](Json& json) { json["pre_tokenizer"]["type"] = "Metaspace"; }),
            "unsupported: t/tokenizer.json: the tokenizer's pre_tokenizer is of type Metaspace; supported: "
            "BertPreTokenizer");
  EXPECT_EQ(ErrorAfter([](Json& json) { json["pre_tokenizer"] = nullptr; }),
            "unsupported: t/tokenizer.json: the tokenizer's pre_tokenizer is of type none; supported: "
            "BertPreTokenizer");
  ExpectError(ErrorAfter([](Json& json) { json["normalizer"]["type"] = "Sequence"; }), "unsupported",
              "normalizer is of type Sequence; supported: BertNormalizer, none");
  ExpectError(ErrorAfter([](Json& json) { json["post_processor"]["type"] = "ByteLevel"; }), "unsupported",
              "post_processor is of type ByteLevel; supported: TemplateProcessing, BertProcessing, "
              "RobertaProcessing, none");
}

TEST(TokenizerJsonTest, ByTheirVocabularyUnigramAndBpeAreToldToo) {
  ExpectError(ErrorAfter([](Json& json) {
                json["model"] = {
                    {"type", "Unigram"},
                    {"unk_id", 0},
                    {"vocab", Json::array({Json::array({"<unk>", 0.0}), Json::array({"a", -1.5})})}};
              }),
              "unsupported", "model is of type Unigram");
  ExpectError(ErrorAfter([](Json& json) {
                json["model"]["type"] = "BPE";
                json["model"]["merges"] = {"a b"};
              }),
              "unsupported", "model is of type BPE");
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
