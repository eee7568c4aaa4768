#include "encoder/encoder.h"

#include <algorithm>
#include <utility>

#include "base/fail.h"
#include "encoder/encoder_pass.h"
#include "encoder/layer_probe.h"
#include "math/rows.h"

namespace lengthwise {
namespace {

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

void Encoder::Embed(const Pass& pass) const {
  const std::size_t hidden = spec_.hidden;
  const Intervention& intervention = pass.run.intervention;
  const std::size_t range = intervention.position_range;
  const float* const table = position_embeddings_.data();
  for (std::size_t s = 0; s < pass.batch.sequences(); ++s) {
    const std::size_t length = pass.batch.length(s);
    const std::span<const std::int32_t> ids(pass.batch.ids.data() + pass.batch.offsets[s], length);
    const std::vector<std::size_t> own = OwnPositions(ids, spec_.position_padding);
    for (std::size_t t = 0; t < length; ++t) {
      float* const row = pass.workspace.hidden.data() + (pass.batch.offsets[s] + t) * hidden;
      WordEmbedding(ids[t], {row, hidden});
      if (position_embeddings_.empty()) {
        if (!token_type_.empty()) AddRow(token_type_.data(), row, hidden);
        continue;
      }
      if (ids[t] == spec_.position_padding) {
        AddRow(table + static_cast<std::size_t>(spec_.position_padding) * hidden, row, hidden);
        continue;
      }
      const float* const first = table + spec_.position_offset * hidden;
      const std::size_t p = own[PlaceOf(intervention, t)] + MovedBy(intervention, t);
      if (!Interpolates(intervention, length)) {
        AddRow(first + p * hidden, row, hidden);
        continue;
      }
      const double place = InterpolatedPlace(intervention, p, length);
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
  ForEachTask(parts > 1 ? team : nullptr, parts, [&](std::size_t task, std::size_t) {
    const auto [first, last] = Share(count, 1, parts, task);
    const std::size_t width = norm.gain.size();
    const float* const from = x + first * width;
    float* const to = y + first * width;
    const bool finite =
        spec_.norm == NormKind::kLayer
            ? LayerNormRows(from, to, last - first, width, norm.gain.data(), norm.bias.data(),
                            spec_.norm_epsilon)
            : RmsNormRows(from, to, last - first, width, norm.gain.data(), spec_.norm_epsilon);
    if (!finite) {
      Fail(ErrorCode::kBadCheckpoint,
           "{}: a token's state is not finite; the weights hold NaN, infinity, or values too large",
           checkpoint_.folder.string());
    }
  });
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
  ForEachTask(pass.run.team, pass.batch.sequences(), [&](std::size_t s, std::size_t) {
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
  workspace.normed.Resize(NeedsNormed() ? tokens * hidden : 0);
  workspace.qkv.Resize(tokens * spec_.qkv_width());
  workspace.context.Resize(tokens * context_stride());
  const std::size_t inner =
      pass.whole() ? tokens * spec_.intermediate : kBlockRows * std::min(kLinearDepth, spec_.intermediate);
  workspace.intermediate.Resize(inner);
  workspace.gate.Resize(spec_.gated() ? inner : 0);
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
    if (!embedding_norm_.empty()) Normalize(embedding_norm_, states, states, tokens, team);
  }
  ProbeStates(pass, run.first_layer);
  for (std::size_t l = run.first_layer; l < spec_.layers; ++l) {
    const Layer& layer = (*layers_)[l];
    pass.Observe(LayerPlace::kInput, l, states);
    const float* input = states;
    if (!layer.attention_norms.input.empty()) {
      Normalize(layer.attention_norms.input, states, workspace.normed.data(), tokens, team);
      input = workspace.normed.data();
    }
    pass.Linear(layer.qkv, Whole(layer.qkv, input, hidden, workspace.qkv.data(), spec_.qkv_width()), blocks);
    PrepareHeads(pass, l);
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

}  // namespace lengthwise
