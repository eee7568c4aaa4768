#include "checkpoint/gguf_model.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/fail.h"
#include "base/file.h"
#include "checkpoint/gguf.h"
#include "checkpoint/model_file.h"

namespace lengthwise {
namespace {

namespace fs = std::filesystem;

// What llama.cpp and transformers call the same. `{}` is a layer's number.
struct TensorName {
  std::string_view ggml, transformers;
};
constexpr std::array kNames = {TensorName{"token_embd.weight", "model.embed_tokens.weight"},
                               TensorName{"output_norm.weight", "model.norm.weight"},
                               TensorName{"output.weight", "lm_head.weight"}};
constexpr std::array kLayerNames = {TensorName{"attn_norm.weight", "input_layernorm.weight"},
                                    TensorName{"attn_q.weight", "self_attn.q_proj.weight"},
                                    TensorName{"attn_k.weight", "self_attn.k_proj.weight"},
                                    TensorName{"attn_v.weight", "self_attn.v_proj.weight"},
                                    TensorName{"attn_q.bias", "self_attn.q_proj.bias"},
                                    TensorName{"attn_k.bias", "self_attn.k_proj.bias"},
                                    TensorName{"attn_v.bias", "self_attn.v_proj.bias"},
                                    TensorName{"attn_output.weight", "self_attn.o_proj.weight"},
                                    TensorName{"attn_q_norm.weight", "self_attn.q_norm.weight"},
                                    TensorName{"attn_k_norm.weight", "self_attn.k_norm.weight"},
                                    TensorName{"ffn_norm.weight", "post_attention_layernorm.weight"},
                                    TensorName{"ffn_gate.weight", "mlp.gate_proj.weight"},
                                    TensorName{"ffn_up.weight", "mlp.up_proj.weight"},
                                    TensorName{"ffn_down.weight", "mlp.down_proj.weight"}};
constexpr std::string_view kLayer = "blk.";

// By general.architecture, which is transformers' model_type too.
struct GgufArchitecture {
  std::string_view name;
  // Its queries and keys are stored with the halves of a head that turn together side by side.
  bool interleaved;
};
constexpr std::array kGgufArchitectures = {GgufArchitecture{"llama", true}, GgufArchitecture{"qwen2", false},
                                           GgufArchitecture{"qwen3", false}};

// The members of the architecture, behind its name and a dot.
class Members {
 public:
  Members(const Json& metadata, std::string architecture, std::string where)
      : metadata_(metadata), architecture_(std::move(architecture)), where_(std::move(where)) {}

  std::optional<std::uint64_t> Count(const char* name) {
    const Json* const value = Find(name);
    if (value == nullptr) return std::nullopt;
    constexpr std::uint64_t kMost = 1 << 24;
    if (!value->is_number_unsigned() || value->get<std::uint64_t>() == 0 ||
        value->get<std::uint64_t>() > kMost)
      Refuse(name, *value, "expected a whole number from 1");
    return value->get<std::uint64_t>();
  }
  std::uint64_t RequiredCount(const char* name) {
    const std::optional<std::uint64_t> value = Count(name);
    if (!value) Fail(ErrorCode::kBadCheckpoint, "{}: \"{}\" is missing", where_, Key(name));
    return *value;
  }
  std::optional<double> Number(const char* name) {
    const Json* const value = Find(name);
    if (value == nullptr) return std::nullopt;
    if (!value->is_number() || !(value->get<double>() > 0)) Refuse(name, *value, "expected a number above 0");
    return value->get<double>();
  }
  std::string Text(const char* name, const std::string& standard) {
    const Json* const value = Find(name);
    if (value == nullptr) return standard;
    if (!value->is_string()) Refuse(name, *value, "expected a text");
    return value->get<std::string>();
  }
  // Throws unless the member is absent or has this value.
  void Require(const char* name, const Json& supported) {
    const Json* const value = Find(name);
    if (value != nullptr && *value != supported) {
      Fail(ErrorCode::kUnsupported, "{}: \"{}\" is {}; this version supports {}", where_, Key(name),
           value->dump(), supported.dump());
    }
  }
  [[noreturn]] void Refuse(const char* name, const Json& value, std::string_view expected) const {
    Fail(ErrorCode::kBadCheckpoint, "{}: \"{}\" is {}, {}", where_, Key(name),
         value.is_primitive() ? value.dump() : value.type_name(), expected);
  }
  // Throws for a member that nobody has asked for: it may change what the model computes.
  void CheckAllRead() const {
    for (const auto& [key, value] : metadata_.items()) {
      if (key.starts_with(architecture_ + ".") && !read_.contains(key)) {
        Fail(ErrorCode::kUnsupported, "{}: \"{}\" is given; this version supports {} models without it",
             where_, key, architecture_);
      }
    }
  }
  std::string Key(const char* name) const { return fmt::format("{}.{}", architecture_, name); }
  // Null: it is absent.
  const Json* Find(const char* name) {
    const std::string key = Key(name);
    read_.insert(key);
    const auto found = metadata_.find(key);
    return found == metadata_.end() ? nullptr : &*found;
  }

 private:
  const Json& metadata_;
  std::string architecture_, where_;
  std::set<std::string> read_;
};

const GgufArchitecture& ArchitectureOf(const Json& metadata, const std::string& where) {
  const auto name =
      RequiredJsonMember<std::string>(metadata, "general.architecture", where, ErrorCode::kBadCheckpoint);
  std::string supported;
  for (const GgufArchitecture& known : kGgufArchitectures) {
    if (name == known.name) return known;
    supported += fmt::format("{}{}", supported.empty() ? "" : ", ", known.name);
  }
  Fail(ErrorCode::kUnsupported,
       "{}: \"general.architecture\" is \"{}\"; of GGUF files this version reads {}; other models as folders "
       "of "
       "safetensors",
       where, name, supported);
}

Json ReadRopeScaling(Members& members) {
  const std::string type = members.Text("rope.scaling.type", "none");
  if (type == "none") return nullptr;
  if (type != "linear") members.Require("rope.scaling.type", "linear");
  return {{"rope_type", "linear"}, {"factor", members.Number("rope.scaling.factor").value_or(1.0)}};
}

// What the metadata says of the model.
struct Description {
  Json config;
  std::size_t head_width = 0;
  std::optional<Pooling> pooling;
};

// Sizes that the weights contradict are found where they are read.
Description Describe(const Json& metadata, const GgufArchitecture& architecture, std::size_t vocabulary,
                     const std::string& where) {
  Members members(metadata, std::string(architecture.name), where);
  const std::uint64_t hidden = members.RequiredCount("embedding_length");
  const std::uint64_t heads = members.RequiredCount("attention.head_count");
  const std::uint64_t width = members.Count("attention.key_length").value_or(hidden / heads);
  members.Require("attention.value_length", width);
  members.Require("rope.dimension_count", width);
  members.Require("attention.causal", true);
  // What early files say of the order of queries and keys, which is the order of all.
  members.Require("tensor_data_layout", "Meta AI original pth");
  members.Require("vocab_size", vocabulary);
  Description description{.config = {}, .head_width = width, .pooling = {}};
  description.config = {{"model_type", architecture.name},
                        {"hidden_size", hidden},
                        {"num_hidden_layers", members.RequiredCount("block_count")},
                        {"num_attention_heads", heads},
                        {"num_key_value_heads", members.Count("attention.head_count_kv").value_or(heads)},
                        {"head_dim", width},
                        {"intermediate_size", members.RequiredCount("feed_forward_length")},
                        {"max_position_embeddings", members.RequiredCount("context_length")},
                        {"vocab_size", vocabulary},
                        {"rms_norm_eps", members.Number("attention.layer_norm_rms_epsilon").value_or(1e-6)},
                        {"rope_theta", members.Number("rope.freq_base").value_or(10000.0)},
                        {"hidden_act", "silu"}};
  if (const Json scaling = ReadRopeScaling(members); !scaling.is_null())
    description.config["rope_scaling"] = scaling;
  // llama.cpp's numbers.
  constexpr std::array<std::optional<Pooling>, 4> kPoolings = {std::nullopt, Pooling::kMean, Pooling::kCls,
                                                               Pooling::kLastToken};
  if (const Json* const pooling = members.Find("pooling_type"); pooling != nullptr) {
    if (!pooling->is_number_unsigned() || pooling->get<std::size_t>() >= kPoolings.size()) {
      Fail(ErrorCode::kUnsupported, "{}: \"{}\" is {}; supported: 0 (none), 1 (mean), 2 (cls), 3 (last)",
           where, members.Key("pooling_type"), pooling->dump());
    }
    description.pooling = kPoolings.at(pooling->get<std::size_t>());
  }
  members.CheckAllRead();
  return description;
}

// The name that transformers has for it; its own where there is none, which the encoder will refuse.
std::string Renamed(const std::string& name) {
  for (const TensorName& known : kNames) {
    if (name == known.ggml) return std::string(known.transformers);
  }
  const std::size_t dot = name.find('.', kLayer.size());
  if (!name.starts_with(kLayer) || dot == std::string::npos) return name;
  const std::string_view part = std::string_view(name).substr(dot + 1);
  for (const TensorName& known : kLayerNames) {
    if (part == known.ggml) {
      return fmt::format("model.layers.{}.{}", name.substr(kLayer.size(), dot - kLayer.size()),
                         known.transformers);
    }
  }
  return name;
}

void CheckType(const Tensor& tensor, const std::string& where) {
  if (tensor.type != DataType::kOther) return;
  Fail(ErrorCode::kUnsupported,
       "{}: tensor \"{}\" is stored as {}; supported: F32, F16, BF16, Q8_0, Q4_0, Q4_1; take the file of one "
       "of "
       "these, or make it with: llama-quantize --allow-requantize '{}' OUTPUT.gguf Q8_0",
       where, tensor.name, tensor.type_name, where);
}

SafeTensors RenamedWeights(MappedFile file, const std::map<std::string, Tensor, std::less<>>& tensors,
                           std::size_t paired_rows, const std::string& where) {
  std::map<std::string, Tensor, std::less<>> renamed;
  for (const auto& [name, stored] : tensors) {
    if (name == "rope_freqs.weight") {
      Fail(
          ErrorCode::kUnsupported,
          "{}: \"rope_freqs.weight\" stretches rotary positions by a table, which is not supported; take the "
          "model's folder of safetensors",
          where);
    }
    CheckType(stored, where);
    Tensor tensor = stored;
    std::string other = Renamed(name);
    const bool turned =
        other.find(".q_proj.") != std::string::npos || other.find(".k_proj.") != std::string::npos;
    // Of another shape than the model's it will be refused.
    if (paired_rows > 0 && turned && tensor.shape.front() % paired_rows == 0)
      tensor.paired_rows = paired_rows;
    if (!renamed.emplace(std::move(other), std::move(tensor)).second)
      Fail(ErrorCode::kBadCheckpoint, "{}: tensor \"{}\" is there under two names", where, name);
  }
  return SafeTensors::OfFile(std::move(file), std::move(renamed));
}

}  // namespace

fs::path FindGguf(const fs::path& given) {
  std::error_code error;
  const auto is_gguf = [](const fs::path& path) {
    std::error_code ignored;
    return path.extension() == ".gguf" && fs::is_regular_file(path, ignored);
  };
  if (is_gguf(given)) return given;
  if (!fs::is_directory(given, error) || Exists(given / "config.json") || Exists(given / "modules.json"))
    return {};
  std::vector<std::string> found;
  for (fs::directory_iterator entry(given, error), end; !error && entry != end; entry.increment(error)) {
    if (is_gguf(entry->path())) found.push_back(entry->path().string());
  }
  std::sort(found.begin(), found.end());
  if (found.size() > 1) {
    Fail(ErrorCode::kBadInput, "{} holds {} GGUF files; give one of them: {}", given.string(), found.size(),
         fmt::join(found, ", "));
  }
  return found.empty() ? fs::path() : fs::path(found.front());
}

GgufModel ReadGgufModel(const fs::path& path) {
  RequireModelFile(path);
  const std::string where = path.string();
  MappedFile file(path);
  Gguf gguf = ReadGguf(file.bytes(), where);
  const GgufArchitecture& architecture = ArchitectureOf(gguf.metadata, where);
  const auto words = gguf.tensors.find("token_embd.weight");
  if (words == gguf.tensors.end() || words->second.shape.size() != 2)
    Fail(ErrorCode::kBadCheckpoint, "{}: tensor \"token_embd.weight\" is missing or no table", where);
  Description description = Describe(gguf.metadata, architecture, words->second.shape.front(), where);
  std::string tokenizer = GgufTokenizer(gguf.metadata, where);
  return {.config = std::move(description.config),
          .tokenizer = std::move(tokenizer),
          .weights = RenamedWeights(std::move(file), gguf.tensors,
                                    architecture.interleaved ? description.head_width : 0, where),
          .pooling = description.pooling};
}

}  // namespace lengthwise
