// The one encoder: interprets a ModelSpec over packed batches.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "encoder/attention.h"
#include "encoder/intervention.h"
#include "encoder/model_spec.h"
#include "encoder/packed_batch.h"
#include "encoder/probe.h"
#include "encoder/rotary.h"
#include "encoder/row_plan.h"
#include "encoder/word_table.h"
#include "lengthwise/attention_policy.h"
#include "lengthwise/position_map.h"
#include "math/aligned_buffer.h"
#include "math/linear_layer.h"
#include "math/thread_pool.h"

namespace lengthwise {

// The activations of one batch. Grows to the largest batch seen; one for each batch that runs at a time.
struct EncoderWorkspace {
  AlignedBuffer<float> hidden;        // [tokens x hidden]: the result
  AlignedBuffer<float> normed;        // [tokens x hidden]: what enters a sublayer, where a norm makes it
  AlignedBuffer<float> qkv;           // [tokens x qkv_width]
  AlignedBuffer<float> context;       // rows of the heads' outputs, max(context_width, hidden) floats apart
  AlignedBuffer<float> intermediate;  // one block of the feed-forward layer
  AlignedBuffer<float> gate;          // the same of its gates
  std::vector<AttentionScratch> attention;  // one a thread that takes part
  std::vector<LinearLayerScratch> linear;   // the same
  RowPlan plan;
};

// Called at the places of a layer as they are computed, but for what a sublayer adds, which is computed in
// place.
using EncoderObserver = std::function<void(LayerPlace place, std::size_t layer, const float* data)>;

// How a batch is run.
struct EncoderRun {
  AttentionPolicy attention;
  Intervention intervention;
  // With a team, the threads of that pool share each layer's work (lowest latency); without, all is done in
  // the calling thread (highest throughput: run several batches at a time).
  ThreadPool* team = nullptr;
  TextProbe* probes = nullptr;  // one a sequence to fill
  EncoderObserver observer;     // called from the calling thread
  // The first layer to run. If `states` [tokens x hidden] is given, it is that layer's input in place of what
  // the embeddings and the layers before would give.
  std::size_t first_layer = 0;
  const float* states = nullptr;
};

class Encoder {
 public:
  // Packs the weights, by all threads of `pool`. Keeps a reference to the checkpoint for the embedding
  // tables. Throws kBadCheckpoint naming the tensor that is missing, has another shape, or holds a value that
  // is not finite.
  Encoder(const Checkpoint& checkpoint, ModelSpec spec, ThreadPool& pool,
          Precision precision = Precision::kFp32);

  // The same encoder with its positions as `map`, which has passed Check, makes them; its spec has as many
  // positions. Shares the packed weights.
  Encoder WithPositions(const PositionMap& map) const;

  const ModelSpec& spec() const { return spec_; }

  // Not of a static model. Runs a batch; the token states [tokens x hidden] are in workspace.hidden. Every
  // length must be at most spec().positions(). The result is the same bit for bit whatever the team, the
  // probes and the observer.
  void Run(const PackedBatch& batch, EncoderWorkspace& workspace, const EncoderRun& run) const;

  // One head's view of the rows of one sequence at the place kQkv: queries, keys, values, temperature and
  // bias. Throws kUnsupported, naming it, where attention is more than the softmax of these over all tokens.
  AttentionInput HeadInput(const float* qkv, std::size_t tokens, std::size_t layer, std::size_t head,
                           const AttentionPolicy& policy) const;

  // Row `id` of the word embeddings, scaled as the model scales them; `row` has `hidden` floats.
  void WordEmbedding(std::int32_t id, std::span<float> row) const;

 private:
  // An empty gain: the model has none here. An empty bias: zeros.
  struct Norm {
    std::vector<float> gain;
    std::vector<float> bias;
    bool empty() const { return gain.empty(); }
  };
  struct Norms {
    Norm input, added, sum;
  };
  struct Layer {
    LinearLayer qkv;
    Norm query_norm, key_norm;
    LinearLayer attention_output;
    Norms attention_norms;
    LinearLayer gate;  // of gated models alone
    LinearLayer intermediate;
    LinearLayer output;
    Norms feed_forward_norms;
  };

  Norm ReadNorm(const WeightNames& names, std::size_t width) const;
  Norms ReadNorms(const SublayerNorms& names) const;
  // The positions of the checkpoint under `map`; spec_ is the checkpoint's before and has them after.
  void ReadPositions(const PositionMap& map);
  // Those of its table, and what else is added to every token.
  void ReadPositionTable(const PositionMap& map);
  struct Pass;
  std::size_t context_stride() const { return std::max(spec_.context_width(), spec_.hidden); }
  // Whether a sublayer's input or what it adds goes through a norm, for which it has rows of its own.
  bool NeedsNormed() const;
  void CheckRun(const PackedBatch& batch, const EncoderRun& run) const;
  void Embed(const Pass& pass) const;
  AttentionInput InputOf(const float* qkv, std::size_t tokens, std::size_t layer, std::size_t head,
                         const AttentionPolicy& policy) const;
  // Norms of queries and keys, and their turning by position.
  void PrepareHeads(const Pass& pass, std::size_t layer) const;
  void TurnHeads(const Pass& pass, std::size_t layer, std::size_t sequence) const;
  void Attend(const Pass& pass, std::size_t layer) const;
  void AfterAttention(const Pass& pass, std::size_t layer, std::span<const RowBlock> blocks) const;
  void FeedForward(const Pass& pass, std::size_t layer, std::span<const RowBlock> blocks) const;
  // Columns [begin, end) of the feed-forward layer's inner activations, of rows x, into
  // workspace.intermediate.
  void InnerActivations(const Pass& pass, const Layer& layer, const float* x, std::size_t begin,
                        std::size_t end, std::span<const RowBlock> blocks) const;
  void ProbeStates(const Pass& pass, std::size_t index) const;
  void Normalize(const Norm& norm, const float* x, float* y, std::size_t count, ThreadPool* team) const;

  const Checkpoint& checkpoint_;
  ModelSpec spec_;
  WordTable words_;
  std::vector<float>
      position_embeddings_;            // [positions x hidden], the token type's row added; empty: no table
  std::vector<float> token_type_;      // without a table: what is added to every token; empty: nothing
  std::vector<RotaryTable> rotary_;    // one each of spec_.rotary
  std::vector<double> rotary_places_;  // where the positions stand
  std::vector<float> relative_bias_;   // [heads][2 positions - 1]; empty: none
  Norm embedding_norm_;
  std::shared_ptr<const std::vector<Layer>> layers_;
};

}  // namespace lengthwise
