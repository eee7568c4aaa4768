// An architecture as data. One encoder interprets it; a new architecture is one file that fills it in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "lengthwise/position_map.h"
#include "math/gating.h"

namespace lengthwise {

// Names in the checkpoint of a weight and its bias: of a linear map y = x W^T + b, W stored [out x in], or of
// a norm. No name: the model has none.
struct WeightNames {
  std::string weight;
  std::string bias = {};
  // Where several maps are stored as one: rows [first, first + out) of `stored`. stored = 0: it is alone.
  std::size_t first = 0;
  std::size_t stored = 0;

  bool empty() const { return weight.empty(); }
};

// With X the states that enter a sublayer (attention, or the feed-forward layer) and F what it computes, the
// states behind it are  norm(X + added_norm(F(input_norm(X)))), each norm where the model has it: BERT has
// the outer one (post-norm), later models the inner (pre-norm), Gemma the inner two.
struct SublayerNorms {
  WeightNames input, added, sum;
};

struct LayerNames {
  WeightNames query, key, value, attention_output;
  WeightNames query_norm, key_norm;  // of each head's queries and keys, before they are rotated
  SublayerNorms attention_norms;
  // The feed-forward layer: output(act(intermediate x)), or output(act(gate x) * (intermediate x)).
  WeightNames gate, intermediate, output;
  SublayerNorms feed_forward_norms;
  // Tokens on each side that a token attends to beside itself; 0: all.
  std::size_t window = 0;
  std::size_t rotary = 0;  // which of ModelSpec::rotary turns its queries and keys
};

enum class NormKind { kLayer, kRootMeanSquare };

// Rotary positions (RoPE, arXiv 2104.09864): components i and i + d/2 of a head's queries and keys, d = 2
// frequencies.size(), are turned by the token's position times frequency i.
struct Rotary {
  std::vector<float> frequencies;
  float scale = 1.0F;  // of cosines and sines: scores are times its square
};

struct ModelSpec {
  std::string architecture;  // as config.json's "model_type", such as "bert"; "jina-bert" shares that
  std::size_t hidden = 0;
  std::size_t layers = 0;  // 0: a static model, whose vectors are means of word embeddings
  std::size_t heads = 0;
  std::size_t kv_heads = 0;    // heads of keys and values, each shared by heads / kv_heads of queries
  std::size_t head_width = 0;  // components of a head
  std::size_t intermediate = 0;
  std::size_t vocabulary = 0;
  std::size_t token_types = 0;  // rows of the token type table; 0: the model has none
  std::size_t position_rows =
      0;  // rows of the position table; without one as many as the model has positions
  std::size_t position_offset = 0;  // the table's row of the first token
  // A token of this id takes the table's row of the same number and is not counted in the positions after it;
  // -1: none.
  std::int32_t position_padding = -1;
  NormKind norm = NormKind::kLayer;
  float norm_epsilon = 1e-12F;
  float norm_gain_offset = 0.0F;  // added to the stored gains of norms
  InnerActivation activation = InnerActivation::kGelu;
  float embedding_scale = 1.0F;  // of word embeddings
  // Scores are q.k times this over sqrt(head_width): 1 but for models that scale otherwise.
  float score_scale = 1.0F;
  bool causal = false;         // a token attends to itself and those before it
  std::vector<Rotary> rotary;  // empty: none
  // The member of config.json by which all its frequencies could be divided, and which does not yet do so;
  // empty: there is none.
  std::string rotary_scaling_member;
  bool distance_penalty = false;        // ALiBi (arXiv 2108.12409): scores less |i - j| times a slope by head
  std::size_t relative_buckets = 0;     // rows of the relative position bias; 0: the model has none
  std::size_t relative_distance = 128;  // from which on its last bucket holds all
  bool any_length = false;     // config.json names no longest sequence; position_rows are what is prepared
  bool drops_unknown = false;  // static: tokens that the vocabulary lacks do not count in the mean

  std::string root;  // of all names: where the encoder is a part of a larger model
  std::string word_embeddings;
  // Of static models that share vectors among tokens: the vector of token i is row mapping[i] of the word
  // embeddings, of which there are `word_rows`, times weights[i]. Empty: row i; times 1.
  std::string word_mapping, word_weights;
  std::size_t word_rows = 0;
  std::string position_embeddings;    // empty: no table
  std::string token_type_embeddings;  // row 0 is added to every token
  WeightNames embedding_norm;
  std::string relative_bias;  // [relative_buckets x heads], shared by all layers
  std::vector<LayerNames> layer_names;
  std::string layer_prefix = "encoder.layer.";      // of the names of layers, before their number
  std::string layers_member = "num_hidden_layers";  // of config.json, which says how many there are
  std::vector<std::string> beside;  // beginnings of names that hold nothing of the encoder, more than usual

  std::size_t head_size() const { return head_width; }
  // Floats of a token's queries, keys and values; of its heads' outputs.
  std::size_t qkv_width() const { return (heads + 2 * kv_heads) * head_width; }
  std::size_t context_width() const { return heads * head_width; }
  bool is_static() const { return layers == 0; }
  bool gated() const { return !layer_names.front().gate.empty(); }
  bool has_position_table() const { return !position_embeddings.empty(); }
  // The attention score of two tokens has a part that their distance alone decides.
  bool has_distance_bias() const { return relative_buckets > 0 || distance_penalty; }
  // The softmax of each token runs over all tokens, in every layer.
  bool attends_to_all() const;
  // Longest sequence in tokens.
  std::size_t positions() const { return position_rows - position_offset; }
};

// Throws kUnsupported for a static model: "`what` needs layers and attention, ...".
void RequireLayers(const ModelSpec& spec, std::string_view what);

class ConfigReader;

// Throws kBadInput, naming the map, unless it fits the model's positions and changes one of them.
void CheckPositionMap(const ModelSpec& spec, const PositionMap& map);

// What config.json calls the sizes that not all name alike.
struct SizeMembers {
  const char* hidden = "hidden_size";
  const char* layers = "num_hidden_layers";
  const char* heads = "num_attention_heads";
  const char* intermediate = "intermediate_size";
  const char* positions = "max_position_embeddings";
};

// Those and vocab_size; heads of hidden / heads components, and as many of keys and values.
void ReadSizes(const ConfigReader& config, ModelSpec& spec, const SizeMembers& members = {});

// `prefix` where the encoder is a part of a larger model, which keeps it under that; else nothing.
std::string RootOf(const Checkpoint& checkpoint, const std::string& prefix);

// What the parts of a layer are called, under its own name.
struct LayerParts {
  const char *query, *key, *value, *attention_output, *attention_norm;
  const char *intermediate, *output, *output_norm;
};

// What the names of a layer begin with, by spec.root and spec.layer_prefix.
std::string LayerName(const ModelSpec& spec, std::size_t layer);

// Queries, keys and values stored as one map, one after the other.
void NameFusedQkv(const WeightNames& fused, const ModelSpec& spec, LayerNames& names);

// A feed-forward layer's gate and what it gates stored as one map, the gate before or after.
void NameFusedGate(const WeightNames& fused, bool gate_first, const ModelSpec& spec, LayerNames& names);

// prefix.weight, and prefix.bias where it is biased; the weight alone.
WeightNames WeightAndBias(const std::string& prefix, bool biased = true);
WeightNames WeightAlone(const std::string& prefix);

// The names of what BERT's kin have in common, under a root: word and position embeddings, the norm behind
// them, and spec.layers layers under spec.layer_prefix.
void NameTensors(const std::string& root, const LayerParts& parts, ModelSpec& spec);

// Maps config.json and tensor names to a spec. Throws kUnsupported, naming what was found and what is
// supported.
ModelSpec MakeModelSpec(const Checkpoint& checkpoint);

}  // namespace lengthwise
