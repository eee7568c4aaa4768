#include "tokenizer/tokenizer_json.h"

#include <algorithm>
#include <initializer_list>
#include <set>
#include <utility>

#include "base/json.h"

namespace lengthwise {
namespace {

// Nothing that is supported is nested deeper, and printing a value in a message takes stack by its depth.
constexpr int kDeepest = 64;

// Parses everything but the entries of model.vocab into a JSON value. Those are most of the file, so they go
// straight to the vocabulary.
Json ParseWithoutVocabulary(std::string_view json, const std::string& where, Vocabulary* vocabulary) {
  std::string section;  // the member of the top-level object that the parser is in
  std::string member;   // and the member of that
  std::string token;
  bool in_vocabulary = false;
  const auto callback = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (depth > kDeepest) Fail(ErrorCode::kBadCheckpoint, "{}: nested more than {} deep", where, kDeepest);
    if (event == Json::parse_event_t::key) {
      if (depth == 1) section = parsed.get_ref<const std::string&>();
      if (depth == 2) member = parsed.get_ref<const std::string&>();
      if (depth == 3 && in_vocabulary) {
        token = std::move(parsed.get_ref<std::string&>());
        return false;
      }
    } else if (event == Json::parse_event_t::object_start) {
      if (depth == 2 && section == "model" && member == "vocab") in_vocabulary = true;
      if (depth == 3 && in_vocabulary)
        Fail(ErrorCode::kBadCheckpoint, "{}: model.vocab: the id of \"{}\" is not a number", where, token);
    } else if (event == Json::parse_event_t::array_start) {
      if (depth == 3 && in_vocabulary)
        Fail(ErrorCode::kBadCheckpoint, "{}: model.vocab: the id of \"{}\" is not a number", where, token);
    } else if (event == Json::parse_event_t::object_end) {
      if (depth == 2) in_vocabulary = false;
    } else if (event == Json::parse_event_t::value && depth == 3 && in_vocabulary) {
      if (!parsed.is_number_unsigned()) {
        Fail(ErrorCode::kBadCheckpoint, "{}: model.vocab: the id of \"{}\" is {}, not a number >= 0", where,
             token, parsed.dump());
      }
      const auto id = parsed.get<std::uint64_t>();
      if (id > static_cast<std::uint64_t>(Vocabulary::kMaxId)) {
        Fail(ErrorCode::kBadCheckpoint, "{}: model.vocab: the id of \"{}\" is {}, beyond {}", where, token,
             id, Vocabulary::kMaxId);
      }
      vocabulary->Add(token, static_cast<std::int32_t>(id));
    }
    return true;
  };
  try {
    return Json::parse(json, callback);
  } catch (const nlohmann::json::exception&) {
    return ParseJson(json, where, ErrorCode::kBadCheckpoint);  // fails too, and says why
  }
}

// The member `name`; null where it is absent.
const Json& Part(const Json& document, const std::string& name) {
  static const Json null;
  const auto part = document.find(name);
  return part == document.end() ? null : *part;
}

// The `type` of a part of the tokenizer, which must be one of `supported`.
std::string CheckedType(const Json& part, const char* name, std::initializer_list<const char*> supported,
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

BertNormalizerOptions ParseNormalizer(const Json& part, const std::string& where) {
  if (CheckedType(part, "normalizer", {"BertNormalizer", "none"}, where) == "none")
    return {false, false, false, false};
  const std::string place = where + ": normalizer";
  BertNormalizerOptions options;
  options.clean_text = JsonMember(part, "clean_text", true, place, ErrorCode::kBadCheckpoint);
  options.handle_chinese_chars =
      JsonMember(part, "handle_chinese_chars", true, place, ErrorCode::kBadCheckpoint);
  options.lowercase = JsonMember(part, "lowercase", true, place, ErrorCode::kBadCheckpoint);
  options.strip_accents =
      JsonMember(part, "strip_accents", options.lowercase, place, ErrorCode::kBadCheckpoint);
  return options;
}

void ParseModel(const Json& part, const std::string& where, TokenizerSpec* spec) {
  const std::string place = where + ": model";
  if (!part.is_object()) Fail(ErrorCode::kBadCheckpoint, "{}: \"model\" is missing or not an object", where);
  // Early files do not say the type; only WordPiece has a prefix and no merges.
  const bool untyped_word_piece =
      !part.contains("type") && part.contains("continuing_subword_prefix") && !part.contains("merges");
  if (!untyped_word_piece) CheckedType(part, "model", {"WordPiece"}, where);
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
  auto next_id = static_cast<std::int32_t>(spec->vocabulary.token_count());
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

std::int32_t CheckedId(const Json& value, const std::string& place, const Vocabulary& vocabulary) {
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() >= vocabulary.size()) {
    Fail(ErrorCode::kBadCheckpoint, "{}: {} is not the id of a token; the vocabulary has {}", place,
         value.dump(), vocabulary.size());
  }
  return value.get<std::int32_t>();
}

// {"single": [{"SpecialToken": {"id": "[CLS]"}}, {"Sequence": {"id": "A"}}, ...],
//  "special_tokens": {"[CLS]": {"ids": [101]}, ...}}
void ParseTemplate(const Json& part, const std::string& place, TokenizerSpec* spec) {
  const Json& single = Part(part, "single");
  if (!single.is_array()) Fail(ErrorCode::kBadCheckpoint, "{}: \"single\" is missing or not an array", place);
  bool after_text = false;
  for (const Json& item : single) {
    if (item.is_object() && item.contains("Sequence")) {
      if (after_text) Fail(ErrorCode::kUnsupported, "{}: \"single\" repeats the text", place);
      after_text = true;
      continue;
    }
    if (!item.is_object() || !Part(item, "SpecialToken").is_object()) {
      Fail(ErrorCode::kBadCheckpoint, "{}: \"single\" holds {}, neither SpecialToken nor Sequence", place,
           item.dump());
    }
    const auto name =
        RequiredJsonMember<std::string>(item["SpecialToken"], "id", place, ErrorCode::kBadCheckpoint);
    const Json& tokens = Part(part, "special_tokens");
    const Json& token = tokens.is_object() ? Part(tokens, name) : tokens;
    if (!token.is_object() || !Part(token, "ids").is_array()) {
      Fail(ErrorCode::kBadCheckpoint, "{}: special_tokens has no ids for \"{}\"", place, name);
    }
    for (const Json& id : token["ids"]) {
      (after_text ? spec->suffix : spec->prefix).push_back(CheckedId(id, place, spec->vocabulary));
    }
  }
  if (!after_text) Fail(ErrorCode::kBadCheckpoint, "{}: \"single\" leaves out the text", place);
}

void ParsePostProcessor(const Json& part, const std::string& where, TokenizerSpec* spec) {
  const std::string type = CheckedType(
      part, "post_processor", {"TemplateProcessing", "BertProcessing", "RobertaProcessing", "none"}, where);
  const std::string place = where + ": post_processor";
  if (type == "TemplateProcessing") ParseTemplate(part, place, spec);
  if (type == "BertProcessing" || type == "RobertaProcessing") {
    // {"cls": ["[CLS]", 101], "sep": ["[SEP]", 102]}
    for (const auto& [name, ids] : {std::pair("cls", &spec->prefix), std::pair("sep", &spec->suffix)}) {
      const Json& token = Part(part, name);
      if (!token.is_array() || token.size() != 2)
        Fail(ErrorCode::kBadCheckpoint, "{}: \"{}\" is not [token, id]", place, name);
      ids->push_back(CheckedId(token[1], place, spec->vocabulary));
    }
  }
  if (type == "RobertaProcessing") {
    spec->trim_offsets = JsonMember(part, "trim_offsets", true, place, ErrorCode::kBadCheckpoint);
    spec->keep_first_space = JsonMember(part, "add_prefix_space", true, place, ErrorCode::kBadCheckpoint);
  }
}

}  // namespace

TokenizerSpec ParseTokenizerJson(std::string_view json, const std::string& where) {
  TokenizerSpec spec;
  const Json document = ParseWithoutVocabulary(json, where, &spec.vocabulary);
  if (!document.is_object()) Fail(ErrorCode::kBadCheckpoint, "{}: expected a JSON object", where);
  ParseModel(Part(document, "model"), where, &spec);
  spec.normalizer = ParseNormalizer(Part(document, "normalizer"), where);
  CheckedType(Part(document, "pre_tokenizer"), "pre_tokenizer", {"BertPreTokenizer"}, where);
  ParseAddedTokens(Part(document, "added_tokens"), where, &spec);
  ParsePostProcessor(Part(document, "post_processor"), where, &spec);
  return spec;
}

}  // namespace lengthwise
