// What the encoder computes in a layer.
#include <algorithm>

#include "base/fail.h"
#include "encoder/encoder.h"
#include "encoder/encoder_pass.h"
#include "math/gating.h"
#include "math/rows.h"

namespace lengthwise {

bool Encoder::NeedsNormed() const {
  return std::any_of(layers_->begin(), layers_->end(), [](const Layer& layer) {
    return !layer.attention_norms.input.empty() || !layer.attention_norms.added.empty() ||
           !layer.feed_forward_norms.input.empty();
  });
}

void Encoder::PrepareHeads(const Pass& pass, std::size_t layer) const {
  if (rotary_.empty() && (*layers_)[layer].query_norm.empty()) return;
  ForEachTask(pass.run.team, pass.batch.sequences(),
              [&](std::size_t s, std::size_t) { TurnHeads(pass, layer, s); });
}

void Encoder::TurnHeads(const Pass& pass, std::size_t layer, std::size_t sequence) const {
  const Layer& weights = (*layers_)[layer];
  const std::size_t length = pass.batch.length(sequence);
  const Intervention& intervention = pass.run.intervention;
  const RotaryTable* const table = rotary_.empty() ? nullptr : &rotary_[spec_.layer_names[layer].rotary];
  std::vector<float> between(table != nullptr ? 2 * table->half() : 0);
  for (std::size_t t = 0; t < length; ++t) {
    const float* turn = nullptr;
    if (table != nullptr && Interpolates(intervention, length)) {
      table->Between(InterpolatedPlace(intervention, t, length), between.data());
      turn = between.data();
    } else if (table != nullptr) {
      turn = table->At(PlaceOf(intervention, t) + MovedBy(intervention, t));
    }
    float* head = pass.workspace.qkv.data() + (pass.batch.offsets[sequence] + t) * spec_.qkv_width();
    for (std::size_t h = 0; h < spec_.heads + spec_.kv_heads; ++h, head += spec_.head_size()) {
      const Norm& norm = h < spec_.heads ? weights.query_norm : weights.key_norm;
      if (!norm.empty()) Normalize(norm, head, head, 1, nullptr);
      if (turn != nullptr) Turn(turn, table->half(), head);
    }
  }
}

void Encoder::Attend(const Pass& pass, std::size_t layer) const {
  const std::size_t stride = context_stride();
  const std::size_t head_size = spec_.head_size();
  const AttentionPolicy& policy = pass.run.attention;
  const std::vector<HeadOutput>& head_output = pass.run.intervention.head_output;
  ForEachTask(pass.run.team, pass.batch.sequences() * spec_.heads, [&](std::size_t task, std::size_t worker) {
    const std::size_t s = task / spec_.heads;
    const std::size_t head = task % spec_.heads;
    const std::size_t first = pass.batch.offsets[s];
    const AttentionInput input = InputOf(pass.workspace.qkv.data() + first * spec_.qkv_width(),
                                         pass.batch.length(s), layer, head, policy);
    float* const output = pass.workspace.context.data() + first * stride + head * head_size;
    ComputeAttention(
        input, output, stride, pass.workspace.attention[worker],
        pass.run.probes != nullptr ? &pass.run.probes[s].heads[layer * spec_.heads + head] : nullptr);
    if (!head_output.empty()) {
      ApplyHeadOutput(head_output[layer * spec_.heads + head], output, stride, input.tokens, head_size);
    }
  });
}

AttentionInput Encoder::HeadInput(const float* qkv, std::size_t tokens, std::size_t layer, std::size_t head,
                                  const AttentionPolicy& policy) const {
  if (const char* const beyond = BeyondSoftmax(policy)) {
    Fail(
        ErrorCode::kUnsupported,
        "the matrix of attention is looked at as the softmax of its scores, which {} changes; take it out of "
        "the repair",
        beyond);
  }
  if (!spec_.attends_to_all()) {
    Fail(
        ErrorCode::kUnsupported,
        "the matrix of attention is looked at as a softmax over all tokens, but in {} models a token attends "
        "to {}; the probes of `measure --probe` describe their attention",
        spec_.architecture, spec_.causal ? "those before it alone" : "those near it alone, in some layers");
  }
  return InputOf(qkv, tokens, layer, head, policy);
}

AttentionInput Encoder::InputOf(const float* qkv, std::size_t tokens, std::size_t layer, std::size_t head,
                                const AttentionPolicy& policy) const {
  AttentionInput input;
  input.q = qkv + head * spec_.head_size();
  const std::size_t shared = head / (spec_.heads / spec_.kv_heads);
  input.k = qkv + (spec_.heads + shared) * spec_.head_size();
  input.v = input.k + spec_.kv_heads * spec_.head_size();
  input.stride = spec_.qkv_width();
  if (const std::size_t window = spec_.layer_names[layer].window; window > 0)
    input.before = input.after = window;
  if (spec_.causal) input.after = 0;
  input.tokens = tokens;
  input.head_size = spec_.head_size();
  input.temperature = policy.Temperature(layer, head, tokens);
  input.top_k = policy.top_k;
  input.attn_scale = policy.AttnScale(layer, head);
  input.calibration = policy.calibration.At(layer, spec_.layers);
  input.basket = policy.calibration.basket;
  if (!relative_bias_.empty()) {
    input.bias = relative_bias_.data() + head * (2 * spec_.positions() - 1) + (spec_.positions() - 1);
    input.bias_scale = policy.reading == TemperatureReading::kScores ? 1.0F / input.temperature : 1.0F;
  }
  return input;
}

void Encoder::AfterAttention(const Pass& pass, std::size_t index, std::span<const RowBlock> blocks) const {
  const Layer& layer = (*layers_)[index];
  const Norms& norms = layer.attention_norms;
  const std::size_t hidden = spec_.hidden;
  const std::size_t first = blocks.front().first;
  const std::size_t rows = Rows(blocks);
  float* const block = pass.workspace.hidden.data() + first * hidden;
  float* const added = norms.added.empty() ? block : pass.workspace.normed.data() + first * hidden;
  LinearPart part = Whole(layer.attention_output, pass.workspace.context.data() + first * context_stride(),
                          context_stride(), added, hidden);
  part.add_to_output = norms.added.empty();  // the residual
  pass.Linear(layer.attention_output, part, blocks);
  if (!norms.added.empty()) {
    Normalize(norms.added, added, added, rows, pass.run.team);
    AddRow(added, block, rows * hidden);
  }
  pass.Observe(LayerPlace::kAttentionResidual, index, block);
  if (!norms.sum.empty()) Normalize(norms.sum, block, block, rows, pass.run.team);
  pass.Observe(LayerPlace::kAttentionNorm, index, block);
  FeedForward(pass, index, blocks);
}

void Encoder::InnerActivations(const Pass& pass, const Layer& layer, const float* x, std::size_t begin,
                               std::size_t end, std::span<const RowBlock> blocks) const {
  const std::size_t width = end - begin;
  const std::size_t count = Rows(blocks) * width;
  float* const inner = pass.workspace.intermediate.data();
  float* const gate = pass.workspace.gate.data();
  const bool gelu = spec_.activation == InnerActivation::kGelu;
  const auto up = [&](const LinearLayer& linear, float* to, bool activated) {
    LinearPart part = Whole(linear, x, spec_.hidden, to, width);
    part.panel_begin = begin / linear.panel_width();
    part.panel_end = part.panel_begin + (width + linear.panel_width() - 1) / linear.panel_width();
    part.gelu = activated && gelu;
    pass.Linear(linear, part, blocks);
  };
  // What the product does not do by itself, in shares of the team.
  const auto each = [&](const auto& apply) {
    const std::size_t parts = pass.run.team != nullptr ? pass.run.team->size() : 1;
    ForEachTask(parts > 1 ? pass.run.team : nullptr, parts, [&](std::size_t task, std::size_t) {
      const auto [from, to] = Share(count, 1, parts, task);
      apply(from, to - from);
    });
  };
  up(layer.intermediate, inner, !spec_.gated());
  if (spec_.gated()) {
    up(layer.gate, gate, true);
    each([&](std::size_t from, std::size_t some) {
      if (!gelu) Activate(spec_.activation, gate + from, some);
      Multiply(inner + from, gate + from, some);
    });
  } else if (!gelu) {
    each([&](std::size_t from, std::size_t some) { Activate(spec_.activation, inner + from, some); });
  }
}

// The feed-forward layer slice by slice: some of its inner activations are computed, then multiplied onto the
// residual. Where the states themselves are its input, the sum grows in the block's rows of `context`, which
// attention no longer needs.
void Encoder::FeedForward(const Pass& pass, std::size_t index, std::span<const RowBlock> blocks) const {
  const Layer& layer = (*layers_)[index];
  const Norms& norms = layer.feed_forward_norms;
  EncoderWorkspace& workspace = pass.workspace;
  const std::size_t hidden = spec_.hidden;
  const std::size_t first = blocks.front().first;
  const std::size_t rows = Rows(blocks);
  const std::size_t slice = pass.whole() ? spec_.intermediate : kLinearDepth;
  float* const block = workspace.hidden.data() + first * hidden;
  float* const apart = workspace.context.data() + first * context_stride();
  const float* input = block;
  float* sum = apart;
  if (!norms.input.empty()) {
    float* const normed = workspace.normed.data() + first * hidden;
    Normalize(norms.input, block, normed, rows, pass.run.team);
    input = normed;
    if (norms.added.empty()) sum = block;
  }
  if (!norms.added.empty()) {
    std::fill_n(sum, rows * hidden, 0.0F);
  } else if (sum != block) {
    std::copy_n(block, rows * hidden, sum);
  }
  for (std::size_t begin = 0; begin < spec_.intermediate; begin += slice) {
    const std::size_t end = std::min(begin + slice, spec_.intermediate);
    InnerActivations(pass, layer, input, begin, end, blocks);
    LinearPart down = Whole(layer.output, workspace.intermediate.data(), end - begin, sum, hidden);
    down.in_begin = begin;
    down.in_end = end;
    down.add_to_output = true;
    pass.Linear(layer.output, down, blocks);
  }
  if (!norms.added.empty()) {
    Normalize(norms.added, sum, sum, rows, pass.run.team);
    AddRow(sum, block, rows * hidden);
    sum = block;
  }
  pass.Observe(LayerPlace::kFeedForwardResidual, index, sum);
  if (!norms.sum.empty()) {
    Normalize(norms.sum, sum, block, rows, pass.run.team);
  } else if (sum != block) {
    std::copy_n(sum, rows * hidden, block);
  }
  pass.Observe(LayerPlace::kOutputNorm, index, block);
}

}  // namespace lengthwise
