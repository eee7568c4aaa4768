#include "encoder/encoder.h"

#include <algorithm>
#include <utility>

#include "base/fail.h"
#include "encoder/layer_probe.h"
#include "math/rows.h"

namespace lengthwise {
namespace {

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

std::size_t Rows(std::span<const RowBlock> blocks) {
  return blocks.back().first + blocks.back().rows - blocks.front().first;
}

// The whole product y = x W^T + b; rows and memory come with Linear.
LinearPart Whole(const LinearLayer& linear, const float* x, std::size_t ldx, float* y, std::size_t ldy) {
  LinearPart part;
  part.x = x;
  part.ldx = ldx;
  part.y = y;
  part.ldy = ldy;
  part.panel_end = linear.panels();
  part.in_end = linear.in();
  return part;
}

// For each place of a sequence the tokens before it that are not padding: the position of the token that
// stands there.
std::vector<std::size_t> OwnPositions(std::span<const std::int32_t> ids, std::int32_t padding) {
  std::vector<std::size_t> positions;
  std::size_t next = 0;
  for (const std::int32_t id : ids) {
    positions.push_back(next);
    next += id == padding ? 0 : 1;
  }
  return positions;
}

}  // namespace

// The state of one call of Run.
struct Encoder::Pass {
  const PackedBatch& batch;
  const EncoderRun& run;
  EncoderWorkspace& workspace;

  // Whether every stage takes all rows: a team shares it over them, and an observer sees them. Otherwise a
  // lone thread takes block after block through the stages, so that activations stay in its cache. Sums run
  // in the same order either way.
  bool whole() const { return run.team != nullptr || run.observer != nullptr; }

  void Observe(LayerPlace place, std::size_t layer, const float* data) const {
    if (run.observer) run.observer(place, layer, data);
  }

  // One product of the rows of `blocks`, shared by the team over blocks and, where there are few, over
  // panels.
  void Linear(const LinearLayer& linear, const LinearPart& product, std::span<const RowBlock> blocks) const {
    const std::size_t panels = product.panel_end - product.panel_begin;
    const std::size_t wanted = run.team != nullptr ? run.team->size() * kPartsPerThread : 1;
    const std::size_t panel_parts = std::min((panels + 1) / 2, (wanted + blocks.size() - 1) / blocks.size());
    ForEach(run.team, blocks.size() * panel_parts, [&](std::size_t task, std::size_t worker) {
      const RowBlock& block = blocks[task / panel_parts];
      const auto [panel_first, panel_last] = Share(panels, 2, panel_parts, task % panel_parts);
      LinearPart part = product;
      part.x += (block.first - blocks.front().first) * part.ldx;
      part.y += (block.first - blocks.front().first) * part.ldy + panel_first * linear.panel_width();
      part.rows = block.rows;
      part.panel_begin = product.panel_begin + panel_first;
      part.panel_end = product.panel_begin + panel_last;
      part.pairings = workspace.plan.Pairings(block);
      linear.Compute(part, workspace.linear[worker]);
    });
  }
};

void Encoder::Embed(const Pass& pass) const {
  const std::size_t hidden = spec_.hidden;
  const std::size_t range = pass.run.intervention.position_range;
  const std::vector<std::size_t>& given = pass.run.intervention.positions;
  const float* const table = position_embeddings_.data();
  for (std::size_t s = 0; s < pass.batch.sequences(); ++s) {
    const std::size_t length = pass.batch.length(s);
    const std::span<const std::int32_t> ids(pass.batch.ids.data() + pass.batch.offsets[s], length);
    const std::vector<std::size_t> own = OwnPositions(ids, spec_.position_padding);
    for (std::size_t t = 0; t < length; ++t) {
      float* const row = pass.workspace.hidden.data() + (pass.batch.offsets[s] + t) * hidden;
      WordEmbedding(ids[t], {row, hidden});
      if (ids[t] == spec_.position_padding) {
        AddRow(table + static_cast<std::size_t>(spec_.position_padding) * hidden, row, hidden);
        continue;
      }
      const float* const first = table + spec_.position_offset * hidden;
      const std::size_t moved = t < pass.run.intervention.moved_from ? 0 : pass.run.intervention.moved_by;
      const std::size_t p = own[given.empty() ? t : given[t]] + moved;
      if (range == 0 || length <= range) {
        AddRow(first + p * hidden, row, hidden);
        continue;
      }
      const double place =
          static_cast<double>(p) * static_cast<double>(range - 1) / static_cast<double>(length - 1);
      const auto below = std::min(static_cast<std::size_t>(place), range - 1);
      const std::size_t above = std::min(below + 1, range - 1);
      const auto part = static_cast<float>(place - static_cast<double>(below));
      for (std::size_t c = 0; c < hidden; ++c) {
        row[c] += (1 - part) * first[below * hidden + c] + part * first[above * hidden + c];
      }
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

void Encoder::Attend(const Pass& pass, std::size_t layer) const {
  const std::size_t hidden = spec_.hidden;
  const std::size_t head_size = spec_.head_size();
  const AttentionPolicy& policy = pass.run.attention;
  const std::vector<HeadOutput>& head_output = pass.run.intervention.head_output;
  ForEach(pass.run.team, pass.batch.sequences() * spec_.heads, [&](std::size_t task, std::size_t worker) {
    const std::size_t s = task / spec_.heads;
    const std::size_t head = task % spec_.heads;
    const std::size_t first = pass.batch.offsets[s];
    AttentionInput input =
        InputOf(pass.workspace.qkv.data() + first * 3 * hidden, pass.batch.length(s), layer, head, policy);
    float* const output = pass.workspace.context.data() + first * hidden + head * head_size;
    ComputeAttention(
        input, output, hidden, pass.workspace.attention[worker],
        pass.run.probes != nullptr ? &pass.run.probes[s].heads[layer * spec_.heads + head] : nullptr);
    if (!head_output.empty()) {
      ApplyHeadOutput(head_output[layer * spec_.heads + head], output, hidden, input.tokens, head_size);
    }
  });
}

AttentionInput Encoder::HeadInput(const float* qkv, std::size_t tokens, std::size_t layer, std::size_t head,
                                  const AttentionPolicy& policy) const {
  if (policy.top_k > 0 || policy.HasAttnScale()) {
    Fail(
        ErrorCode::kUnsupported,
        "the matrix of attention is looked at as the softmax of its scores, which {} changes; take it out of "
        "the repair",
        policy.top_k > 0 ? "top-k attention" : "AttnScale");
  }
  return InputOf(qkv, tokens, layer, head, policy);
}

AttentionInput Encoder::InputOf(const float* qkv, std::size_t tokens, std::size_t layer, std::size_t head,
                                const AttentionPolicy& policy) const {
  AttentionInput input;
  input.q = qkv + head * spec_.head_size();
  input.k = input.q + spec_.hidden;
  input.v = input.k + spec_.hidden;
  input.stride = 3 * spec_.hidden;
  input.tokens = tokens;
  input.head_size = spec_.head_size();
  input.temperature = policy.Temperature(layer, head, tokens);
  input.top_k = policy.top_k;
  input.attn_scale = policy.AttnScale(layer, head);
  if (!relative_bias_.empty()) {
    input.bias = relative_bias_.data() + head * (2 * spec_.positions() - 1) + (spec_.positions() - 1);
    input.bias_scale = policy.reading == TemperatureReading::kScores ? 1.0F / input.temperature : 1.0F;
  }
  return input;
}

void Encoder::CheckRun(const PackedBatch& batch, const EncoderRun& run) const {
  for (std::size_t s = 0; s < batch.sequences(); ++s) {
    if (batch.length(s) > spec_.positions() || batch.length(s) == 0) {
      Fail(ErrorCode::kInternal, "a sequence of {} tokens; the model takes 1 to {}", batch.length(s),
           spec_.positions());
    }
  }
  const std::size_t heads = spec_.layers * spec_.heads;
  if (!run.intervention.head_output.empty() && run.intervention.head_output.size() != heads) {
    Fail(ErrorCode::kBadInput, "an intervention on {} heads; the model has {}",
         run.intervention.head_output.size(), heads);
  }
  if (run.first_layer >= spec_.layers || (run.first_layer > 0 && run.states == nullptr)) {
    Fail(ErrorCode::kInternal, "a run from layer {} of {}, {} states", run.first_layer, spec_.layers,
         run.states == nullptr ? "without" : "with");
  }
  if (run.intervention.position_range > spec_.positions()) {
    Fail(ErrorCode::kBadInput, "positions interpolated into the first {}; the model has {}",
         run.intervention.position_range, spec_.positions());
  }
  const std::vector<std::size_t>& positions = run.intervention.positions;
  const std::size_t moved_by = run.intervention.moved_by;
  if (moved_by > 0 && (run.intervention.position_range > 0 || !positions.empty())) {
    Fail(ErrorCode::kBadInput, "positions are either given, interpolated or moved, not two of these");
  }
  for (std::size_t s = 0; s < batch.sequences(); ++s) {
    if (batch.length(s) + moved_by > spec_.positions()) {
      Fail(ErrorCode::kBadInput, "a sequence of {} tokens, moved by {} positions; the model has {}",
           batch.length(s), moved_by, spec_.positions());
    }
  }
  if (positions.empty()) return;
  if (run.intervention.position_range > 0) {
    Fail(ErrorCode::kBadInput, "positions are either given or interpolated, not both");
  }
  const std::size_t last = *std::max_element(positions.begin(), positions.end());
  for (std::size_t s = 0; s < batch.sequences(); ++s) {
    if (batch.length(s) != positions.size() || batch.length(s) <= last) {
      Fail(ErrorCode::kBadInput, "a sequence of {} tokens; positions are given for {}, the last of place {}",
           batch.length(s), positions.size(), last);
    }
  }
}

void Encoder::ProbeStates(const Pass& pass, std::size_t index) const {
  if (pass.run.probes == nullptr) return;
  ForEach(pass.run.team, pass.batch.sequences(), [&](std::size_t s, std::size_t) {
    pass.run.probes[s].layers[index] =
        MeasureStates(pass.workspace.hidden.data() + pass.batch.offsets[s] * spec_.hidden,
                      pass.batch.length(s), spec_.hidden);
  });
}

void Encoder::Run(const PackedBatch& batch, EncoderWorkspace& workspace, const EncoderRun& run) const {
  CheckRun(batch, run);
  const std::size_t tokens = batch.tokens();
  const std::size_t hidden = spec_.hidden;
  const Pass pass{batch, run, workspace};
  PlanRows(batch, workspace.plan);
  const std::span<const RowBlock> blocks = workspace.plan.blocks;
  workspace.hidden.Resize(tokens * hidden);
  workspace.qkv.Resize(tokens * 3 * hidden);
  workspace.context.Resize(tokens * hidden);
  workspace.intermediate.Resize(pass.whole() ? tokens * spec_.intermediate
                                             : kBlockRows * std::min(kLinearDepth, spec_.intermediate));
  ThreadPool* const team = run.team;
  const std::size_t workers = team != nullptr ? team->size() : 1;
  if (workspace.attention.size() < workers) workspace.attention.resize(workers);
  if (workspace.linear.size() < workers) workspace.linear.resize(workers);
  float* const states = workspace.hidden.data();
  for (std::size_t s = 0; s < batch.sequences() && run.probes != nullptr; ++s) {
    run.probes[s].tokens = batch.length(s);
    run.probes[s].head_count = spec_.heads;
    run.probes[s].heads.assign(spec_.layers * spec_.heads, HeadProbe{});
    run.probes[s].layers.assign(spec_.layers + 1, LayerProbe{});
  }

  if (run.states != nullptr) {
    std::copy_n(run.states, tokens * hidden, states);
  } else {
    Embed(pass);
    Normalize(embedding_norm_, states, states, tokens, team);
  }
  ProbeStates(pass, run.first_layer);
  for (std::size_t l = run.first_layer; l < spec_.layers; ++l) {
    const Layer& layer = (*layers_)[l];
    pass.Observe(LayerPlace::kInput, l, states);
    pass.Linear(layer.qkv, Whole(layer.qkv, states, hidden, workspace.qkv.data(), 3 * hidden), blocks);
    pass.Observe(LayerPlace::kQkv, l, workspace.qkv.data());
    Attend(pass, l);
    pass.Observe(LayerPlace::kContext, l, workspace.context.data());
    if (pass.whole()) {
      AfterAttention(pass, l, blocks);
    } else {
      for (const RowBlock& block : blocks) AfterAttention(pass, l, {&block, 1});
    }
    ProbeStates(pass, l + 1);
  }
}

void Encoder::AfterAttention(const Pass& pass, std::size_t index, std::span<const RowBlock> blocks) const {
  const Layer& layer = (*layers_)[index];
  const std::size_t hidden = spec_.hidden;
  const std::size_t first = blocks.front().first;
  float* const block = pass.workspace.hidden.data() + first * hidden;
  LinearPart part =
      Whole(layer.attention_output, pass.workspace.context.data() + first * hidden, hidden, block, hidden);
  part.add_to_output = true;  // the residual
  pass.Linear(layer.attention_output, part, blocks);
  pass.Observe(LayerPlace::kAttentionResidual, index, block);
  Normalize(layer.attention_norm, block, block, Rows(blocks), pass.run.team);
  pass.Observe(LayerPlace::kAttentionNorm, index, block);
  FeedForward(pass, index, blocks);
}

// The feed-forward layer slice by slice: some of its inner activations are computed, then multiplied onto the
// residual. The sum grows in the block's rows of `context`, which attention no longer needs.
void Encoder::FeedForward(const Pass& pass, std::size_t index, std::span<const RowBlock> blocks) const {
  const Layer& layer = (*layers_)[index];
  EncoderWorkspace& workspace = pass.workspace;
  const std::size_t hidden = spec_.hidden;
  const std::size_t first = blocks.front().first;
  const std::size_t slice = pass.whole() ? spec_.intermediate : kLinearDepth;
  float* const block = workspace.hidden.data() + first * hidden;
  float* const sum = workspace.context.data() + first * hidden;
  float* const inner = workspace.intermediate.data();
  std::copy_n(block, Rows(blocks) * hidden, sum);
  for (std::size_t begin = 0; begin < spec_.intermediate; begin += slice) {
    const std::size_t end = std::min(begin + slice, spec_.intermediate);
    const std::size_t width = end - begin;
    LinearPart up = Whole(layer.intermediate, block, hidden, inner, width);
    up.panel_begin = begin / layer.intermediate.panel_width();
    up.panel_end =
        up.panel_begin + (width + layer.intermediate.panel_width() - 1) / layer.intermediate.panel_width();
    up.gelu = true;
    pass.Linear(layer.intermediate, up, blocks);
    LinearPart down = Whole(layer.output, inner, width, sum, hidden);
    down.in_begin = begin;
    down.in_end = end;
    down.add_to_output = true;
    pass.Linear(layer.output, down, blocks);
  }
  pass.Observe(LayerPlace::kFeedForwardResidual, index, sum);
  Normalize(layer.output_norm, sum, block, Rows(blocks), pass.run.team);
  pass.Observe(LayerPlace::kOutputNorm, index, block);
}

}  // namespace lengthwise
