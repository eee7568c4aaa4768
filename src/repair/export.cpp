#include "repair/export.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>
#include <system_error>
#include <utility>

#include "base/fail.h"
#include "base/file.h"
#include "base/json.h"
#include "checkpoint/safetensors_writer.h"
#include "embedding/finishing.h"
#include "lengthwise/new_folder.h"
#include "lengthwise/version.h"
#include "repair/export_folder.h"
#include "repair/fold_attention.h"
#include "repair/fold_positions.h"

namespace lengthwise {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWeights = "model.safetensors";

void CheckFoldable(const Repair& repair, std::optional<Role> role) {
  if (repair.long_input.kind != LongInputKind::kTruncate) {
    Fail(
        ErrorCode::kUnsupported,
        "the long-input policy {} cannot be folded into a model folder, whose runtimes truncate; take it out "
        "of the repair, or serve the model with lengthwise",
        LongInputKindName(repair.long_input.kind));
  }
  if (repair.attention.IsIdentity() && repair.positions.IsIdentity() && repair.post_process.IsIdentity()) {
    Fail(
        ErrorCode::kBadInput,
        "the repair changes nothing that could be folded: give a temperature other than 1, a position map or "
        "a post-processing");
  }
  if (role && !repair.post_process.NeedsRole()) {
    Fail(ErrorCode::kBadInput,
         "the role {} has no effect: the repair treats documents and queries alike; leave it out",
         RoleName(*role));
  }
}

std::string DescribeAttention(const AttentionPolicy& policy) {
  const char* bias =
      policy.reading == TemperatureReading::kScores ? "" : ", position biases left as they are";
  if (policy.by_head.empty()) return fmt::format("attention temperature {}{}", policy.temperature, bias);
  return fmt::format("attention temperatures by layer and head{}", bias);
}

std::string DescribePositions(const PositionMap& map) {
  if (map.kind == PositionMapKind::kTable) return fmt::format("a table of {} positions", map.rows);
  return fmt::format("position map {}", FormatPositionMap(map));
}

std::string DescribePostProcess(const Repair& repair) {
  std::string text = fmt::format("post-processing {}", FormatPostProcessSpec(repair.post_process.spec));
  if (repair.origin.documents > 0) text += fmt::format(", fitted on {} documents", repair.origin.documents);
  return text;
}

// Numbers of positions, which older checkpoints hold: 0, 1, ... and so made by any reader.
bool CountsPositions(const std::string& name) {
  return name.ends_with("embeddings.position_ids");
}

void WriteWeights(const Checkpoint& checkpoint, bool other_positions,
                  const std::map<std::string, std::vector<float>>& changed, const fs::path& path) {
  std::vector<TensorToWrite> tensors;
  for (const auto& [name, tensor] : checkpoint.weights.tensors()) {
    if (other_positions && CountsPositions(name)) continue;
    const auto found = changed.find(name);
    if (found == changed.end()) {
      tensors.push_back({name, tensor.type_name, tensor.shape, tensor.bytes});
    } else {
      // In float32 whatever the type was: the quotient need not be a number of a narrower one. A table of
      // positions may have got another number of rows.
      std::vector<std::size_t> shape = tensor.shape;
      if (shape.size() == 2) shape[0] = found->second.size() / shape[1];
      tensors.push_back(FloatTensor(name, std::move(shape), found->second));
    }
  }
  std::map<std::string, std::string> metadata = checkpoint.weights.metadata();
  metadata.try_emplace("format", "pt");
  WriteSafeTensors(path, std::move(tensors), metadata);
}

// A JSON file of the folder with one member set; of an absent one, that member alone.
void WriteMember(const Checkpoint& checkpoint, const fs::path& file, const std::string& name,
                 const OrderedJson& value, const fs::path& folder) {
  std::error_code ignored;
  // What was written already, or else what the model has.
  const fs::path path =
      fs::is_regular_file(folder / file, ignored) ? folder / file : checkpoint.folder / file;
  OrderedJson object = fs::exists(path, ignored) ? OrderedJson::parse(ReadFile(path)) : OrderedJson::object();
  object[name] = value;
  WriteFile(folder / file, object.dump(2) + "\n");
}

// Where sentence-transformers looks for the limit, relative to the folder.
fs::path LimitFile(const Checkpoint& checkpoint) {
  if (checkpoint.static_kind != StaticKind::kNone) return checkpoint.transformer / "tokenizer.json";
  for (const fs::path& file : checkpoint.small_files) {
    const std::string name = file.filename().string();
    if (name.starts_with("sentence_") && name.ends_with("_config.json")) return file;
  }
  return checkpoint.transformer / "sentence_bert_config.json";
}

void WriteLimit(const Checkpoint& checkpoint, const fs::path& file, std::size_t tokens,
                const fs::path& folder) {
  if (checkpoint.static_kind == StaticKind::kNone) {
    WriteMember(checkpoint, file, "max_seq_length", tokens, folder);
    return;
  }
  // Its module takes what its tokenizer gives.
  WriteMember(checkpoint, file, "truncation",
              {{"direction", "Right"}, {"max_length", tokens}, {"strategy", "LongestFirst"}, {"stride", 0}},
              folder);
}

// y = map x - map mean.
void WriteDense(const PostProcess& post, Role role, const fs::path& module) {
  const std::size_t dimension = post.dimension;
  std::vector<float> weight = post.map;
  if (weight.empty()) {
    weight.assign(dimension * dimension, 0.0F);
    for (std::size_t i = 0; i < dimension; ++i) weight[i * dimension + i] = 1.0F;
  }
  std::vector<float> bias(dimension);
  const std::vector<float>& mean = post.Mean(role);
  for (std::size_t i = 0; i < dimension; ++i) {
    double product = 0;
    for (std::size_t j = 0; j < dimension; ++j)
      product += double{weight[i * dimension + j]} * double{mean[j]};
    bias[i] = static_cast<float>(-product);
  }
  MakeFolder(module);
  const OrderedJson config = {{"in_features", dimension},
                              {"out_features", dimension},
                              {"bias", true},
                              {"activation_function", "torch.nn.modules.linear.Identity"}};
  WriteFile(module / "config.json", config.dump(2) + "\n");
  WriteSafeTensors(module / kWeights,
                   {FloatTensor("linear.weight", {dimension, dimension}, weight),
                    FloatTensor("linear.bias", {dimension}, bias)},
                   {{"format", "pt"}});
}

void WriteRouter(const PostProcess& post, const fs::path& module) {
  constexpr const char* kType = "sentence_transformers.models.Dense";
  MakeFolder(module);
  WriteDense(post, Role::kDocument, module / "document_0_Dense");
  WriteDense(post, Role::kQuery, module / "query_0_Dense");
  const OrderedJson config = {{"types", {{"query_0_Dense", kType}, {"document_0_Dense", kType}}},
                              {"structure",
                               {{"query", OrderedJson::array({"query_0_Dense"})},
                                {"document", OrderedJson::array({"document_0_Dense"})}}},
                              {"parameters", {{"default_route", "document"}, {"allow_empty_key", true}}}};
  WriteFile(module / "router_config.json", config.dump(2) + "\n");
}

// modules.json, or for a folder without one what sentence-transformers makes of it.
OrderedJson ReadModuleList(const Checkpoint& checkpoint, const ModelSpec& spec, const fs::path& folder) {
  const fs::path path = checkpoint.folder / "modules.json";
  std::error_code ignored;
  if (fs::exists(path, ignored)) return OrderedJson::parse(ReadFile(path));
  MakeFolder(folder / "1_Pooling");
  const OrderedJson pooling = {{"word_embedding_dimension", spec.hidden}, {"pooling_mode_mean_tokens", true}};
  WriteFile(folder / "1_Pooling" / "config.json", pooling.dump(2) + "\n");
  OrderedJson modules = OrderedJson::array();
  modules.push_back(
      {{"idx", 0}, {"name", "0"}, {"path", ""}, {"type", "sentence_transformers.models.Transformer"}});
  modules.push_back(
      {{"idx", 1}, {"name", "1"}, {"path", "1_Pooling"}, {"type", "sentence_transformers.models.Pooling"}});
  return modules;
}

// Appends a module of the class `kind` and returns its folder's name.
std::string AppendModule(const char* kind, OrderedJson* modules) {
  const std::size_t index = modules->size();
  const std::string path = fmt::format("{}_{}", index, kind);
  modules->push_back({{"idx", index},
                      {"name", fmt::to_string(index)},
                      {"path", path},
                      {"type", fmt::format("sentence_transformers.models.{}", kind)}});
  return path;
}

void WritePostProcess(const Checkpoint& checkpoint, const ModelSpec& spec, const PostProcess& post,
                      std::optional<Role> role, const fs::path& folder) {
  OrderedJson modules = ReadModuleList(checkpoint, spec, folder);
  if (post.NeedsRole() && !role) {
    WriteRouter(post, folder / AppendModule("Router", &modules));
  } else {
    WriteDense(post, role.value_or(Role::kDocument), folder / AppendModule("Dense", &modules));
  }
  AppendModule("Normalize", &modules);
  WriteFile(folder / "modules.json", modules.dump(2) + "\n");
}

void WriteModelCard(const Checkpoint& checkpoint, const ExportSummary& summary, std::optional<Role> role,
                    const fs::path& folder) {
  std::string card;
  std::error_code ignored;
  if (const fs::path path = checkpoint.folder / "README.md"; fs::exists(path, ignored)) card = ReadFile(path);
  if (!card.empty() && !card.ends_with('\n')) card += '\n';
  card += fmt::format("\n## Repair\n\nFolded into this folder by Lengthwise {}:\n", Version());
  for (const std::string& part : summary.folded) card += fmt::format("\n- {}", part);
  card += '\n';
  if (summary.router) {
    card +=
        "\nQueries go through `encode_query`, documents through `encode` or `encode_document` "
        "(sentence-transformers 5 or later).\n";
  }
  if (role) card += fmt::format("\nFor {} only.\n", *role == Role::kQuery ? "queries" : "documents");
  WriteFile(folder / "README.md", card);
}

}  // namespace

bool IsExportable(const Checkpoint& checkpoint) {
  return checkpoint.static_kind != StaticKind::kModel2Vec && !checkpoint.gguf();
}

void CheckExportable(const Checkpoint& checkpoint) {
  if (checkpoint.static_kind == StaticKind::kModel2Vec) {
    Fail(ErrorCode::kUnsupported,
         "{}: a model2vec folder has no place for a repair, which model2vec would not read; serve the model "
         "with lengthwise, or save it as a sentence-transformers model (StaticEmbedding.from_model2vec) and "
         "repair that",
         checkpoint.folder.string());
  }
  if (checkpoint.gguf()) {
    Fail(ErrorCode::kUnsupported,
         "{}: a repair cannot be folded into a GGUF file; export from the model's folder of safetensors, or "
         "serve "
         "the file with lengthwise",
         checkpoint.folder.string());
  }
}

ExportSummary ExportModel(const Checkpoint& checkpoint, const ModelSpec& spec, const Repair& repair,
                          std::optional<Role> role, const fs::path& output, std::size_t max_length) {
  CheckFoldable(repair, role);
  CheckExportable(checkpoint);
  if (!repair.attention.IsIdentity()) RequireLayers(spec, "a temperature or other attention policy");
  CheckPositionMap(spec, repair.positions);
  if (!repair.post_process.IsIdentity())
    repair.post_process.Check(VectorModules(checkpoint, spec.hidden).dimension());
  CheckOrigin(repair, checkpoint);
  auto changed = FoldAttention(checkpoint, spec, repair.attention);
  ExportSummary summary;
  if (!changed.empty()) summary.folded.push_back(DescribeAttention(repair.attention));
  std::size_t positions = spec.positions();
  const bool rotary = FoldsIntoRotary(spec, repair.positions);
  if (rotary) {
    if (repair.positions.rows > 0) positions = repair.positions.rows;
    summary.folded.push_back(DescribePositions(repair.positions));
  } else if (!repair.positions.IsIdentity()) {
    std::vector<float> table = FoldPositions(checkpoint, spec, repair.positions);
    positions = table.size() / spec.hidden - spec.position_offset;
    changed[spec.position_embeddings] = std::move(table);
    summary.folded.push_back(DescribePositions(repair.positions));
  }
  if (max_length > positions) {
    Fail(ErrorCode::kBadInput,
         "a maximum length of {} tokens, but the exported model has {} positions; give {} "
         "or fewer",
         max_length, positions, positions);
  }
  if (max_length > 0) summary.folded.push_back(fmt::format("a maximum length of {} tokens", max_length));
  if (!repair.post_process.IsIdentity()) summary.folded.push_back(DescribePostProcess(repair));
  summary.router = repair.post_process.NeedsRole() && !role;

  NewFolder folder(output, checkpoint.folder);
  const fs::path weights = checkpoint.transformer / kWeights;
  std::vector<fs::path> rewritten = {"README.md"};
  if (!changed.empty()) {
    rewritten.push_back(weights);
    // What was in several files is written in one.
    rewritten.push_back(checkpoint.transformer / checkpoint.weights.path().filename());
    for (const MappedFile& file : checkpoint.weights.files())
      rewritten.push_back(checkpoint.transformer / file.path().filename());
  }
  const fs::path config = checkpoint.transformer / "config.json";
  const fs::path limit = LimitFile(checkpoint);
  if (positions != spec.positions() || rotary) rewritten.push_back(config);
  if (max_length > 0) rewritten.push_back(limit);
  if (!repair.post_process.IsIdentity()) rewritten.emplace_back("modules.json");
  summary.left_out = CopyModelFolder(checkpoint.folder, rewritten, folder.path());
  if (!changed.empty()) {
    WriteWeights(checkpoint, positions != spec.positions(), changed, folder.path() / weights);
  }
  if (positions != spec.positions()) {
    WriteMember(checkpoint, config, "max_position_embeddings", spec.position_offset + positions,
                folder.path());
  }
  if (rotary) {
    WriteMember(checkpoint, config, spec.rotary_scaling_member, FoldedRotary(repair.positions, positions),
                folder.path());
  }
  if (max_length > 0) WriteLimit(checkpoint, limit, max_length, folder.path());
  if (!repair.post_process.IsIdentity()) {
    WritePostProcess(checkpoint, spec, repair.post_process, role, folder.path());
  }
  WriteModelCard(checkpoint, summary, role, folder.path());
  folder.Commit();
  return summary;
}

}  // namespace lengthwise
