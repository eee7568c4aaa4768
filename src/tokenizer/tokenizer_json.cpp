#include "tokenizer/tokenizer_json.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "base/json.h"
#include "tokenizer/part_json.h"
#include "tokenizer/vocabulary_json.h"

namespace lengthwise {
namespace {

std::string ModelPlace(const std::string& where) {
  return where + ": model";
}

void ParseWordPiece(const Json& part, const std::string& where, TokenizerSpec* spec) {
  const std::string place = ModelPlace(where);
  if (!Part(part, "vocab").is_object())
    Fail(ErrorCode::kBadCheckpoint, "{}: \"vocab\" is missing or not an object", place);
  spec->vocabulary.Build(
      JsonMember<std::string>(part, "continuing_subword_prefix", "##", place, ErrorCode::kBadCheckpoint));
  const auto unknown = JsonMember<std::string>(part, "unk_token", "[UNK]", place, ErrorCode::kBadCheckpoint);
  spec->unknown_id = spec->vocabulary.Find(unknown);
  if (spec->unknown_id == Vocabulary::kMissing) {
    Fail(ErrorCode::kBadCheckpoint, "{}: the unknown token \"{}\" is not in the vocabulary", place, unknown);
  }
  spec->max_word_characters =
      JsonMember<std::size_t>(part, "max_input_chars_per_word", 100, place, ErrorCode::kBadCheckpoint);
  if (spec->max_word_characters == 0)
    Fail(ErrorCode::kBadCheckpoint, "{}: \"max_input_chars_per_word\" is 0; a word has at least 1", place);
}

void ParseUnigram(const Json& part, const std::string& where, TokenizerSpec* spec) {
  const std::string place = ModelPlace(where);
  if (!Part(part, "vocab").is_array() || spec->scores.empty())
    Fail(ErrorCode::kBadCheckpoint, "{}: \"vocab\" is not a list of pieces and scores", place);
  spec->vocabulary.Build();
  const Json& unknown = Part(part, "unk_id");
  spec->unknown_id = Vocabulary::kMissing;
  if (!unknown.is_null()) {
    if (!unknown.is_number_unsigned() || unknown.get<std::uint64_t>() >= spec->scores.size()) {
      Fail(ErrorCode::kBadCheckpoint, "{}: \"unk_id\" is {}, not one of {} pieces", place, unknown.dump(),
           spec->scores.size());
    }
    spec->unknown_id = unknown.get<std::int32_t>();
  }
  spec->byte_fallback = JsonMember(part, "byte_fallback", false, place, ErrorCode::kBadCheckpoint);
}

void ParseBpe(const Json& part, const std::string& where, TokenizerSpec* spec) {
  const std::string place = ModelPlace(where);
  if (!Part(part, "vocab").is_object())
    Fail(ErrorCode::kBadCheckpoint, "{}: \"vocab\" is missing or not an object", place);
  for (const char* name : {"continuing_subword_prefix", "end_of_word_suffix"}) {
    if (!JsonMember<std::string>(part, name, "", place, ErrorCode::kBadCheckpoint).empty())
      Fail(ErrorCode::kUnsupported, "{}: a BPE with \"{}\" is not supported", place, name);
  }
  if (JsonMember<double>(part, "dropout", 0, place, ErrorCode::kBadCheckpoint) > 0)
    Fail(ErrorCode::kUnsupported, "{}: \"dropout\" leaves tokens to chance, which is for training", place);
  spec->vocabulary.Build();
  const auto unknown = JsonMember<std::string>(part, "unk_token", "", place, ErrorCode::kBadCheckpoint);
  spec->unknown_id = unknown.empty() ? Vocabulary::kMissing : spec->vocabulary.Find(unknown);
  if (!unknown.empty() && spec->unknown_id == Vocabulary::kMissing) {
    Fail(ErrorCode::kBadCheckpoint, "{}: the unknown token \"{}\" is not in the vocabulary", place, unknown);
  }
  spec->byte_fallback = JsonMember(part, "byte_fallback", false, place, ErrorCode::kBadCheckpoint);
  spec->fuse_unknown = JsonMember(part, "fuse_unk", false, place, ErrorCode::kBadCheckpoint);
  spec->ignore_merges = JsonMember(part, "ignore_merges", false, place, ErrorCode::kBadCheckpoint);
}

void ParseModel(const Json& part, const std::string& where, TokenizerSpec* spec) {
  if (!part.is_object()) Fail(ErrorCode::kBadCheckpoint, "{}: \"model\" is missing or not an object", where);
  // Early files do not say the type; only WordPiece has a prefix and no merges.
  const bool untyped_word_piece =
      !part.contains("type") && part.contains("continuing_subword_prefix") && !part.contains("merges");
  const bool untyped_bpe = !part.contains("type") && part.contains("merges");
  const std::string type = untyped_word_piece ? "WordPiece"
                           : untyped_bpe      ? "BPE"
                                         : CheckedType(part, "model", {"WordPiece", "Unigram", "BPE"}, where);
  if (type == "WordPiece") ParseWordPiece(part, where, spec);
  if (type == "BPE") {
    spec->model = TokenizerModel::kBpe;
    ParseBpe(part, where, spec);
  }
  if (type == "Unigram") {
    spec->model = TokenizerModel::kUnigram;
    ParseUnigram(part, where, spec);
  }
}

// WordPiece has BERT's normaliser and pre-tokeniser and no others; they go with it in one pass.
void ParseStages(const Json& document, const std::string& where, TokenizerSpec* spec) {
  const Json& normalizer = Part(document, "normalizer");
  const Json& pre_tokenizer = Part(document, "pre_tokenizer");
  if (spec->model != TokenizerModel::kWordPiece) {
    spec->staged = true;
    ParseNormalizerStages(normalizer, where, spec);
    ParseSplitStages(pre_tokenizer, where, spec);
    return;
  }
  const bool none = CheckedType(normalizer, "normalizer", {"BertNormalizer", "none"}, where) == "none";
  spec->normalizer = none ? BertNormalizerOptions{false, false, false, false}
                          : ParseBertNormalizer(normalizer, where + ": normalizer");
  CheckedType(pre_tokenizer, "pre_tokenizer", {"BertPreTokenizer"}, where);
}

AddedToken ParseAddedToken(const Json& item, const std::string& place) {
  if (!item.is_object()) Fail(ErrorCode::kBadCheckpoint, "{}: holds something that is not an object", place);
  AddedToken token;
  token.content = RequiredJsonMember<std::string>(item, "content", place, ErrorCode::kBadCheckpoint);
  token.special = JsonMember(item, "special", false, place, ErrorCode::kBadCheckpoint);
  token.single_word = JsonMember(item, "single_word", false, place, ErrorCode::kBadCheckpoint);
  token.lstrip = JsonMember(item, "lstrip", false, place, ErrorCode::kBadCheckpoint);
  token.rstrip = JsonMember(item, "rstrip", false, place, ErrorCode::kBadCheckpoint);
  token.normalized = JsonMember(item, "normalized", !token.special, place, ErrorCode::kBadCheckpoint);
  return token;
}

// The `id` in the file is not used: as in the reference, a token of the vocabulary keeps its id there, and
// new ones are numbered from the vocabulary's size.
void ParseAddedTokens(const Json& part, const std::string& where, TokenizerSpec* spec) {
  if (part.is_null()) return;
  const std::string place = where + ": added_tokens";
  if (!part.is_array()) Fail(ErrorCode::kBadCheckpoint, "{}: not an array", place);
  auto next_id = static_cast<std::int32_t>(
      spec->model == TokenizerModel::kUnigram ? spec->scores.size() : spec->vocabulary.token_count());
  std::vector<AddedToken> plain;
  std::set<std::string> seen;
  for (const Json& item : part) {
    AddedToken token = ParseAddedToken(item, place);
    if (token.content.empty()) continue;
    if (!seen.insert(token.content).second)
      Fail(ErrorCode::kBadCheckpoint, "{}: \"{}\" is given twice", place, token.content);
    token.id = spec->vocabulary.Find(token.content);
    if (token.id == Vocabulary::kMissing) {
      token.id = next_id++;
      spec->vocabulary.Rename(token.content, token.id);
    }
    (token.special ? spec->added_tokens : plain).push_back(std::move(token));
  }
  // Of two that match the same normalised text, a special token comes first.
  spec->added_tokens.insert(spec->added_tokens.end(), plain.begin(), plain.end());
}

}  // namespace

const Json& Part(const Json& document, const std::string& name) {
  static const Json null;
  const auto part = document.find(name);
  return part == document.end() ? null : *part;
}

std::string CheckedType(const Json& part, const char* name, const std::vector<const char*>& supported,
                        const std::string& where) {
  std::string type = "none";
  if (!part.is_null()) {
    if (!part.is_object()) Fail(ErrorCode::kBadCheckpoint, "{}: \"{}\" is not an object", where, name);
    type = RequiredJsonMember<std::string>(part, "type", fmt::format("{}: {}", where, name),
                                           ErrorCode::kBadCheckpoint);
  }
  if (std::find(supported.begin(), supported.end(), type) == supported.end()) {
    Fail(ErrorCode::kUnsupported, "{}: the tokenizer's {} is of type {}; supported: {}", where, name, type,
         fmt::join(supported, ", "));
  }
  return type;
}

TokenizerSpec ParseTokenizerJson(std::string_view json, const std::string& where) {
  ModelLists lists;
  const Json document = ParseWithoutLists(json, where, &lists);
  if (!document.is_object()) Fail(ErrorCode::kBadCheckpoint, "{}: expected a JSON object", where);
  TokenizerSpec spec;
  spec.vocabulary = std::move(lists.vocabulary);
  spec.scores = std::move(lists.scores);
  spec.merges = std::move(lists.merges);
  ParseModel(Part(document, "model"), where, &spec);
  ParseStages(document, where, &spec);
  ParseAddedTokens(Part(document, "added_tokens"), where, &spec);
  ParsePostProcessor(Part(document, "post_processor"), where, &spec);
  const Json& truncation = Part(document, "truncation");
  if (truncation.is_object() && Part(truncation, "max_length").is_number_unsigned())
    spec.truncation = truncation["max_length"].get<std::size_t>();
  return spec;
}

}  // namespace lengthwise
