// Vectors without layers: of static models, of the static control of others, which are means of word vectors,
// and of texts without tokens.
#include <algorithm>
#include <cmath>
#include <mutex>
#include <vector>

#include "base/fail.h"
#include "embedding/pooling.h"
#include "embedding/session.h"
#include "encoder/encoder.h"
#include "math/thread_pool.h"

namespace lengthwise {
namespace {

// Sequences that a thread takes at a time: few tokens cost as much as handing out the work.
constexpr std::size_t kTogether = 64;

}  // namespace

std::vector<float> Session::WordMean(std::span<const std::int32_t> sequence) const {
  const std::size_t hidden = spec().hidden;
  const std::int32_t dropped = spec().drops_unknown ? tokenizer().unknown_id() : -1;
  // Texts may be long: float32 would lose what single tokens add to a sum of many.
  std::vector<double> sum(hidden, 0.0);
  std::vector<float> row(hidden);
  std::size_t count = 0;
  for (const std::int32_t id : sequence) {
    if (dropped >= 0 && id == dropped) continue;
    encoder_.WordEmbedding(id, row);
    for (std::size_t c = 0; c < hidden; ++c) sum[c] += double{row[c]};
    ++count;
  }
  const auto tokens = static_cast<double>(std::max<std::size_t>(count, 1));
  for (std::size_t c = 0; c < hidden; ++c) row[c] = static_cast<float>(sum[c] / tokens);
  if (count == 0) std::fill(row.begin(), row.end(), 0.0F);
  if (!std::all_of(row.begin(), row.end(), [](float value) { return std::isfinite(value); })) {
    Fail(ErrorCode::kBadCheckpoint, "{}: a word vector is NaN, infinite or too large; fetch the file again",
         checkpoint().weights.path().string());
  }
  return row;
}

void Session::EmbedStatic(std::span<const std::vector<std::int32_t>> sequences, const SequenceRun& run,
                          const Sink& sink) const {
  if (run.probe || run.energies) RequireLayers(spec(), "a table of layers and heads");
  const Intervention& intervention = run.intervention;
  if (!intervention.head_output.empty() || intervention.position_range > 0 ||
      !intervention.positions.empty() || intervention.moved_by > 0)
    RequireLayers(spec(), "an intervention");
  std::mutex sink_mutex;
  bool ended = false;  // by a sink that threw: it is not called again
  const std::size_t tasks = (sequences.size() + kTogether - 1) / kTogether;
  pool_->For(tasks, [&](std::size_t task, std::size_t) {
    const std::size_t end = std::min(sequences.size(), (task + 1) * kTogether);
    for (std::size_t s = task * kTogether; s < end; ++s) {
      const TokenRange whole{0, sequences[s].size()};
      const std::span<const TokenRange> parts =
          run.parts.empty() ? std::span(&whole, 1) : std::span(run.parts[s]);
      std::vector<float> vectors(parts.size() * dimension());
      for (std::size_t p = 0; p < parts.size(); ++p) {
        const std::vector<float> mean =
            WordMean(std::span(sequences[s]).subspan(parts[p].begin, parts[p].end - parts[p].begin));
        // The mean of one state is that state.
        FinishVector(mean.data(), 1, run, std::span(vectors).subspan(p * dimension(), dimension()));
      }
      const std::lock_guard lock(sink_mutex);
      if (ended) return;
      ended = true;
      sink(s, vectors, nullptr);
      ended = false;
    }
  });
}

void Session::EmbedWithEmpty(std::span<const std::vector<std::int32_t>> sequences, const SequenceRun& run,
                             const Sink& sink) const {
  if (run.probe || run.energies) {
    Fail(ErrorCode::kBadInput,
         "a text has no tokens, and {} puts no special tokens around it, so there are no states to look at; "
         "leave "
         "it out",
         checkpoint().folder.string());
  }
  std::vector<std::vector<std::int32_t>> others;
  std::vector<std::vector<TokenRange>> parts;
  std::vector<std::size_t> places;
  for (std::size_t s = 0; s < sequences.size(); ++s) {
    if (sequences[s].empty()) continue;
    places.push_back(s);
    others.push_back(sequences[s]);
    if (!run.parts.empty()) parts.push_back(run.parts[s]);
  }
  SequenceRun of_others = run;
  of_others.parts = parts;
  EmbedSequences(others, of_others,
                 [&](std::size_t s, std::span<const float> vector, const TextProbe* probe) {
                   sink(places[s], vector, probe);
                 });
  const std::vector<float> zeros(spec().hidden, 0.0F);
  std::vector<float> vector(dimension());
  for (std::size_t s = 0; s < sequences.size(); ++s) {
    if (!sequences[s].empty()) continue;
    FinishVector(zeros.data(), 1, run, vector);
    sink(s, vector, nullptr);
  }
}

void Session::StaticVector(std::span<const std::int32_t> sequence, std::span<float> vector) const {
  if (spec().is_static()) {
    const std::vector<float> mean = WordMean(sequence);
    FinishVector(mean.data(), 1, {.intervention = {}, .post_process = false}, vector);
    return;
  }
  const std::size_t hidden = spec().hidden;
  if (dimension() != hidden) {
    std::vector<float> states(sequence.size() * hidden);
    for (std::size_t t = 0; t < sequence.size(); ++t)
      encoder_.WordEmbedding(sequence[t], std::span(states).subspan(t * hidden, hidden));
    // One token's embedding is the same in every text.
    std::vector<Pooling> pooling = checkpoint().pooling;
    for (Pooling& one : pooling) one = PoolsAllTokens(one) ? one : Pooling::kMean;
    const std::vector<float> pooled = PooledVector(states.data(), sequence.size(), Role::kDocument, pooling);
    std::copy(pooled.begin(), pooled.end(), vector.begin());
    return;
  }
  std::vector<float> row(hidden);
  std::fill(vector.begin(), vector.end(), 0.0F);
  for (const std::int32_t id : sequence) {
    encoder_.WordEmbedding(id, row);
    for (std::size_t c = 0; c < row.size(); ++c) vector[c] += row[c] / static_cast<float>(sequence.size());
  }
  if (checkpoint().normalize) NormalizeVector(vector);
}

}  // namespace lengthwise
