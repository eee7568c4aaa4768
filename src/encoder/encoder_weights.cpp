// The encoder's weights: reading them from the checkpoint when it is made.
#include <array>
#include <memory>
#include <utility>

#include "base/fail.h"
#include "encoder/encoder.h"
#include "encoder/packing.h"
#include "encoder/relative_bias.h"

namespace lengthwise {

Encoder::Encoder(const Checkpoint& checkpoint, ModelSpec spec, ThreadPool& pool, Precision precision)
    : checkpoint_(checkpoint), spec_(std::move(spec)) {
  const std::size_t hidden = spec_.hidden;
  CheckPrecision(precision);
  if (spec_.head_size() > kMaxHeadSize) {
    Fail(ErrorCode::kUnsupported, "{}: head size {} is larger than the supported {}",
         checkpoint.folder.string(), spec_.head_size(), kMaxHeadSize);
  }
  word_embeddings_ = &checkpoint.weights.Get(spec_.word_embeddings, std::array{spec_.vocabulary, hidden});
  ReadPositions({});
  embedding_norm_ = ReadNorm(spec_.embedding_norm);

  // One task a layer of weights: they are packed in any order, by all threads.
  struct Task {
    LinearLayer* linear;
    std::vector<const WeightNames*> sources;
    std::size_t in, out;
  };
  std::vector<Task> tasks;
  std::vector<Layer> layers(spec_.layers);
  for (std::size_t l = 0; l < spec_.layers; ++l) {
    const LayerNames& names = spec_.layer_names[l];
    Layer& layer = layers[l];
    tasks.push_back({&layer.qkv, {&names.query, &names.key, &names.value}, hidden, hidden});
    tasks.push_back({&layer.attention_output, {&names.attention_output}, hidden, hidden});
    tasks.push_back({&layer.intermediate, {&names.intermediate}, hidden, spec_.intermediate});
    tasks.push_back({&layer.output, {&names.output}, spec_.intermediate, hidden});
    layer.attention_norm = ReadNorm(names.attention_norm);
    layer.output_norm = ReadNorm(names.output_norm);
  }
  pool.For(tasks.size(), [&](std::size_t i, std::size_t) {
    *tasks[i].linear = LoadLinear(checkpoint, tasks[i].sources, tasks[i].in, tasks[i].out, precision);
  });
  layers_ = std::make_shared<const std::vector<Layer>>(std::move(layers));
}

Encoder Encoder::WithPositions(const PositionMap& map) const {
  Encoder mapped(*this);
  mapped.ReadPositions(map);
  return mapped;
}

void Encoder::ReadPositions(const PositionMap& map) {
  const std::size_t hidden = spec_.hidden;
  // The model's own table is mapped, and what else is added to it comes after, as in a folder that holds the
  // mapped one.
  position_embeddings_ =
      map.Apply(ReadFinite(checkpoint_, spec_.position_embeddings, std::array{spec_.position_rows, hidden}),
                spec_.position_offset, hidden);
  spec_.position_rows = position_embeddings_.size() / hidden;
  if (spec_.token_types > 0) {
    const std::vector<float> types =
        ReadFinite(checkpoint_, spec_.token_type_embeddings, std::array{spec_.token_types, hidden});
    for (std::size_t i = 0; i < position_embeddings_.size(); ++i)
      position_embeddings_[i] += types[i % hidden];
  }
  if (spec_.relative_buckets > 0) {
    const std::vector<float> table =
        ReadFinite(checkpoint_, spec_.relative_bias, std::array{spec_.relative_buckets, spec_.heads});
    relative_bias_ = SpreadRelativeBias(table, spec_.relative_buckets, spec_.heads, spec_.positions());
  }
}

Encoder::Norm Encoder::ReadNorm(const WeightNames& names) const {
  const std::array shape{spec_.hidden};
  return {ReadFinite(checkpoint_, names.weight, shape), ReadFinite(checkpoint_, names.bias, shape)};
}

void Encoder::WordEmbedding(std::int32_t id, std::span<float> row) const {
  if (id < 0 || static_cast<std::size_t>(id) >= spec_.vocabulary) {
    Fail(ErrorCode::kBadCheckpoint, "{}: the tokenizer gives token {}, but the model's vocabulary has {}",
         checkpoint_.folder.string(), id, spec_.vocabulary);
  }
  word_embeddings_->Read(static_cast<std::size_t>(id) * spec_.hidden, row);
}

}  // namespace lengthwise
