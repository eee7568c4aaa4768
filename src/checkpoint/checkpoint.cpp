#include "checkpoint/checkpoint.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/fail.h"
#include "base/file.h"
#include "base/hash.h"
#include "checkpoint/gguf_model.h"
#include "checkpoint/model_file.h"
#include "checkpoint/model_location.h"
#include "checkpoint/tokenizer_file.h"

namespace lengthwise {
namespace {

namespace fs = std::filesystem;

// `convert`: what makes safetensors of older weights.
SafeTensors OpenWeights(const fs::path& transformer, const std::string& convert) {
  const fs::path path = transformer / "model.safetensors";
  // A link that leads nowhere is no reason to look for other weights.
  std::error_code ignored;
  if (fs::symlink_status(path, ignored).type() == fs::file_type::not_found) {
    if (const fs::path index = transformer / "model.safetensors.index.json"; HasModelFile(index))
      return SafeTensors::FromIndex(index);
    if (const fs::path pickle = transformer / "pytorch_model.bin"; Exists(pickle)) {
      Fail(ErrorCode::kUnsupported,
           "{}: only model.safetensors is read, and the folder has none; convert with: {}", pickle.string(),
           convert);
    }
  }
  RequireModelFile(path);
  return SafeTensors(path);
}

std::string HowToConvert(const fs::path& folder, const fs::path& transformer, StaticKind kind) {
  if (kind != StaticKind::kNone) {
    return fmt::format(
        "python3 -c \"from sentence_transformers import SentenceTransformer; "
        "SentenceTransformer('{0}').save('{0}')\"",
        folder.string());
  }
  return fmt::format(
      "python3 -c \"from transformers import AutoModel; "
      "AutoModel.from_pretrained('{0}').save_pretrained('{0}', max_shard_size='1000GB')\"",
      transformer.string());
}

// sentence-transformers lower-cases such texts before the tokenizer sees them, by rules of Python's own.
void RefuseLowerCasing(const Json& config, const std::string& where) {
  if (JsonMember(config, "do_lower_case", false, where, ErrorCode::kBadCheckpoint)) {
    Fail(ErrorCode::kUnsupported,
         "{}: do_lower_case outside the tokenizer is not supported; if tokenizer.json lower-cases anyway, "
         "set it to false",
         where);
  }
}

// A length that a user wrote: a whole number from 1.
std::size_t Length(const Json& value, const char* member, const std::string& where) {
  if (!value.is_number_unsigned() || value.get<std::size_t>() == 0) {
    Fail(ErrorCode::kBadCheckpoint, "{}: \"{}\" is not a whole number from 1: {}", where, member,
         value.dump());
  }
  return value.get<std::size_t>();
}

// Reads the limit into `checkpoint` and notes the file that it came from. Returns what was assumed where
// sentence-transformers' own file is missing; empty: nothing. `transformer` is relative to the folder.
std::string ReadMaxSeqLength(const fs::path& transformer, Checkpoint* checkpoint) {
  bool given = false;
  // The names that sentence-transformers looks for; all but the first are of its early days.
  for (const char* name :
       {"sentence_bert_config.json", "sentence_roberta_config.json", "sentence_distilbert_config.json",
        "sentence_camembert_config.json", "sentence_albert_config.json", "sentence_xlm-roberta_config.json",
        "sentence_xlnet_config.json"}) {
    const fs::path path = checkpoint->folder / transformer / name;
    if (!HasModelFile(path)) continue;
    given = true;
    const Json config = ReadJsonObject(path, ErrorCode::kBadCheckpoint);
    RefuseLowerCasing(config, path.string());
    checkpoint->small_files.push_back(transformer / name);
    const auto limit = config.find("max_seq_length");
    if (limit != config.end() && !limit->is_null()) {
      checkpoint->max_seq_length = Length(*limit, "max_seq_length", path.string());
      return "";
    }
    break;
  }
  std::string assumed =
      given ? "" : "no sentence_bert_config.json: texts may be as long as the model has positions";
  const fs::path path = checkpoint->folder / transformer / "tokenizer_config.json";
  if (!HasModelFile(path)) return assumed;
  const Json config = ReadJsonObject(path, ErrorCode::kBadCheckpoint);
  const auto limit = config.find("model_max_length");
  // transformers writes 1e30, a float once read, where it knows no limit.
  if (limit == config.end() || limit->is_null() || limit->is_number_float()) return assumed;
  checkpoint->max_seq_length = Length(*limit, "model_max_length", path.string());
  checkpoint->small_files.push_back(transformer / "tokenizer_config.json");
  if (given) return "";
  return fmt::format("no sentence_bert_config.json: texts may have the {} tokens of tokenizer_config.json",
                     checkpoint->max_seq_length);
}

// The vectors that Pooling announces are those that the transformer makes.
void CheckPooledDimension(const Modules& modules, const Json& config, const std::string& where) {
  // DistilBERT has a name of its own.
  const char* const member = config.contains("hidden_size") ? "hidden_size" : "dim";
  const auto hidden = JsonMember<double>(config, member, 0, where, ErrorCode::kBadCheckpoint);
  if (modules.pooled_dimension == 0 || hidden == 0) return;
  if (static_cast<double>(modules.pooled_dimension) != hidden) {
    Fail(ErrorCode::kBadCheckpoint,
         "{}: \"{}\" is {}, but the module Pooling is of {} components: they are of different "
         "models; fetch the whole folder again",
         where, member, hidden, modules.pooled_dimension);
  }
}

// The length and the normalising of a model2vec folder.
void ReadModel2Vec(const Modules& modules, Checkpoint* checkpoint) {
  const std::string where = checkpoint->config_json.string();
  checkpoint->max_seq_length = Model2VecLength(checkpoint->config, where);
  if (Model2VecNormalizes(checkpoint->config, modules, where) && modules.files.empty()) {
    checkpoint->vector_modules.emplace_back();
    checkpoint->normalize = true;
  }
}

// What of a transformer's folder was not there to read: its modules, its length.
void ReadTransformerLimits(const Modules& modules, Checkpoint* checkpoint) {
  std::vector<std::string> assumed;
  if (modules.files.empty())
    assumed.emplace_back("no modules.json: vectors are the mean of the token states, not normalised");
  const std::string assumed_length = ReadMaxSeqLength(modules.transformer, checkpoint);
  if (!assumed_length.empty()) assumed.push_back(assumed_length);
  if (assumed.empty()) return;
  checkpoint->warnings.push_back(
      fmt::format("{} has {}, as sentence-transformers takes such a folder; if it is a copy of another, copy "
                  "the missing too",
                  checkpoint->folder.string(), fmt::join(assumed, "; ")));
}

// It has neither modules nor prompts.
Checkpoint OpenGguf(const fs::path& given, const fs::path& file) {
  GgufModel model = ReadGgufModel(file);
  Checkpoint checkpoint{.folder = given,
                        .config = std::move(model.config),
                        .weights = std::move(model.weights),
                        .pooling = {model.pooling.value_or(Pooling::kMean)},
                        .vector_modules = {},
                        .prompts = {},
                        .transformer = {},
                        .tokenizer_json = file,
                        .tokenizer_text = std::move(model.tokenizer),
                        .config_json = file,
                        .warnings = {},
                        .small_files = {}};
  if (!model.pooling) {
    checkpoint.warnings.push_back(fmt::format(
        "{} names no pooling: vectors are the mean of the token states, not normalised", file.string()));
  }
  return checkpoint;
}

// A file's name and size first, so that contents cannot move from one file to the next unseen.
void HashHead(const std::string& name, std::uint64_t size, Hasher* hasher) {
  hasher->Add(std::string_view(name));
  hasher->Add(std::as_bytes(std::span(&size, 1)));
}

}  // namespace

Checkpoint OpenCheckpoint(const fs::path& folder) {
  if (const fs::path file = FindGguf(folder); !file.empty()) return OpenGguf(folder, file);
  CheckModelFolder(folder);
  const Modules modules = ReadModules(folder);
  const StaticKind static_kind = StaticKindOf(folder, modules);
  const fs::path transformer = modules.transformer.empty() ? folder : folder / modules.transformer;
  // StaticEmbedding has no configuration.
  const bool configured = static_kind != StaticKind::kSentenceTransformers;
  const fs::path config_json = configured ? transformer / "config.json" : folder / "modules.json";
  Json config = Json::object();
  if (configured) {
    RequireModelFile(config_json);
    config = ReadJsonObject(config_json, ErrorCode::kBadCheckpoint);
    CheckPooledDimension(modules, config, config_json.string());
  }
  Checkpoint checkpoint{.folder = folder,
                        .config = std::move(config),
                        .weights = OpenWeights(transformer, HowToConvert(folder, transformer, static_kind)),
                        .pooling = modules.pooling,
                        .vector_modules = modules.vector_modules,
                        .normalize = modules.normalize,
                        .prompts = ReadPrompts(folder),
                        .include_prompt = modules.include_prompt,
                        .transformer = modules.transformer,
                        .static_kind = static_kind,
                        .tokenizer_json = FindTokenizer(transformer),
                        .tokenizer_text = {},
                        .config_json = config_json,
                        .warnings = {},
                        .small_files = modules.files};
  if (static_kind == StaticKind::kNone) ReadTransformerLimits(modules, &checkpoint);
  if (static_kind == StaticKind::kModel2Vec) ReadModel2Vec(modules, &checkpoint);
  if (configured) checkpoint.small_files.push_back(modules.transformer / "config.json");
  checkpoint.small_files.push_back(modules.transformer / "tokenizer.json");
  if (checkpoint.prompts.any()) checkpoint.small_files.emplace_back("config_sentence_transformers.json");
  std::sort(checkpoint.small_files.begin(), checkpoint.small_files.end());
  return checkpoint;
}

std::string Fingerprint(const Checkpoint& checkpoint) {
  Hasher hasher;
  for (const fs::path& name : checkpoint.small_files) {
    const std::string bytes = ReadFile(checkpoint.folder / name);
    HashHead(name.generic_string(), bytes.size(), &hasher);
    hasher.Add(std::as_bytes(std::span(bytes)));
  }
  for (const MappedFile& weights : checkpoint.weights.files()) {
    const std::span<const std::byte> bytes = weights.bytes();
    HashHead(weights.path().filename().string(), bytes.size(), &hasher);
    // Pages are given back as they are hashed, so that a fingerprint costs no memory.
    constexpr std::size_t kBlock = std::size_t{4} << 20;
    for (std::size_t begin = 0; begin < bytes.size(); begin += kBlock) {
      const auto block = bytes.subspan(begin, std::min(kBlock, bytes.size() - begin));
      hasher.Add(block);
      weights.Release(block);
    }
  }
  return hasher.Digest();
}

}  // namespace lengthwise
