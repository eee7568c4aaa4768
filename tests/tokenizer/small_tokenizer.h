// A tokenizer of a few dozen tokens, written by hand.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "tokenizer/tokenizer.h"

namespace lengthwise {

// Ids in the order of this list. "unable" is spelt un ##able, "cafe" is a token of its own.
inline const std::vector<std::string> kSmallVocabulary = {
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "un",  "##aff", "##able", "cafe", "中",  "文",
    ",",     "!",     "[",     "]",     "a",   "##a", "##b",   "i",      "σας",  "##σ", "ö"};

inline Json SmallTokenizerJson() {
  Json vocabulary = Json::object();
  for (std::size_t id = 0; id < kSmallVocabulary.size(); ++id) vocabulary[kSmallVocabulary[id]] = id;
  return Json::parse(R"({
    "version": "1.0",
    "truncation": {"max_length": 4, "strategy": "LongestFirst", "stride": 0},
    "padding": {"strategy": {"Fixed": 8}, "pad_id": 0},
    "added_tokens": [
      {"id": 2, "content": "[CLS]", "special": true, "normalized": false},
      {"id": 3, "content": "[SEP]", "special": true, "normalized": false}],
    "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
                   "strip_accents": null, "lowercase": true},
    "pre_tokenizer": {"type": "BertPreTokenizer"},
    "post_processor": {
      "type": "TemplateProcessing",
      "single": [{"SpecialToken": {"id": "[CLS]"}}, {"Sequence": {"id": "A"}}, {"SpecialToken": {"id": "[SEP]"}}],
      "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2]}, "[SEP]": {"id": "[SEP]", "ids": [3]}}},
    "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
              "max_input_chars_per_word": 12}})")
      .patch(Json::array({{{"op", "add"}, {"path", "/model/vocab"}, {"value", vocabulary}}}));
}

// An added token, with what is not said left false.
inline Json AddedTokenJson(const std::string& content, std::initializer_list<const char*> flags) {
  Json token = {{"id", 0},         {"content", content}, {"special", false},   {"single_word", false},
                {"lstrip", false}, {"rstrip", false},    {"normalized", false}};
  for (const char* flag : flags) token[flag] = true;
  return token;
}

inline Tokenizer MakeTokenizer(const Json& json) {
  return Tokenizer::FromJson(json.dump(), "tokenizer.json");
}

// Tokens as "text[begin,end)", apart by spaces: what a test reads best.
inline std::string Tokens(const Tokenizer& tokenizer, std::string_view text) {
  TokenSequence sequence;
  tokenizer.Encode(text, &sequence);
  std::string result;
  for (std::size_t i = 0; i < sequence.ids.size(); ++i) {
    const TokenOffset& offset = sequence.offsets[i];
    result += fmt::format("{}{}[{},{})", i > 0 ? " " : "", tokenizer.token(sequence.ids[i]), offset.begin,
                          offset.end);
  }
  return result;
}

}  // namespace lengthwise
