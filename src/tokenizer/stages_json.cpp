#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/base64.h"
#include "base/json.h"
#include "tokenizer/byte_level.h"
#include "tokenizer/characters.h"
#include "tokenizer/normalizers.h"
#include "tokenizer/part_json.h"
#include "tokenizer/pre_tokenizers.h"

namespace lengthwise {
namespace {

std::u32string TextMember(const Json& part, const char* name, const std::string& place) {
  return DecodeText(RequiredJsonMember<std::string>(part, name, place, ErrorCode::kBadCheckpoint));
}

// A regular expression that is a text, of which the last character may be repeated: "a", " {2,}", "\.+".
bool ReadRegex(std::u32string_view regex, TextPattern* pattern) {
  constexpr std::u32string_view kSpecial = U".^$*+?()[]{}|\\";
  std::size_t i = 0;
  while (i < regex.size()) {
    char32_t character = regex[i];
    if (character == U'\\') {
      // A backslash before a letter or digit names a class.
      if (++i == regex.size() || kSpecial.find(regex[i]) == std::u32string_view::npos) return false;
      character = regex[i];
    } else if (kSpecial.find(character) != std::u32string_view::npos) {
      break;
    }
    pattern->text.push_back(character);
    ++i;
  }
  if (i == regex.size()) return true;
  pattern->repeats = true;
  std::u32string_view rest = regex.substr(i);
  if (rest == U"+") return true;
  if (rest.size() < 4 || rest.size() > 6 || rest[0] != U'{' || !rest.ends_with(U",}")) return false;
  pattern->least = 0;
  for (const char32_t digit : rest.substr(1, rest.size() - 3)) {
    if (digit < U'0' || digit > U'9') return false;
    pattern->least = 10 * pattern->least + (digit - U'0');
  }
  return pattern->least > 0;
}

NormalizerStage ParseReplace(const Json& part, const std::string& place) {
  const Json& written = Part(part, "pattern");
  TextPattern pattern;
  bool read = false;
  if (written.is_object() && Part(written, "String").is_string()) {
    pattern.text = TextMember(written, "String", place);
    read = true;
  } else if (written.is_object() && Part(written, "Regex").is_string()) {
    read = ReadRegex(TextMember(written, "Regex", place), &pattern);
  } else {
    Fail(ErrorCode::kBadCheckpoint, "{}: Replace has no \"pattern\" that is a String or a Regex", place);
  }
  if (!read || pattern.text.empty()) {
    Fail(ErrorCode::kUnsupported,
         "{}: Replace of {} is not supported; supported: a text, of which the last character may be "
         "repeated, as in \" {{2,}}\"",
         place, written.dump());
  }
  return ReplaceStage(std::move(pattern), TextMember(part, "content", place));
}

NormalizerStage ParsePrecompiled(const Json& part, const std::string& place) {
  const auto written =
      RequiredJsonMember<std::string>(part, "precompiled_charsmap", place, ErrorCode::kBadCheckpoint);
  const auto bytes = DecodeBase64(written);
  if (!bytes) Fail(ErrorCode::kBadCheckpoint, "{}: precompiled_charsmap is not base64", place);
  return PrecompiledStage(std::make_shared<const CharacterMap>(
      std::string_view(reinterpret_cast<const char*>(bytes->data()), bytes->size()), place));
}

// The parts of a Sequence, or the one part.
template <typename One>
void ForEachPart(const Json& part, const std::string& type, const char* member, const std::string& place,
                 const One& one) {
  if (type != "Sequence") {
    one(part);
    return;
  }
  const Json& parts = Part(part, member);
  if (!parts.is_array())
    Fail(ErrorCode::kBadCheckpoint, "{}: \"{}\" is missing or not an array", place, member);
  for (const Json& inner : parts) one(inner);
}

}  // namespace

BertNormalizerOptions ParseBertNormalizer(const Json& part, const std::string& place) {
  BertNormalizerOptions options;
  options.clean_text = JsonMember(part, "clean_text", true, place, ErrorCode::kBadCheckpoint);
  options.handle_chinese_chars =
      JsonMember(part, "handle_chinese_chars", true, place, ErrorCode::kBadCheckpoint);
  options.lowercase = JsonMember(part, "lowercase", true, place, ErrorCode::kBadCheckpoint);
  options.strip_accents =
      JsonMember(part, "strip_accents", options.lowercase, place, ErrorCode::kBadCheckpoint);
  return options;
}

void ParseNormalizerStages(const Json& part, const std::string& where, TokenizerSpec* spec) {
  const std::string type =
      CheckedType(part, "normalizer",
                  {"Sequence", "BertNormalizer", "Lowercase", "NFC", "NFD", "NFKC", "NFKD", "Nmt",
                   "Precompiled", "Prepend", "Replace", "Strip", "StripAccents", "none"},
                  where);
  const std::string place = where + ": normalizer";
  if (type == "none") return;
  ForEachPart(part, type, "normalizers", place, [&](const Json& inner) {
    if (type == "Sequence") {
      ParseNormalizerStages(inner, where, spec);
      return;
    }
    const auto flag = [&](const char* name) {
      return JsonMember(part, name, true, place, ErrorCode::kBadCheckpoint);
    };
    constexpr std::array kForms = {std::pair("NFC", NormalForm::kNfc), std::pair("NFD", NormalForm::kNfd),
                                   std::pair("NFKC", NormalForm::kNfkc),
                                   std::pair("NFKD", NormalForm::kNfkd)};
    for (const auto& [name, form] : kForms) {
      if (type == name) spec->normalizers.push_back(NormalFormStage(form));
    }
    if (type == "BertNormalizer") spec->normalizers.push_back(BertStage(ParseBertNormalizer(part, place)));
    if (type == "Lowercase") spec->normalizers.push_back(LowercaseStage());
    if (type == "Nmt") spec->normalizers.push_back(NmtStage());
    if (type == "Precompiled") spec->normalizers.push_back(ParsePrecompiled(part, place));
    if (type == "Prepend") spec->normalizers.push_back(PrependStage(TextMember(part, "prepend", place)));
    if (type == "Replace") spec->normalizers.push_back(ParseReplace(part, place));
    if (type == "Strip") spec->normalizers.push_back(StripStage(flag("strip_left"), flag("strip_right")));
    if (type == "StripAccents") spec->normalizers.push_back(StripAccentsStage());
  });
}

namespace {

SplitStage ParseMetaspace(const Json& part, const std::string& place) {
  const std::u32string mark = TextMember(part, "replacement", place);
  if (mark.size() != 1) {
    Fail(ErrorCode::kBadCheckpoint, "{}: \"replacement\" is {}, not one character", place,
         Part(part, "replacement").dump());
  }
  constexpr std::array kSchemes = {std::pair("always", PrependScheme::kAlways),
                                   std::pair("first", PrependScheme::kFirst),
                                   std::pair("never", PrependScheme::kNever)};
  const auto name =
      JsonMember<std::string>(part, "prepend_scheme", "always", place, ErrorCode::kBadCheckpoint);
  PrependScheme scheme = PrependScheme::kAlways;
  bool known = false;
  for (const auto& [scheme_name, value] : kSchemes) {
    if (name != scheme_name) continue;
    scheme = value;
    known = true;
  }
  if (!known) {
    Fail(ErrorCode::kBadCheckpoint, "{}: \"prepend_scheme\" is \"{}\", not always, first or never", place,
         name);
  }
  // The name of early files, which wins where it is false.
  if (!JsonMember(part, "add_prefix_space", true, place, ErrorCode::kBadCheckpoint)) {
    if (part.contains("prepend_scheme") && scheme != PrependScheme::kNever) {
      Fail(ErrorCode::kBadCheckpoint, "{}: \"add_prefix_space\" is false, but \"prepend_scheme\" is \"{}\"",
           place, name);
    }
    scheme = PrependScheme::kNever;
  }
  return MetaspaceStage(mark[0], scheme, JsonMember(part, "split", true, place, ErrorCode::kBadCheckpoint));
}

// A text for what it is.
std::u32string Quoted(std::u32string_view text) {
  constexpr std::u32string_view kSpecial = U"^$*+?()[]{}|\\.-&";
  std::u32string pattern;
  for (const char32_t character : text) {
    if (kSpecial.find(character) != std::u32string_view::npos) pattern.push_back(U'\\');
    pattern.push_back(character);
  }
  return pattern;
}

SplitStage ParseSplit(const Json& part, const std::string& place) {
  const Json& written = Part(part, "pattern");
  std::u32string pattern;
  if (written.is_object() && Part(written, "String").is_string()) {
    pattern = Quoted(TextMember(written, "String", place));
  } else if (written.is_object() && Part(written, "Regex").is_string()) {
    pattern = TextMember(written, "Regex", place);
  }
  if (pattern.empty())
    Fail(ErrorCode::kBadCheckpoint, "{}: Split has no \"pattern\" that is a String or a Regex", place);
  constexpr std::array kBehaviors = {std::pair("Removed", SplitBehavior::kRemoved),
                                     std::pair("Isolated", SplitBehavior::kIsolated),
                                     std::pair("Contiguous", SplitBehavior::kContiguous),
                                     std::pair("MergedWithPrevious", SplitBehavior::kMergedWithPrevious),
                                     std::pair("MergedWithNext", SplitBehavior::kMergedWithNext)};
  const auto name = RequiredJsonMember<std::string>(part, "behavior", place, ErrorCode::kBadCheckpoint);
  const auto* const behavior = std::find_if(kBehaviors.begin(), kBehaviors.end(),
                                            [&](const auto& known) { return name == known.first; });
  if (behavior == kBehaviors.end())
    Fail(ErrorCode::kUnsupported, "{}: Split with \"behavior\" \"{}\" is not supported", place, name);
  return PatternSplitStage(Regex(pattern), behavior->second,
                           JsonMember(part, "invert", false, place, ErrorCode::kBadCheckpoint));
}

}  // namespace

void ParseSplitStages(const Json& part, const std::string& where, TokenizerSpec* spec) {
  const std::string type = CheckedType(part, "pre_tokenizer",
                                       {"Sequence", "BertPreTokenizer", "ByteLevel", "Digits", "Metaspace",
                                        "Split", "Whitespace", "WhitespaceSplit", "none"},
                                       where);
  const std::string place = where + ": pre_tokenizer";
  if (type == "none") return;
  ForEachPart(part, type, "pretokenizers", place, [&](const Json& inner) {
    if (type == "Sequence") {
      ParseSplitStages(inner, where, spec);
      return;
    }
    if (type == "BertPreTokenizer") spec->splits.push_back(BertSplitStage());
    if (type == "ByteLevel") {
      const auto flag = [&](const char* name) {
        return JsonMember(part, name, true, place, ErrorCode::kBadCheckpoint);
      };
      spec->splits.push_back(ByteLevelStage(flag("add_prefix_space"), flag("use_regex")));
    }
    if (type == "Digits") {
      spec->splits.push_back(
          DigitSplitStage(JsonMember(part, "individual_digits", false, place, ErrorCode::kBadCheckpoint)));
    }
    if (type == "Split") spec->splits.push_back(ParseSplit(part, place));
    if (type == "Whitespace") {
      spec->splits.push_back(
          PatternSplitStage(Regex(U"\\w+|[^\\w\\s]+"), SplitBehavior::kRemoved, /*invert=*/true));
    }
    if (type == "Metaspace") spec->splits.push_back(ParseMetaspace(part, place));
    if (type == "WhitespaceSplit") spec->splits.push_back(WhitespaceSplitStage());
  });
}

}  // namespace lengthwise
