// The tokenizer of a GGUF file, as tokenizer.json would describe it.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "base/fail.h"
#include "checkpoint/gguf_model.h"

namespace lengthwise {
namespace {

// How texts are split before pairs of bytes are merged, by the name that llama.cpp gives the rule.
enum class SplitRule { kGpt2, kDigits, kLlama3, kQwen2 };
struct NamedRule {
  const char* name;
  SplitRule rule;
};
constexpr std::array<NamedRule, 6> kRules = {{{"gpt-2", SplitRule::kGpt2},
                                              {"smollm", SplitRule::kDigits},
                                              {"llama-bpe", SplitRule::kLlama3},
                                              {"llama3", SplitRule::kLlama3},
                                              {"llama-v3", SplitRule::kLlama3},
                                              {"qwen2", SplitRule::kQwen2}}};

// What token_type says of a token.
constexpr int kControl = 3;
constexpr int kUserDefined = 4;

std::string Member(const char* name) {
  return fmt::format("tokenizer.ggml.{}", name);
}

SplitRule RuleOf(const Json& metadata, const std::string& where) {
  const std::string key = Member("pre");
  const auto given = JsonMember<std::string>(metadata, key.c_str(), "", where, ErrorCode::kBadCheckpoint);
  std::string supported;
  for (const NamedRule& known : kRules) {
    if (given == known.name) return known.rule;
    supported += fmt::format("{}{}", supported.empty() ? "" : ", ", known.name);
  }
  Fail(ErrorCode::kUnsupported,
       "{}: \"{}\" is \"{}\", a rule of splitting texts that is not supported; supported: {}", where, key,
       given, supported);
}

Json ByteLevel(bool by_words) {
  return {
      {"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", by_words}};
}

Json SplitBy(const std::string& pattern) {
  return {
      {"type", "Sequence"},
      {"pretokenizers",
       {{{"type", "Split"}, {"pattern", {{"Regex", pattern}}}, {"behavior", "Isolated"}, {"invert", false}},
        ByteLevel(false)}}};
}

Json PreTokenizer(SplitRule rule) {
  // As the models' own tokenizer.json have them; they differ in how many digits stand together.
  const auto pattern = [](const char* digits) {
    return fmt::format(
        "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{{L}}\\p{{N}}]?\\p{{L}}+|{}| "
        "?[^\\s\\p{{L}}\\p{{N}}]+[\\r\\n]*|"
        "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
        digits);
  };
  switch (rule) {
    case SplitRule::kDigits:
      return {{"type", "Sequence"},
              {"pretokenizers", {{{"type", "Digits"}, {"individual_digits", true}}, ByteLevel(true)}}};
    case SplitRule::kLlama3:
      return SplitBy(pattern("\\p{N}{1,3}"));
    case SplitRule::kQwen2:
      return SplitBy(pattern("\\p{N}"));
    case SplitRule::kGpt2:
      break;
  }
  return ByteLevel(true);
}

const Json& List(const Json& metadata, const char* name, const std::string& where) {
  const std::string key = Member(name);
  const auto found = metadata.find(key);
  if (found == metadata.end() || !found->is_array() || found->empty())
    Fail(ErrorCode::kBadCheckpoint, "{}: \"{}\" is missing, empty, or no list", where, key);
  return *found;
}

Json VocabularyOf(const Json& tokens, const std::string& where) {
  Json vocabulary = Json::object();
  for (std::size_t id = 0; id < tokens.size(); ++id) {
    if (!tokens[id].is_string()) Fail(ErrorCode::kBadCheckpoint, "{}: token {} is not a text", where, id);
    const auto& token = tokens[id].get_ref<const std::string&>();
    if (!vocabulary.emplace(token, id).second)
      Fail(ErrorCode::kBadCheckpoint, "{}: token {} is \"{}\", as one before it", where, id, token);
  }
  return vocabulary;
}

Json AddedTokens(const Json& metadata, const Json& tokens, const std::string& where) {
  Json added = Json::array();
  const std::string key = Member("token_type");
  if (!metadata.contains(key)) return added;
  const Json& types = List(metadata, "token_type", where);
  if (types.size() != tokens.size()) {
    Fail(ErrorCode::kBadCheckpoint, "{}: \"{}\" is of {} tokens, but there are {}", where, key, types.size(),
         tokens.size());
  }
  for (std::size_t id = 0; id < tokens.size(); ++id) {
    if (types[id] != kControl && types[id] != kUserDefined) continue;
    added.push_back({{"id", id},
                     {"content", tokens[id]},
                     {"single_word", false},
                     {"lstrip", false},
                     {"rstrip", false},
                     {"normalized", false},
                     {"special", types[id] == kControl}});
  }
  return added;
}

// The token that stands before or after every text, if the file asks for it.
void AddSpecial(const Json& metadata, const Json& tokens, const char* which, bool standard,
                const std::string& where, Json& around, Json& special) {
  const std::string asked = Member(fmt::format("add_{}_token", which).c_str());
  if (!JsonMember(metadata, asked.c_str(), standard, where, ErrorCode::kBadCheckpoint)) return;
  const std::string key = Member(fmt::format("{}_token_id", which).c_str());
  const auto found = metadata.find(key);
  if (found == metadata.end() || !found->is_number_unsigned() || found->get<std::size_t>() >= tokens.size()) {
    Fail(ErrorCode::kBadCheckpoint, "{}: \"{}\" asks for a token, but \"{}\" is none of {}", where, asked,
         key, tokens.size());
  }
  const auto id = found->get<std::size_t>();
  around.push_back({{"SpecialToken", {{"id", tokens[id]}, {"type_id", 0}}}});
  special[tokens[id].get<std::string>()] = {{"id", tokens[id]}, {"ids", {id}}, {"tokens", {tokens[id]}}};
}

}  // namespace

std::string GgufTokenizer(const Json& metadata, const std::string& where) {
  const std::string key = Member("model");
  const auto kind = JsonMember<std::string>(metadata, key.c_str(), "", where, ErrorCode::kBadCheckpoint);
  if (kind != "gpt2") {
    Fail(ErrorCode::kUnsupported, "{}: \"{}\" is \"{}\"; supported: gpt2, byte-pair encoding over bytes",
         where, key, kind);
  }
  const SplitRule rule = RuleOf(metadata, where);
  const Json& tokens = List(metadata, "tokens", where);
  Json vocabulary = VocabularyOf(tokens, where);
  Json merges = List(metadata, "merges", where);
  Json single = Json::array(), special = Json::object();
  AddSpecial(metadata, tokens, "bos", rule == SplitRule::kLlama3, where, single, special);
  single.push_back({{"Sequence", {{"id", "A"}, {"type_id", 0}}}});
  AddSpecial(metadata, tokens, "eos", false, where, single, special);
  Json post_processor;
  if (!special.empty())
    post_processor = {{"type", "TemplateProcessing"}, {"single", single}, {"special_tokens", special}};
  // llama.cpp leaves texts as they are; Qwen's own tokenizer composes characters first.
  Json normalizer;
  if (rule == SplitRule::kQwen2) normalizer = {{"type", "NFC"}};
  const Json tokenizer = {{"version", "1.0"},
                          {"added_tokens", AddedTokens(metadata, tokens, where)},
                          {"normalizer", std::move(normalizer)},
                          {"pre_tokenizer", PreTokenizer(rule)},
                          {"post_processor", std::move(post_processor)},
                          {"model",
                           {{"type", "BPE"},
                            {"ignore_merges", rule == SplitRule::kLlama3},
                            {"vocab", std::move(vocabulary)},
                            {"merges", std::move(merges)}}}};
  return tokenizer.dump();
}

}  // namespace lengthwise
