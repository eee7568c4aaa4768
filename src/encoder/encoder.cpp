#include "encoder/encoder.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <utility>

#include "base/fail.h"
#include "encoder/layer_probe.h"
#include "encoder/packing.h"
#include "math/rows.h"

namespace lengthwise {
namespace {

// Tokens of a block that one thread takes through all linear layers after attention: its states and one slice
// of the feed-forward layer stay in the second cache level (120 x 384 x 4 bytes = 184 KB). A multiple of 6
// and 12, the rows of the kernels.
constexpr std::size_t kBlockRows = 120;

// Parts that a stage is cut into for each thread of a team, so that a slower thread takes fewer.
constexpr std::size_t kPartsPerThread = 2;

template <typename Fn>
void ForEach(ThreadPool* team, std::size_t count, Fn&& fn) {
  if (team != nullptr) {
    team->For(count, fn);
  } else {
    for (std::size_t i = 0; i < count; ++i) fn(i, std::size_t{0});
  }
}

// Rows [first, last) of `rows` as the i-th of `parts` equal shares in whole kernel rows.
std::pair<std::size_t, std::size_t> Share(std::size_t count, std::size_t unit, std::size_t parts,
                                          std::size_t i) {
  const std::size_t units = (count + unit - 1) / unit;
  return {std::min(count, units * i / parts * unit), std::min(count, units * (i + 1) / parts * unit)};
}

// One product, shared by the team over rows and, where there are few rows, over panels.
void Linear(const LinearLayer& linear, const LinearPart& whole, EncoderWorkspace& workspace,
            ThreadPool* team) {
  if (team == nullptr) {
    linear.Compute(whole, workspace.linear[0]);
    return;
  }
  const std::size_t wanted = team->size() * kPartsPerThread;
  const std::size_t row_parts = std::max<std::size_t>(1, whole.rows / kBlockRows);
  const std::size_t panels = whole.panel_end - whole.panel_begin;
  const std::size_t panel_parts = std::min(panels, (wanted + row_parts - 1) / row_parts);
  team->For(row_parts * panel_parts, [&](std::size_t task, std::size_t worker) {
    const auto [first, last] = Share(whole.rows, KernelRows(), row_parts, task / panel_parts);
    const auto [panel_first, panel_last] = Share(panels, 1, panel_parts, task % panel_parts);
    LinearPart part = whole;
    part.x += first * part.ldx;
    part.y += first * part.ldy + panel_first * linear.panel_width();
    part.rows = last - first;
    part.panel_begin = whole.panel_begin + panel_first;
    part.panel_end = whole.panel_begin + panel_last;
    if (part.rows > 0) linear.Compute(part, workspace.linear[worker]);
  });
}

// The whole product y = x W^T + b over `rows` rows.
LinearPart Whole(const LinearLayer& linear, const float* x, std::size_t ldx, std::size_t rows, float* y,
                 std::size_t ldy) {
  LinearPart part;
  part.x = x;
  part.ldx = ldx;
  part.rows = rows;
  part.y = y;
  part.ldy = ldy;
  part.panel_end = linear.panels();
  part.in_end = linear.in();
  return part;
}

}  // namespace

Encoder::Encoder(const Checkpoint& checkpoint, ModelSpec spec, ThreadPool& pool, Precision precision)
    : checkpoint_(checkpoint), spec_(std::move(spec)), layers_(spec_.layers) {
  const std::size_t hidden = spec_.hidden;
  CheckPrecision(precision);
  if (spec_.head_size() > kMaxHeadSize) {
    Fail(ErrorCode::kUnsupported, "{}: head size {} is larger than the supported {}",
         checkpoint.folder.string(), spec_.head_size(), kMaxHeadSize);
  }
  word_embeddings_ = &checkpoint.weights.Get(spec_.word_embeddings, std::array{spec_.vocabulary, hidden});
  position_embeddings_ =
      ReadFinite(checkpoint, spec_.position_embeddings, std::array{spec_.position_rows, hidden});
  if (spec_.token_types > 0) {
    const std::vector<float> types =
        ReadFinite(checkpoint, spec_.token_type_embeddings, std::array{spec_.token_types, hidden});
    for (std::size_t i = 0; i < position_embeddings_.size(); ++i)
      position_embeddings_[i] += types[i % hidden];
  }
  embedding_norm_ = ReadNorm(spec_.embedding_norm);

  // One task a layer of weights: they are packed in any order, by all threads.
  struct Task {
    LinearLayer* linear;
    std::vector<const LinearNames*> sources;
    std::size_t in, out;
  };
  std::vector<Task> tasks;
  for (std::size_t l = 0; l < spec_.layers; ++l) {
    const LayerNames& names = spec_.layer_names[l];
    Layer& layer = layers_[l];
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
}

Encoder::Norm Encoder::ReadNorm(const NormNames& names) const {
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

void Encoder::Embed(const PackedBatch& batch, float* hidden, std::size_t first, std::size_t last) const {
  for (std::size_t s = first; s < last; ++s) {
    for (std::size_t t = batch.offsets[s]; t < batch.offsets[s + 1]; ++t) {
      float* const row = hidden + t * spec_.hidden;
      WordEmbedding(batch.ids[t], {row, spec_.hidden});
      const std::size_t position = t - batch.offsets[s] + spec_.position_offset;
      AddRow(position_embeddings_.data() + position * spec_.hidden, row, spec_.hidden);
    }
  }
}

void Encoder::Normalize(const Norm& norm, const float* x, float* y, std::size_t count,
                        ThreadPool* team) const {
  const std::size_t parts = team != nullptr ? std::max<std::size_t>(1, count / kBlockRows) : 1;
  ForEach(parts > 1 ? team : nullptr, parts, [&](std::size_t task, std::size_t) {
    const auto [first, last] = Share(count, 1, parts, task);
    if (!LayerNormRows(x + first * spec_.hidden, y + first * spec_.hidden, last - first, spec_.hidden,
                       norm.gain.data(), norm.bias.data(), spec_.norm_epsilon)) {
      Fail(ErrorCode::kBadCheckpoint,
           "{}: a token's state is not finite; the weights hold NaN, infinity, or values too large",
           checkpoint_.folder.string());
    }
  });
}

void Encoder::Attend(const PackedBatch& batch, std::size_t layer, const AttentionPolicy& policy,
                     EncoderWorkspace& workspace, ThreadPool* team, TextProbe* probes) const {
  const std::size_t hidden = spec_.hidden;
  ForEach(team, batch.sequences() * spec_.heads, [&](std::size_t task, std::size_t worker) {
    const std::size_t s = task / spec_.heads;
    const std::size_t head = task % spec_.heads;
    const float* const base = workspace.qkv.data() + batch.offsets[s] * 3 * hidden + head * spec_.head_size();
    AttentionInput input;
    input.q = base;
    input.k = base + hidden;
    input.v = base + 2 * hidden;
    input.stride = 3 * hidden;
    input.tokens = batch.length(s);
    input.head_size = spec_.head_size();
    input.temperature = policy.Temperature(layer, head);
    ComputeAttention(input, workspace.context.data() + batch.offsets[s] * hidden + head * spec_.head_size(),
                     hidden, workspace.attention[worker],
                     probes != nullptr ? &probes[s].heads[layer * spec_.heads + head] : nullptr);
  });
}

void Encoder::Run(const PackedBatch& batch, const AttentionPolicy& policy, EncoderWorkspace& workspace,
                  ThreadPool* team, TextProbe* probes) const {
  const std::size_t tokens = batch.tokens();
  const std::size_t hidden = spec_.hidden;
  for (std::size_t s = 0; s < batch.sequences(); ++s) {
    if (batch.length(s) > spec_.positions() || batch.length(s) == 0) {
      Fail(ErrorCode::kInternal, "a sequence of {} tokens; the model takes 1 to {}", batch.length(s),
           spec_.positions());
    }
  }
  // A team shares every stage over all rows; a lone thread takes block after block through the stages, so
  // that activations stay in its cache. Sums run in the same order either way.
  const std::size_t blocks =
      team != nullptr ? 1 : std::max<std::size_t>(1, (tokens + kBlockRows - 1) / kBlockRows);
  const std::size_t slice = team != nullptr ? spec_.intermediate : kLinearDepth;
  workspace.hidden.Resize(tokens * hidden);
  workspace.qkv.Resize(tokens * 3 * hidden);
  workspace.context.Resize(tokens * hidden);
  workspace.intermediate.Resize((team != nullptr ? tokens : kBlockRows + KernelRows()) *
                                std::min(slice, spec_.intermediate));
  const std::size_t workers = team != nullptr ? team->size() : 1;
  if (workspace.attention.size() < workers) workspace.attention.resize(workers);
  if (workspace.linear.size() < workers) workspace.linear.resize(workers);
  float* const states = workspace.hidden.data();

  const auto probe_states = [&](std::size_t index) {
    if (probes == nullptr) return;
    ForEach(team, batch.sequences(), [&](std::size_t s, std::size_t) {
      probes[s].layers[index] = MeasureStates(states + batch.offsets[s] * hidden, batch.length(s), hidden);
    });
  };
  for (std::size_t s = 0; s < batch.sequences() && probes != nullptr; ++s) {
    probes[s].tokens = batch.length(s);
    probes[s].head_count = spec_.heads;
    probes[s].heads.assign(spec_.layers * spec_.heads, HeadProbe{});
    probes[s].layers.assign(spec_.layers + 1, LayerProbe{});
  }

  Embed(batch, states, 0, batch.sequences());
  Normalize(embedding_norm_, states, states, tokens, team);
  probe_states(0);
  for (std::size_t l = 0; l < spec_.layers; ++l) {
    const Layer& layer = layers_[l];
    for (std::size_t b = 0; b < blocks; ++b) {
      const auto [first, last] = Share(tokens, KernelRows(), blocks, b);
      Linear(layer.qkv,
             Whole(layer.qkv, states + first * hidden, hidden, last - first,
                   workspace.qkv.data() + first * 3 * hidden, 3 * hidden),
             workspace, team);
    }
    Attend(batch, l, policy, workspace, team, probes);
    for (std::size_t b = 0; b < blocks; ++b) {
      const auto [first, last] = Share(tokens, KernelRows(), blocks, b);
      const std::size_t rows = last - first;
      float* const block = states + first * hidden;
      LinearPart part = Whole(layer.attention_output, workspace.context.data() + first * hidden, hidden, rows,
                              block, hidden);
      part.add_to_output = true;  // the residual
      Linear(layer.attention_output, part, workspace, team);
      Normalize(layer.attention_norm, block, block, rows, team);
      FeedForward(layer, first, rows, slice, workspace, team);
    }
    probe_states(l + 1);
  }
}

// The feed-forward layer slice by slice: some of its inner activations are computed, then multiplied onto the
// residual. The sum grows in the block's rows of `context`, which attention no longer needs.
void Encoder::FeedForward(const Layer& layer, std::size_t first, std::size_t rows, std::size_t slice,
                          EncoderWorkspace& workspace, ThreadPool* team) const {
  const std::size_t hidden = spec_.hidden;
  float* const block = workspace.hidden.data() + first * hidden;
  float* const sum = workspace.context.data() + first * hidden;
  float* const inner = workspace.intermediate.data();
  std::copy_n(block, rows * hidden, sum);
  for (std::size_t begin = 0; begin < spec_.intermediate; begin += slice) {
    const std::size_t end = std::min(begin + slice, spec_.intermediate);
    const std::size_t width = end - begin;
    LinearPart up = Whole(layer.intermediate, block, hidden, rows, inner, width);
    up.panel_begin = begin / layer.intermediate.panel_width();
    up.panel_end =
        up.panel_begin + (width + layer.intermediate.panel_width() - 1) / layer.intermediate.panel_width();
    up.gelu = true;
    Linear(layer.intermediate, up, workspace, team);
    LinearPart down = Whole(layer.output, inner, width, rows, sum, hidden);
    down.in_begin = begin;
    down.in_end = end;
    down.add_to_output = true;
    Linear(layer.output, down, workspace, team);
  }
  Normalize(layer.output_norm, sum, block, rows, team);
}

}  // namespace lengthwise
