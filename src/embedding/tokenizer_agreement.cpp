#include "embedding/tokenizer_agreement.h"

#include <fmt/format.h>

#include <string>

#include "base/fail.h"
#include "base/file.h"
#include "base/json.h"

namespace lengthwise {
namespace {

const char* Word(bool value) {
  return value ? "true" : "false";
}

struct Setting {
  const char* config_name;
  const char* json_name;
  bool in_config;
  bool in_json;
};

}  // namespace

void CheckTokenizerAgreement(const Tokenizer& tokenizer, const std::filesystem::path& tokenizer_json) {
  if (!tokenizer.normalization()) return;
  const std::filesystem::path path = tokenizer_json.parent_path() / "tokenizer_config.json";
  if (!Exists(path)) return;
  const Json config = ParseJson(ReadFile(path), path.string(), ErrorCode::kBadCheckpoint);
  if (!config.is_object()) return;
  const auto flag = [&](const char* name, bool otherwise) {
    return JsonMember(config, name, otherwise, path.string(), ErrorCode::kBadCheckpoint);
  };
  const TextNormalization json = *tokenizer.normalization();
  const bool lowercase = flag("do_lower_case", true);
  const Setting settings[] = {
      {"do_lower_case", "lowercase", lowercase, json.lowercase},
      {"strip_accents", "strip_accents", flag("strip_accents", lowercase), json.strip_accents},
      {"tokenize_chinese_chars", "handle_chinese_chars", flag("tokenize_chinese_chars", true),
       json.handle_chinese_chars},
  };
  for (const Setting& setting : settings) {
    if (setting.in_config == setting.in_json) continue;
    Fail(
        ErrorCode::kBadCheckpoint,
        "{}: \"{}\" is {}{}, but \"{}\" of the normaliser in {} is {}; transformers follows the first, other "
        "programs the second, and vectors differ: make the two agree, or fetch the whole folder again",
        path.string(), setting.config_name, Word(setting.in_config),
        config.contains(setting.config_name) ? "" : " (it is not given)", setting.json_name,
        tokenizer_json.filename().string(), Word(setting.in_json));
  }
}

}  // namespace lengthwise
