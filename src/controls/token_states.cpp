#include "controls/token_states.h"

#include <algorithm>
#include <mutex>

#include "embedding/batching.h"
#include "encoder/encoder.h"
#include "math/thread_pool.h"

namespace lengthwise {

void ForEachStates(const Session& embedder, std::span<const std::vector<std::int32_t>> sequences,
                   const Intervention& intervention, const StateSink& sink, const TokenProgress& progress) {
  std::vector<std::size_t> lengths(sequences.size());
  std::transform(sequences.begin(), sequences.end(), lengths.begin(), [](const auto& s) { return s.size(); });
  const std::vector<BatchRange> batches = MakeBatches(lengths, embedder.pool().size(), kBatchTokens);
  std::vector<EncoderWorkspace> workspaces(embedder.pool().size());
  EncoderRun run;
  run.attention = embedder.options().attention;
  run.intervention = intervention;
  std::mutex progress_mutex;
  std::size_t done = 0;
  embedder.pool().For(batches.size(), [&](std::size_t b, std::size_t worker) {
    PackedBatch batch;
    for (std::size_t s = batches[b].begin; s < batches[b].end; ++s) batch.Add(sequences[s]);
    EncoderWorkspace& workspace = workspaces[worker];
    embedder.encoder().Run(batch, workspace, run);
    for (std::size_t s = 0; s < batch.sequences(); ++s) {
      sink(batches[b].begin + s, workspace.hidden.data() + batch.offsets[s] * embedder.spec().hidden,
           batch.length(s));
    }
    const std::lock_guard lock(progress_mutex);
    done += batch.tokens();
    if (progress) progress(done);
  });
}

}  // namespace lengthwise
