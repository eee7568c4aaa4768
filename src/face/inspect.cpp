#include "lengthwise/inspect.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "embedding/session.h"
#include "face/inspect_words.h"
#include "math/cpu.h"
#include "math/thread_pool.h"
#include "report/document_json.h"

namespace lengthwise {
namespace {

OrderedJson PositionsJson(const ModelSpec& spec) {
  if (spec.is_static()) return {{"kind", "none"}, {"rows", nullptr}, {"reserved_rows", nullptr}};
  const char* kind = spec.distance_penalty ? "distance (ALiBi)" : "relative";
  if (!spec.rotary.empty()) kind = "rotary";
  if (spec.has_position_table()) kind = spec.relative_buckets > 0 ? "learned and relative" : "learned";
  OrderedJson json = {{"kind", kind}, {"rows", spec.position_rows}, {"reserved_rows", spec.position_offset}};
  if (spec.relative_buckets > 0) json["relative_buckets"] = spec.relative_buckets;
  return json;
}

// Null, as the two below, for a static model, which has none.
OrderedJson AttentionJson(const ModelSpec& spec) {
  if (spec.is_static()) return {};
  std::size_t local = 0, window = 0;
  for (const LayerNames& names : spec.layer_names) {
    if (names.window == 0) continue;
    ++local;
    window = names.window;
  }
  return {{"causal", spec.causal},
          {"key_value_heads", spec.kv_heads},
          {"local_layers", local},
          {"window", CountOrNull(window)}};
}

const char* ActivationName(InnerActivation activation) {
  switch (activation) {
    case InnerActivation::kGelu:
      return "GELU";
    case InnerActivation::kGeluTanh:
      return "GELU (tanh)";
    case InnerActivation::kSilu:
      return "SiLU";
    case InnerActivation::kRelu:
      return "ReLU";
  }
  return "";
}

OrderedJson FeedForwardJson(const ModelSpec& spec) {
  if (spec.is_static()) return {};
  return {
      {"size", spec.intermediate}, {"activation", ActivationName(spec.activation)}, {"gated", spec.gated()}};
}

OrderedJson NormsJson(const ModelSpec& spec) {
  if (spec.is_static()) return {};
  const SublayerNorms& norms = spec.layer_names.front().feed_forward_norms;
  const char* place = norms.input.empty() ? "after" : "before";
  if (!norms.input.empty() && !norms.added.empty()) place = "before and after";
  return {{"kind", spec.norm == NormKind::kLayer ? "LayerNorm" : "RMSNorm"},
          {"place", place},
          {"queries_and_keys", !spec.layer_names.front().query_norm.empty()}};
}

// The file of the folder that sentence-transformers' limit was read from: of those that count, one that names
// none is followed by the tokenizer's.
std::string LimitFile(const Checkpoint& checkpoint) {
  if (checkpoint.static_kind == StaticKind::kModel2Vec)
    return checkpoint.config.contains("max_length") ? "config.json"
                                                    : "model2vec's own, which config.json does not change";
  if (checkpoint.static_kind == StaticKind::kSentenceTransformers) return "tokenizer.json";
  std::string found;
  for (const std::filesystem::path& file : checkpoint.small_files) {
    const std::string name = file.filename().string();
    if (name == "tokenizer_config.json") return file.generic_string();
    if (name.starts_with("sentence_") && name.ends_with("_config.json")) found = file.generic_string();
  }
  return found;
}

OrderedJson LimitsJson(const LoadedModel& model) {
  const Checkpoint& checkpoint = model.checkpoint();
  const LengthLimits limits = model.limits();
  const std::string config = checkpoint.gguf() ? checkpoint.config_json.filename().string()
                                               : (checkpoint.transformer / "config.json").generic_string();
  const bool named = limits.sentence_transformers > 0;
  const bool any_length = model.spec().any_length;
  return {{"in_force", limits.in_force},
          {"in_force_from", named && limits.sentence_transformers <= limits.positions
                                ? OrderedJson(LimitFile(checkpoint))
                            : model.spec().is_static() ? OrderedJson()
                                                       : OrderedJson(config)},
          {"sentence_transformers", CountOrNull(limits.sentence_transformers)},
          {"sentence_transformers_from", named ? OrderedJson(LimitFile(checkpoint)) : OrderedJson()},
          {"positions", limits.positions},
          {"positions_from", any_length ? OrderedJson() : OrderedJson(config)},
          {"trained", CountOrNull(limits.trained)},
          {"special_tokens", model.special_tokens()}};
}

// The types of a part of tokenizer.json and of the parts that it is a sequence of.
OrderedJson PartTypes(const Json& part) {
  OrderedJson types = OrderedJson::array();
  if (!part.is_object()) return types;
  if (part.value("type", "") != "Sequence") {
    types.push_back(part.value("type", ""));
    return types;
  }
  for (const char* list : {"normalizers", "pretokenizers", "processors"}) {
    if (!part.contains(list)) continue;
    for (const Json& member : part[list]) types.push_back(member.value("type", ""));
  }
  return types;
}

// tokenizer.json without its vocabulary and merges, which are long; the tokenizer has read them.
Json ReadParts(const Checkpoint& checkpoint) {
  const auto keep = [](int depth, Json::parse_event_t event, const Json& value) {
    constexpr int kOfModel = 2;
    return event != Json::parse_event_t::key || depth != kOfModel || (value != "vocab" && value != "merges");
  };
  return Json::parse(checkpoint.gguf() ? checkpoint.tokenizer_text : ReadFile(checkpoint.tokenizer_json),
                     keep);
}

OrderedJson Tokens(const Tokenizer& tokenizer, std::span<const std::int32_t> ids) {
  OrderedJson tokens = OrderedJson::array();
  for (const std::int32_t id : ids) tokens.push_back(std::string(tokenizer.token(id)));
  return tokens;
}

OrderedJson TokenizerJson(const LoadedModel& model) {
  const Tokenizer& tokenizer = model.tokenizer();
  const Json parts = ReadParts(model.checkpoint());
  const auto part = [&](const char* name) {
    return parts.contains(name) ? PartTypes(parts[name]) : OrderedJson::array();
  };
  // Early files do not say the type.
  const Json& kind = parts.at("model");
  const std::string type =
      kind.value("type", kind.contains("continuing_subword_prefix") ? "WordPiece" : "BPE");
  OrderedJson json = {{"model", type},
                      {"vocabulary", tokenizer.vocabulary_size()},
                      {"normalizers", part("normalizer")},
                      {"pre_tokenizers", part("pre_tokenizer")},
                      {"post_processors", part("post_processor")},
                      {"before", Tokens(tokenizer, tokenizer.prefix())},
                      {"after", Tokens(tokenizer, tokenizer.suffix())}};
  const std::int32_t unknown = tokenizer.unknown_id();
  json["unknown"] = unknown < 0 ? OrderedJson() : OrderedJson(std::string(tokenizer.token(unknown)));
  return json;
}

OrderedJson ModulesJson(const LoadedModel& model) {
  const Checkpoint& checkpoint = model.checkpoint();
  std::size_t dimension = model.spec().hidden * checkpoint.pooling.size();
  OrderedJson modules = OrderedJson::array();
  modules.push_back({{"kind", model.spec().is_static() ? "StaticEmbedding" : "Pooling"},
                     {"mode", PoolingNames(checkpoint.pooling)},
                     {"include_prompt", checkpoint.include_prompt},
                     {"dimension", dimension}});
  for (const VectorModule& module : checkpoint.vector_modules) {
    OrderedJson json = {{"kind", "Normalize"}};
    if (module.kind == VectorModuleKind::kLayerNorm) json["kind"] = "LayerNorm";
    if (module.kind == VectorModuleKind::kDense) {
      dimension = ReadDenseWeights(checkpoint.folder, module.document).outputs;
      json["kind"] = module.query == module.document ? "Dense" : "Router";
    }
    json["dimension"] = dimension;
    modules.push_back(std::move(json));
  }
  return modules;
}

OrderedJson PromptsJson(const Prompts& prompts) {
  return {{"queries", prompts.OfQueries()}, {"documents", prompts.OfDocuments()}, {"by_name", prompts.texts}};
}

OrderedJson WeightsJson(const Checkpoint& checkpoint) {
  std::map<std::string, std::size_t> types;
  std::size_t parameters = 0, bytes = 0;
  OrderedJson files = OrderedJson::array();
  for (const auto& [name, tensor] : checkpoint.weights.tensors()) {
    if (tensor.type == DataType::kOther) continue;  // numbers of positions, not weights
    types[tensor.type_name] += tensor.size();
    parameters += tensor.size();
  }
  for (const MappedFile& file : checkpoint.weights.files()) {
    bytes += file.bytes().size();
    files.push_back(file.path().filename().string());
  }
  return {{"parameters", parameters}, {"types", types}, {"bytes", bytes}, {"files", files}};
}

// What a loaded fp32 model takes: layers as they are packed and positions; word embeddings stay in the file.
OrderedJson MemoryJson(const LoadedModel& model) {
  const ModelSpec& spec = model.spec();
  const Tensor& words = model.checkpoint().weights.tensors().find(spec.word_embeddings)->second;
  if (spec.is_static()) return {{"packed_bytes", 0}, {"word_embeddings_bytes", words.bytes.size()}};
  const std::size_t layer = spec.hidden * (spec.qkv_width() + spec.context_width()) +
                            (spec.gated() ? 3 : 2) * spec.hidden * spec.intermediate;
  const std::size_t table = spec.has_position_table() ? spec.position_rows * spec.hidden : 0;
  const std::size_t values = spec.layers * layer + table;
  return {{"packed_bytes", values * sizeof(float)}, {"word_embeddings_bytes", words.bytes.size()}};
}

OrderedJson RepairJson(const char* option, bool applies, bool folds, const std::string& note) {
  OrderedJson json = {{"option", option}, {"applies", applies}, {"folds", folds}};
  if (!note.empty()) json["note"] = note;
  return json;
}

OrderedJson RepairsJson(const LoadedModel& model) {
  const std::vector<Pooling>& pooling = model.checkpoint().pooling;
  const bool all_tokens = std::all_of(pooling.begin(), pooling.end(), PoolsAllTokens);
  const ModelSpec& spec = model.spec();
  const bool relative = spec.has_distance_bias();
  const bool positions = spec.has_position_table() || !spec.rotary.empty();
  OrderedJson repairs = OrderedJson::array();
  if (spec.is_static()) {
    for (const char* option :
         {"--temperature", "--temperature-by-length", "--attn-scale", "--attention-top-k", "--positions"})
      repairs.push_back(RepairJson(option, false, false, "the model has no attention"));
    const bool exports = model.checkpoint().static_kind == StaticKind::kSentenceTransformers;
    repairs.push_back(RepairJson("--long-input", true, false, ""));
    repairs.push_back(RepairJson("--postprocess", true, exports, ""));
    return repairs;
  }
  repairs.push_back(RepairJson("--temperature", true, true, ""));
  repairs.push_back(RepairJson("--temperature-reading", relative, relative,
                               relative ? "" : "the model has no position biases to leave as they are"));
  repairs.push_back(RepairJson("--temperature-by-length", true, false, ""));
  repairs.push_back(RepairJson("--attn-scale", true, false, ""));
  repairs.push_back(RepairJson("--attention-top-k", true, false, ""));
  const bool scales = !spec.has_position_table() && !spec.rotary_scaling_member.empty();
  std::string positions_note = positions ? "" : "the model has no positions but distances";
  if (scales) positions_note = "of rotary positions interpolate alone can be exported";
  repairs.push_back(
      RepairJson("--positions", positions, spec.has_position_table() || scales, positions_note));
  repairs.push_back(RepairJson("--long-input", true, false, ""));
  repairs.push_back(
      RepairJson("--late-chunking", all_tokens, false,
                 all_tokens ? "" : "the vector is the state of one token, which is not in every window"));
  repairs.push_back(RepairJson("--postprocess", true, true, ""));
  if (model.checkpoint().gguf()) {
    for (OrderedJson& repair : repairs) repair["folds"] = false;
  }
  return repairs;
}

// Tokens a second of texts of one length, as many at a time as keep all threads at work.
OrderedJson SpeedJson(const Model& model) {
  const Session session(LoadedModelOf(model), ThreadPoolOf(model), {});
  const std::size_t limit = session.limits().in_force;
  constexpr std::size_t kTokens = 4096;
  constexpr std::size_t kLongest = std::size_t{1} << 15;  // of models without a limit
  constexpr std::chrono::duration<double> kLongEnough(0.3);
  std::vector<std::size_t> lengths;
  for (const std::size_t length : {std::size_t{16}, std::size_t{128}, std::min(limit, kLongest)}) {
    if (length > session.special_tokens() && length <= limit && (lengths.empty() || length > lengths.back()))
      lengths.push_back(length);
  }
  const auto vocabulary = static_cast<std::int32_t>(session.tokenizer().vocabulary_size());
  OrderedJson by_length = OrderedJson::array();
  for (const std::size_t length : lengths) {
    std::vector<std::vector<std::int32_t>> texts(std::max<std::size_t>(kTokens / length, 1));
    std::int32_t id = 0;
    for (std::vector<std::int32_t>& text : texts) {
      std::vector<std::int32_t> content(length);
      for (std::int32_t& token : content) token = id++ % vocabulary;
      text = session.WithSpecials(content, length);
    }
    const auto run = [&] { session.EmbedSequences(texts, {}, [](std::size_t, auto, auto) {}); };
    run();  // memory is got, and weights are read
    std::size_t rounds = 0;
    const auto start = std::chrono::steady_clock::now();
    std::chrono::duration<double> took{};
    do {
      run();
      ++rounds;
      took = std::chrono::steady_clock::now() - start;
    } while (took < kLongEnough);
    const double second = static_cast<double>(rounds * texts.size()) / took.count();
    by_length.push_back({{"tokens", length},
                         {"texts_per_second", second},
                         {"tokens_per_second", second * static_cast<double>(length)}});
  }
  return {{"threads", session.pool().size()},
          {"precision", "fp32"},
          {"instructions", InstructionSet()},
          {"by_length", by_length}};
}

}  // namespace

Inspection InspectModel(const Model& handle, bool speed) {
  const LoadedModel& model = *LoadedModelOf(handle);
  const ModelSpec& spec = model.spec();
  const OrderedJson document = {{"name", handle.name()},
                                {"folder", handle.folder().string()},
                                {"architecture", spec.architecture},
                                {"positions", PositionsJson(spec)},
                                {"layers", spec.layers},
                                {"heads", spec.heads},
                                {"head_size", spec.head_size()},
                                {"hidden", spec.hidden},
                                {"attention", AttentionJson(spec)},
                                {"feed_forward", FeedForwardJson(spec)},
                                {"norms", NormsJson(spec)},
                                {"vocabulary", spec.vocabulary},
                                {"dimension", model.dimension()},
                                {"limits", LimitsJson(model)},
                                {"tokenizer", TokenizerJson(model)},
                                {"modules", ModulesJson(model)},
                                {"normalize", model.checkpoint().normalize},
                                {"prompts", PromptsJson(model.checkpoint().prompts)},
                                {"weights", WeightsJson(model.checkpoint())},
                                {"memory", MemoryJson(model)},
                                {"repairs", RepairsJson(model)},
                                {"speed", speed ? SpeedJson(handle) : OrderedJson()},
                                {"warnings", model.checkpoint().warnings}};
  return {document.dump(-1, ' ', false, OrderedJson::error_handler_t::replace), InspectionWords(document)};
}

}  // namespace lengthwise
