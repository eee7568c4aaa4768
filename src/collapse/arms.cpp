#include "collapse/arms.h"

#include <algorithm>
#include <utility>

#include "math/thread_pool.h"

namespace lengthwise {
namespace {

// Sequences whose vectors wait to be added in order.
constexpr std::size_t kChunk = 1024;

void AddChunk(LengthStats& stats, std::span<const TokenizedDocument> documents,
              std::span<const PlannedSequence> planned, std::span<const float> vectors,
              std::span<const TextProbe> probes) {
  for (std::size_t s = 0; s < planned.size(); ++s) {
    stats.Add(planned[s].bucket, {.key = documents[planned[s].document].key,
                                  .tokens = planned[s].length,
                                  .cut = planned[s].cut,
                                  .vector = vectors.subspan(s * stats.dimension(), stats.dimension()),
                                  .probe = probes.empty() ? nullptr : &probes[s]});
  }
}

}  // namespace

ArmStats RunArm(const EmbedderImpl& embedder, std::span<const TokenizedDocument> documents,
                const ArmPlan& plan, const ArmRun& run, const TokenProgress& progress) {
  const std::size_t dimension = embedder.spec().hidden;
  ArmStats stats;
  if (run.model) stats.model.emplace(dimension, plan.buckets, run.kept_vectors);
  if (run.static_control) stats.static_control.emplace(dimension, plan.buckets, run.kept_vectors);
  std::size_t tokens = 0;
  for (std::size_t first = 0; first < plan.sequences.size(); first += kChunk) {
    const auto planned =
        std::span(plan.sequences).subspan(first, std::min(kChunk, plan.sequences.size() - first));
    std::vector<std::vector<std::int32_t>> sequences;
    for (const PlannedSequence& sequence : planned) {
      sequences.push_back(embedder.WithSpecials(documents[sequence.document].content, sequence.length));
    }
    std::vector<float> vectors(planned.size() * dimension);
    if (run.static_control) {
      embedder.pool().For(sequences.size(), [&](std::size_t s, std::size_t) {
        embedder.StaticVector(sequences[s], std::span(vectors).subspan(s * dimension, dimension));
      });
      AddChunk(*stats.static_control, documents, planned, vectors, {});
    }
    if (run.model) {
      std::vector<TextProbe> probes(run.probe ? planned.size() : 0);
      embedder.EmbedSequences(sequences, {.probe = run.probe, .attention = {}, .intervention = {}},
                              [&](std::size_t s, std::span<const float> vector, const TextProbe* probe) {
                                std::copy(vector.begin(), vector.end(),
                                          vectors.begin() + static_cast<std::ptrdiff_t>(s * dimension));
                                if (run.probe) probes[s] = *probe;
                                tokens += planned[s].length;
                                if (progress) progress(tokens);
                              });
      AddChunk(*stats.model, documents, planned, vectors, probes);
    }
  }
  return stats;
}

}  // namespace lengthwise
