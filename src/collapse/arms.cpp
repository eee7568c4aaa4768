#include "collapse/arms.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/fail.h"
#include "embedding/resume_file.h"
#include "math/thread_pool.h"

namespace lengthwise {
namespace {

// Sequences whose vectors wait to be added in order.
constexpr std::size_t kChunk = 1024;

}  // namespace

void ArmStats::Merge(const ArmStats& other) {
  if (model.has_value() != other.model.has_value() ||
      static_control.has_value() != other.static_control.has_value()) {
    Fail(ErrorCode::kBadInput, "statistics of different arms cannot be merged");
  }
  if (model) model->Merge(*other.model);
  if (static_control) static_control->Merge(*other.static_control);
}

namespace {

// The model's vectors and probes of sequences.
struct ModelRows {
  std::vector<float> vectors;
  std::vector<TextProbe> probes;
};

std::string BytesOf(const std::vector<std::int32_t>& sequence) {
  return {reinterpret_cast<const char*>(sequence.data()), sequence.size() * sizeof(std::int32_t)};
}

ModelRows EmbedRows(const Session& embedder, std::span<const std::vector<std::int32_t>> sequences,
                    const ArmRun& run, const TokenProgress& progress) {
  const std::size_t dimension = embedder.dimension();
  ModelRows rows;
  rows.vectors.resize(sequences.size() * dimension);
  if (run.probe || run.gains) rows.probes.resize(sequences.size());
  embedder.EmbedSequences(sequences, {.probe = run.probe, .intervention = {}, .energies = run.gains},
                          [&](std::size_t s, std::span<const float> vector, const TextProbe* probe) {
                            std::copy(vector.begin(), vector.end(),
                                      rows.vectors.begin() + static_cast<std::ptrdiff_t>(s * dimension));
                            if (probe != nullptr) rows.probes[s] = *probe;
                            if (progress) progress(sequences[s].size());
                          });
  return rows;
}

// The first of the sequences: what a broken run has left of them, or as many as make a block.
ModelRows FindOrEmbedRows(const Session& embedder, std::span<const std::vector<std::int32_t>> sequences,
                          const ArmRun& run, const TokenProgress& progress) {
  if (run.resume == nullptr || run.probe || run.gains) return EmbedRows(embedder, sequences, run, progress);
  const auto found = run.resume->Next(sequences.size(), [&](std::size_t i) { return BytesOf(sequences[i]); });
  if (found) {
    for (std::size_t i = 0; progress && i < found->rows(); ++i) progress(sequences[i].size());
    return {found->values, {}};
  }
  std::vector<std::string> texts;
  std::size_t work = 0;
  while (texts.size() < sequences.size() && work < run.resume->work()) {
    work += sequences[texts.size()].size() * ResumeFile::kBytesPerToken;
    texts.push_back(BytesOf(sequences[texts.size()]));
  }
  ModelRows rows = EmbedRows(embedder, sequences.first(texts.size()), run, progress);
  run.resume->Add(
      texts.size(), [&](std::size_t i) { return texts[i]; },
      {embedder.dimension(), rows.vectors, std::vector<TokenUse>(texts.size()), {}}, work);
  return rows;
}

}  // namespace

void EmbedPlanned(const Session& embedder, std::span<const TokenizedDocument> documents,
                  std::span<const PlannedSequence> all, const ArmRun& run,
                  const std::function<void(const EmbeddedSequence&)>& sink, const TokenProgress& progress) {
  const std::size_t dimension = embedder.dimension();
  std::size_t tokens = 0;
  const TokenProgress count = [&](std::size_t more) {
    tokens += more;
    if (progress) progress(tokens);
  };
  for (std::size_t first = 0; first < all.size();) {
    auto planned = all.subspan(first, std::min(kChunk, all.size() - first));
    std::vector<std::vector<std::int32_t>> sequences;
    for (const PlannedSequence& sequence : planned) {
      sequences.push_back(embedder.WithSpecials(documents[sequence.document].content, sequence.length));
    }
    ModelRows model;
    if (run.model) {
      model = FindOrEmbedRows(embedder, sequences, run, count);
      planned = planned.first(model.vectors.size() / dimension);
    }
    std::vector<float> control(run.static_control ? planned.size() * dimension : 0);
    if (run.static_control) {
      embedder.pool().For(planned.size(), [&](std::size_t s, std::size_t) {
        embedder.StaticVector(sequences[s], std::span(control).subspan(s * dimension, dimension));
      });
    }
    const auto row = [&](const std::vector<float>& rows, std::size_t s) {
      return rows.empty() ? std::span<const float>() : std::span(rows).subspan(s * dimension, dimension);
    };
    for (std::size_t s = 0; s < planned.size(); ++s) {
      sink({planned[s], row(model.vectors, s), row(control, s),
            model.probes.empty() ? nullptr : &model.probes[s]});
    }
    first += planned.size();
  }
}

ArmStats MakeArmStats(std::size_t dimension, std::span<const LengthBucket> buckets, const ArmRun& run) {
  ArmStats stats;
  if (run.model) stats.model.emplace(dimension, buckets, run.kept_vectors);
  if (run.static_control) stats.static_control.emplace(dimension, buckets, run.kept_vectors);
  return stats;
}

void AddArm(const Session& embedder, std::span<const TokenizedDocument> documents, const ArmPlan& plan,
            const ArmRun& run, ArmStats& stats, const TokenProgress& progress) {
  const auto add = [&](const EmbeddedSequence& sequence) {
    const PlannedSequence& planned = sequence.planned;
    Observation observation{.key = documents[planned.document].key,
                            .tokens = planned.length,
                            .cut = planned.cut,
                            .vector = sequence.static_control,
                            .probe = nullptr};
    if (stats.static_control) stats.static_control->Add(planned.bucket, observation);
    observation.vector = sequence.model;
    observation.probe = sequence.probe;
    if (stats.model) stats.model->Add(planned.bucket, observation);
  };
  EmbedPlanned(embedder, documents, plan.sequences, run, add, progress);
}

}  // namespace lengthwise
