#include <cstdint>
#include <string>
#include <utility>

#include "base/json.h"
#include "tokenizer/part_json.h"
#include "tokenizer/tokenizer_json.h"

namespace lengthwise {
namespace {

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

}  // namespace

void ParsePostProcessor(const Json& part, const std::string& where, TokenizerSpec* spec) {
  const std::string type = CheckedType(
      part, "post_processor",
      {"TemplateProcessing", "BertProcessing", "RobertaProcessing", "ByteLevel", "Sequence", "none"}, where);
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
  if (type == "Sequence") {
    const Json& parts = Part(part, "processors");
    if (!parts.is_array())
      Fail(ErrorCode::kBadCheckpoint, "{}: \"processors\" is missing or not an array", place);
    for (const Json& inner : parts) ParsePostProcessor(inner, where, spec);
  }
  if (type == "RobertaProcessing" || type == "ByteLevel") {
    spec->trim_offsets = JsonMember(part, "trim_offsets", true, place, ErrorCode::kBadCheckpoint);
    spec->keep_first_space = JsonMember(part, "add_prefix_space", true, place, ErrorCode::kBadCheckpoint);
  }
}

}  // namespace lengthwise
