#include "checkpoint/prompts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "base/fail.h"
#include "base/json.h"
#include "checkpoint/model_file.h"

namespace lengthwise {
namespace {

const std::string kNoPrompt;

std::string NamesOf(const Prompts& prompts) {
  if (prompts.texts.empty()) return "none";
  std::vector<std::string> names;
  for (const auto& [name, text] : prompts.texts) names.push_back(name);
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

bool Prompts::any() const {
  return std::any_of(texts.begin(), texts.end(), [](const auto& prompt) { return !prompt.second.empty(); });
}

const std::string& Prompts::FirstOf(std::initializer_list<std::string_view> names) const {
  for (const std::string_view name : names) {
    const auto found = texts.find(std::string(name));
    if (found != texts.end()) return found->second;
  }
  const auto found = texts.find(default_name);
  return found == texts.end() ? kNoPrompt : found->second;
}

const std::string& Prompts::OfQueries() const {
  return FirstOf({"query"});
}

const std::string& Prompts::OfDocuments() const {
  return FirstOf({"document", "passage", "corpus"});
}

const std::string& Prompts::Named(const std::string& name) const {
  const auto found = texts.find(name);
  if (found == texts.end()) {
    Fail(ErrorCode::kBadInput,
         "the model has no prompt named {}; it has: {} (config_sentence_transformers.json)", name,
         NamesOf(*this));
  }
  return found->second;
}

Prompts ReadPrompts(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "config_sentence_transformers.json";
  Prompts prompts;
  if (!HasModelFile(path)) return prompts;
  const std::string where = path.string();
  const Json config = ReadJsonObject(path, ErrorCode::kBadCheckpoint);
  const auto given = config.find("prompts");
  if (given != config.end() && !given->is_null()) {
    if (!given->is_object()) Fail(ErrorCode::kBadCheckpoint, "{}: \"prompts\" are no texts by name", where);
    for (const auto& [name, text] : given->items()) {
      if (text.is_null()) continue;
      prompts.texts[name] =
          JsonMember<std::string>(*given, name.c_str(), "", where, ErrorCode::kBadCheckpoint);
    }
  }
  prompts.default_name =
      JsonMember<std::string>(config, "default_prompt_name", "", where, ErrorCode::kBadCheckpoint);
  if (!prompts.default_name.empty() && !prompts.texts.contains(prompts.default_name)) {
    Fail(ErrorCode::kBadCheckpoint, "{}: the default prompt {} is not among the prompts: {}", where,
         prompts.default_name, NamesOf(prompts));
  }
  return prompts;
}

}  // namespace lengthwise
