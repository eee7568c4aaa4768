// The encoder's weights: reading them from the checkpoint when it is made.
#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "base/fail.h"
#include "encoder/encoder.h"
#include "encoder/packing.h"
#include "encoder/relative_bias.h"

namespace lengthwise {

Encoder::Encoder(const Checkpoint& checkpoint, ModelSpec spec, ThreadPool& pool, Precision precision)
    : checkpoint_(checkpoint), spec_(std::move(spec)), words_(checkpoint, spec_) {
  const std::size_t hidden = spec_.hidden;
  CheckPrecision(precision);
  if (spec_.head_size() > kMaxHeadSize) {
    Fail(ErrorCode::kUnsupported, "{}: head size {} is larger than the supported {}",
         checkpoint.folder.string(), spec_.head_size(), kMaxHeadSize);
  }
  ReadPositions({});
  if (!spec_.embedding_norm.empty()) embedding_norm_ = ReadNorm(spec_.embedding_norm, hidden);

  // One task a layer of weights: they are packed in any order, by all threads.
  struct Task {
    LinearLayer* linear;
    std::vector<LinearSource> sources;
    std::size_t in;
  };
  std::vector<Task> tasks;
  std::vector<Layer> layers(spec_.layers);
  const std::size_t keys = spec_.kv_heads * spec_.head_size();
  for (std::size_t l = 0; l < spec_.layers; ++l) {
    const LayerNames& names = spec_.layer_names[l];
    Layer& layer = layers[l];
    layer.attention_norms = ReadNorms(names.attention_norms);
    layer.feed_forward_norms = ReadNorms(names.feed_forward_norms);
    layer.query_norm = ReadNorm(names.query_norm, spec_.head_size());
    layer.key_norm = ReadNorm(names.key_norm, spec_.head_size());
    // A norm behind the map would take its scale away.
    for (float& gain : layer.query_norm.gain) gain *= spec_.score_scale;
    const float scale = layer.query_norm.empty() ? spec_.score_scale : 1.0F;
    tasks.push_back({&layer.qkv,
                     {{&names.query, spec_.context_width(), scale}, {&names.key, keys}, {&names.value, keys}},
                     hidden});
    tasks.push_back({&layer.attention_output, {{&names.attention_output, hidden}}, spec_.context_width()});
    if (spec_.gated()) tasks.push_back({&layer.gate, {{&names.gate, spec_.intermediate}}, hidden});
    tasks.push_back({&layer.intermediate, {{&names.intermediate, spec_.intermediate}}, hidden});
    tasks.push_back({&layer.output, {{&names.output, hidden}}, spec_.intermediate});
  }
  pool.For(tasks.size(), [&](std::size_t i, std::size_t) {
    *tasks[i].linear = LoadLinear(checkpoint, tasks[i].sources, tasks[i].in, precision);
  });
  layers_ = std::make_shared<const std::vector<Layer>>(std::move(layers));
}

Encoder Encoder::WithPositions(const PositionMap& map) const {
  Encoder mapped(*this);
  mapped.ReadPositions(map);
  return mapped;
}

void Encoder::ReadPositions(const PositionMap& map) {
  ReadPositionTable(map);
  if (!spec_.rotary.empty()) {
    rotary_places_ = map.Places(spec_.positions());
    spec_.position_rows = rotary_places_.size();
    rotary_.clear();
    for (const Rotary& rotary : spec_.rotary) rotary_.emplace_back(rotary, rotary_places_);
  }
  if (spec_.relative_buckets > 0) {
    const std::vector<float> table =
        ReadFinite(checkpoint_, spec_.relative_bias, std::array{spec_.relative_buckets, spec_.heads});
    relative_bias_ = SpreadRelativeBias(table, spec_.relative_buckets, spec_.relative_distance, spec_.heads,
                                        spec_.positions());
  }
  if (spec_.distance_penalty) relative_bias_ = SpreadDistancePenalty(spec_.heads, spec_.positions());
}

void Encoder::ReadPositionTable(const PositionMap& map) {
  const std::size_t hidden = spec_.hidden;
  std::vector<float> types;
  if (spec_.token_types > 0)
    types = ReadFinite(checkpoint_, spec_.token_type_embeddings, std::array{spec_.token_types, hidden});
  if (!spec_.has_position_table()) {
    types.resize(std::min(types.size(), hidden));
    token_type_ = std::move(types);
    return;
  }
  // The model's own table is mapped, and what else is added to it comes after, as in a folder that holds the
  // mapped one.
  position_embeddings_ =
      map.Apply(ReadFinite(checkpoint_, spec_.position_embeddings, std::array{spec_.position_rows, hidden}),
                spec_.position_offset, hidden);
  spec_.position_rows = position_embeddings_.size() / hidden;
  for (std::size_t i = 0; i < position_embeddings_.size() && !types.empty(); ++i)
    position_embeddings_[i] += types[i % hidden];
}

Encoder::Norm Encoder::ReadNorm(const WeightNames& names, std::size_t width) const {
  if (names.empty()) return {};
  const std::array shape{width};
  Norm norm{ReadFinite(checkpoint_, names.weight, shape), std::vector<float>(width, 0.0F)};
  if (!names.bias.empty()) norm.bias = ReadFinite(checkpoint_, names.bias, shape);
  if (spec_.norm_gain_offset != 0.0F) {
    for (float& gain : norm.gain) gain += spec_.norm_gain_offset;
  }
  return norm;
}

Encoder::Norms Encoder::ReadNorms(const SublayerNorms& names) const {
  return {ReadNorm(names.input, spec_.hidden), ReadNorm(names.added, spec_.hidden),
          ReadNorm(names.sum, spec_.hidden)};
}

void Encoder::WordEmbedding(std::int32_t id, std::span<float> row) const {
  words_.Read(id, row);
  if (spec_.embedding_scale == 1.0F) return;
  for (float& value : row) value *= spec_.embedding_scale;
}

}  // namespace lengthwise
