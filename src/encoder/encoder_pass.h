// The state of one run of the encoder, and how its threads share a stage.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

#include "encoder/encoder.h"

namespace lengthwise {

// Parts that a stage is cut into for each thread of a team, so that a slower thread takes fewer.
inline constexpr std::size_t kPartsPerThread = 2;

template <typename Fn>
void ForEachTask(ThreadPool* team, std::size_t count, Fn&& fn) {
  if (team != nullptr) {
    team->For(count, fn);
  } else {
    for (std::size_t i = 0; i < count; ++i) fn(i, std::size_t{0});
  }
}

// Rows [first, last) of `rows` as the i-th of `parts` equal shares in whole kernel rows.
inline std::pair<std::size_t, std::size_t> Share(std::size_t count, std::size_t unit, std::size_t parts,
                                                 std::size_t i) {
  const std::size_t units = (count + unit - 1) / unit;
  return {std::min(count, units * i / parts * unit), std::min(count, units * (i + 1) / parts * unit)};
}

inline std::size_t Rows(std::span<const RowBlock> blocks) {
  return blocks.back().first + blocks.back().rows - blocks.front().first;
}

// The whole product y = x W^T + b; rows and memory come with Linear.
inline LinearPart Whole(const LinearLayer& linear, const float* x, std::size_t ldx, float* y,
                        std::size_t ldy) {
  LinearPart part;
  part.x = x;
  part.ldx = ldx;
  part.y = y;
  part.ldy = ldy;
  part.panel_end = linear.panels();
  part.in_end = linear.in();
  return part;
}

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
    ForEachTask(run.team, blocks.size() * panel_parts, [&](std::size_t task, std::size_t worker) {
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

}  // namespace lengthwise
