// Embedding with one head replaced at a time. The layers below the head do what they do in the model as it
// is, so each run starts from the states that the run as it is had there.
#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>

#include "controls/ablation.h"
#include "embedding/batching.h"
#include "encoder/encoder.h"
#include "math/thread_pool.h"

namespace lengthwise {
namespace {

struct PlannedText {
  std::size_t length = 0;  // index of the length
  std::size_t document = 0;
  std::vector<std::int32_t> ids;
};

// Where the vectors of one batch go.
class BatchAblation {
 public:
  BatchAblation(const Session& embedder, std::span<const PlannedText> texts, AblationVariants& variants)
      : embedder_(embedder), texts_(texts), variants_(variants) {
    for (const PlannedText& text : texts) batch_.Add(text.ids);
  }

  // Calls back with the layers' worth of tokens of each run.
  void Run(std::span<const HeadOutput> modes, EncoderWorkspace& workspace,
           const std::function<void(std::size_t token_layers)>& done) {
    const ModelSpec& spec = embedder_.spec();
    const std::size_t floats = batch_.tokens() * spec.hidden;
    std::vector<std::vector<float>> inputs(spec.layers);
    EncoderRun run;
    run.attention = embedder_.options().attention;
    run.observer = [&](LayerPlace place, std::size_t layer, const float* data) {
      if (place == LayerPlace::kInput) inputs[layer].assign(data, data + floats);
    };
    embedder_.encoder().Run(batch_, workspace, run);
    Keep(workspace, 0);
    done(batch_.tokens() * spec.layers);
    run.observer = nullptr;
    for (std::size_t layer = 0; layer < spec.layers; ++layer) {
      run.first_layer = layer;
      run.states = inputs[layer].data();
      for (std::size_t m = 0; m < modes.size(); ++m) {
        for (std::size_t head = 0; head < spec.heads; ++head) {
          const std::size_t place = layer * spec.heads + head;
          run.intervention.head_output.assign(spec.layers * spec.heads, HeadOutput::kKeep);
          run.intervention.head_output[place] = modes[m];
          embedder_.encoder().Run(batch_, workspace, run);
          Keep(workspace, 1 + m * spec.layers * spec.heads + place);
          done(batch_.tokens() * (spec.layers - layer));
        }
      }
    }
  }

 private:
  void Keep(const EncoderWorkspace& workspace, std::size_t variant) {
    const std::size_t hidden = embedder_.spec().hidden, dimension = embedder_.dimension();
    for (std::size_t s = 0; s < texts_.size(); ++s) {
      AblationVectors& rows = variants_.vectors[variant][texts_[s].length];
      const std::span<float> vector(rows.data() + texts_[s].document * dimension, dimension);
      embedder_.FinishVector(workspace.hidden.data() + batch_.offsets[s] * hidden, batch_.length(s), {},
                             vector);
    }
  }

  const Session& embedder_;
  std::span<const PlannedText> texts_;
  AblationVariants& variants_;
  PackedBatch batch_;
};

}  // namespace

AblationVariants EmbedAblated(const Session& embedder, const AblationPlan& plan,
                              std::span<const HeadOutput> modes, const TokenProgress& progress) {
  const ModelSpec& spec = embedder.spec();
  std::vector<PlannedText> texts;
  std::vector<std::size_t> lengths;
  for (std::size_t l = 0; l < plan.lengths.size(); ++l) {
    for (std::size_t d = 0; d < plan.documents.size(); ++d) {
      texts.push_back({l, d, embedder.WithSpecials(plan.documents[d]->content, plan.lengths[l])});
      lengths.push_back(plan.lengths[l]);
    }
  }
  AblationVariants variants;
  variants.vectors.assign(
      1 + modes.size() * spec.layers * spec.heads,
      std::vector<AblationVectors>(plan.lengths.size(),
                                   AblationVectors(plan.documents.size() * embedder.dimension())));
  const std::vector<BatchRange> batches = MakeBatches(lengths, embedder.pool().size(), kBatchTokens);
  std::vector<EncoderWorkspace> workspaces(embedder.pool().size());
  std::mutex progress_mutex;
  std::size_t token_layers = 0;
  embedder.pool().For(batches.size(), [&](std::size_t b, std::size_t worker) {
    const auto part = std::span(texts).subspan(batches[b].begin, batches[b].end - batches[b].begin);
    BatchAblation(embedder, part, variants).Run(modes, workspaces[worker], [&](std::size_t more) {
      const std::lock_guard lock(progress_mutex);
      token_layers += more;
      if (progress) progress(token_layers / spec.layers);
    });
  });
  return variants;
}

}  // namespace lengthwise
