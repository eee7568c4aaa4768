#include "checkpoint/modules.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string_view>
#include <utility>

#include "base/file.h"
#include "base/json.h"
#include "checkpoint/model_file.h"

namespace lengthwise {
namespace {

constexpr const char* kSupportedPooling =
    "cls, max, mean, mean_sqrt_len_tokens, weightedmean and lasttoken, several in this order";

// The boolean members of a pooling configuration and the mode each one switches on.
struct PoolingFlag {
  const char* member;
  const char* mode;
  bool standard;  // what the flag is where the file leaves it out
};
constexpr std::array<PoolingFlag, 6> kPoolingFlags = {{
    {"pooling_mode_cls_token", "cls", false},
    {"pooling_mode_max_tokens", "max", false},
    {"pooling_mode_mean_tokens", "mean", true},
    {"pooling_mode_mean_sqrt_len_tokens", "mean_sqrt_len_tokens", false},
    {"pooling_mode_weightedmean_tokens", "weightedmean", false},
    {"pooling_mode_lasttoken", "lasttoken", false},
}};

std::optional<Pooling> PoolingFromName(std::string_view name) {
  for (const Pooling pooling : {Pooling::kCls, Pooling::kMax, Pooling::kMean, Pooling::kMeanSqrtLength,
                                Pooling::kWeightedMean, Pooling::kLastToken}) {
    if (name == PoolingName(pooling)) return pooling;
  }
  return std::nullopt;
}

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

// The modes that a pooling configuration asks for: a "pooling_mode" (a name or a list of names) goes before
// the flags.
std::vector<std::string> PoolingModes(const Json& config, const std::string& where) {
  const auto named = config.find("pooling_mode");
  if (named != config.end() && !named->is_null()) {
    std::vector<std::string> modes;
    if (named->is_array()) {
      modes = JsonMember(config, "pooling_mode", modes, where, ErrorCode::kBadCheckpoint);
    } else {
      modes.push_back(JsonMember<std::string>(config, "pooling_mode", "", where, ErrorCode::kBadCheckpoint));
    }
    std::transform(modes.begin(), modes.end(), modes.begin(), Lower);
    return modes;
  }
  std::vector<std::string> modes;
  for (const PoolingFlag& flag : kPoolingFlags) {
    if (JsonMember(config, flag.member, flag.standard, where, ErrorCode::kBadCheckpoint))
      modes.emplace_back(flag.mode);
  }
  return modes;
}

void ReadPooling(const std::filesystem::path& path, Modules& modules) {
  RequireModelFile(path);
  const std::string where = path.string();
  const Json config = ReadJsonObject(path, ErrorCode::kBadCheckpoint);
  const std::vector<std::string> modes = PoolingModes(config, where);
  modules.pooling.clear();
  bool known = !modes.empty();
  for (const std::string& mode : modes) {
    const std::optional<Pooling> pooling = PoolingFromName(mode);
    // One order has one meaning.
    known = known && pooling && (modules.pooling.empty() || modules.pooling.back() < *pooling);
    if (known) modules.pooling.push_back(*pooling);
  }
  if (!known) {
    Fail(ErrorCode::kUnsupported, "{}: pooling \"{}\" is not supported; supported: {}", where,
         fmt::join(modes, "+"), kSupportedPooling);
  }
  modules.include_prompt = JsonMember(config, "include_prompt", true, where, ErrorCode::kBadCheckpoint);
  // The later versions of sentence-transformers have the second name.
  for (const char* member : {"word_embedding_dimension", "embedding_dimension"}) {
    const auto dimension = JsonMember<std::size_t>(config, member, 0, where, ErrorCode::kBadCheckpoint);
    if (dimension > 0) modules.pooled_dimension = dimension;
  }
}

// One entry of modules.json.
struct Module {
  std::string kind;  // the class alone: "Transformer"
  std::string type;  // as in the file
  std::filesystem::path path;
};

// The classes were renamed over the years (sentence_transformers.models.Pooling,
// sentence_transformers.models.pooling.Pooling,
// sentence_transformers.sentence_transformer.modules.pooling.Pooling), but the last part stayed.
Module ParseModule(const Json& entry, const std::string& where) {
  if (!entry.is_object()) Fail(ErrorCode::kBadCheckpoint, "{}: an entry is not a JSON object", where);
  Module module;
  module.type = RequiredJsonMember<std::string>(entry, "type", where, ErrorCode::kBadCheckpoint);
  const std::string path = JsonMember<std::string>(entry, "path", "", where, ErrorCode::kBadCheckpoint);
  module.path = std::filesystem::path(path).lexically_normal();
  if (module.path == ".") module.path.clear();
  if (module.path.is_absolute() || (!module.path.empty() && *module.path.begin() == "..")) {
    Fail(ErrorCode::kBadCheckpoint, "{}: path \"{}\" leaves the model folder", where, path);
  }
  module.kind = ModuleKind(module.type);
  return module;
}

// Token states and their pooling first, or the static embedding, which is both; each once.
void CheckOrder(const std::vector<std::string>& kinds, const std::string& where) {
  const auto count = [&](const char* kind) { return std::count(kinds.begin(), kinds.end(), kind); };
  const auto transformers = count("Transformer"), poolings = count("Pooling"),
             tables = count("StaticEmbedding");
  const bool transformer =
      transformers == 1 && poolings == 1 && tables == 0 && kinds[0] == "Transformer" && kinds[1] == "Pooling";
  const bool table = tables == 1 && transformers + poolings == 0 && kinds[0] == "StaticEmbedding";
  if (transformer || table) return;
  Fail(ErrorCode::kUnsupported,
       "{}: the modules are [{}]; supported: Transformer and Pooling, or StaticEmbedding, and, if wanted, "
       "Normalize, Dense, LayerNorm or Router, in this order",
       where, fmt::join(kinds, ", "));
}

}  // namespace

const char* PoolingName(Pooling pooling) {
  switch (pooling) {
    case Pooling::kMean:
      return "mean";
    case Pooling::kCls:
      return "cls";
    case Pooling::kMax:
      return "max";
    case Pooling::kMeanSqrtLength:
      return "mean_sqrt_len_tokens";
    case Pooling::kWeightedMean:
      return "weightedmean";
    case Pooling::kLastToken:
      return "lasttoken";
  }
  return "mean";
}

std::string PoolingNames(const std::vector<Pooling>& poolings) {
  std::string names;
  for (const Pooling pooling : poolings)
    names += (names.empty() ? "" : "+") + std::string(PoolingName(pooling));
  return names;
}

bool PoolsAllTokens(Pooling pooling) {
  return pooling != Pooling::kCls && pooling != Pooling::kLastToken;
}

Modules ReadModules(const std::filesystem::path& folder) {
  Modules modules;
  const std::filesystem::path path = folder / "modules.json";
  if (!HasModelFile(path)) return modules;
  const std::string where = path.string();
  const Json entries = ParseJson(ReadFile(path), where, ErrorCode::kBadCheckpoint);
  if (!entries.is_array()) Fail(ErrorCode::kBadCheckpoint, "{}: expected a JSON list of modules", where);
  modules.files.emplace_back("modules.json");

  std::vector<std::string> kinds;
  for (const Json& entry : entries) {
    const Module module = ParseModule(entry, where);
    if (module.kind == "Transformer") {
      modules.transformer = module.path;
    } else if (module.kind == "StaticEmbedding") {
      modules.transformer = module.path;
      modules.static_embedding = true;
    } else if (module.kind == "Pooling") {
      ReadPooling(folder / module.path / "config.json", modules);
      modules.files.push_back(module.path / "config.json");
    } else if (module.kind == "Normalize") {
      modules.vector_modules.emplace_back();
    } else if (module.kind == "Dense") {
      modules.vector_modules.push_back(ReadDense(folder, module.path, &modules.files));
    } else if (module.kind == "LayerNorm") {
      modules.vector_modules.push_back(ReadLayerNorm(folder, module.path, &modules.files));
    } else if (module.kind == "Router") {
      modules.vector_modules.push_back(ReadRouter(folder, module.path, &modules.files));
    } else {
      Fail(ErrorCode::kUnsupported,
           "{}: module \"{}\" is not supported; supported: Transformer, Pooling, StaticEmbedding, Normalize, "
           "Dense, LayerNorm, Router of sentence_transformers",
           where, module.type);
    }
    kinds.push_back(module.kind);
  }
  CheckOrder(kinds, where);
  modules.normalize =
      !modules.vector_modules.empty() && modules.vector_modules.back().kind == VectorModuleKind::kNormalize;
  return modules;
}

}  // namespace lengthwise
