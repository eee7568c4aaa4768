#include "measure/measure_statistics.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "base/fail.h"
#include "embedding/long_input.h"

namespace lengthwise {
namespace {

// Documents wait to be embedded together, so that an input of this size is read whole, and its progress
// known, before the first is embedded; a larger one takes no more memory. 4 million tokens are 16 MB.
constexpr std::size_t kPendingTokens = std::size_t{1} << 22;
constexpr std::size_t kPendingDocuments = std::size_t{1} << 16;

// One pass over the documents.
class Gatherer {
 public:
  Gatherer(const Session& embedder, const MeasureOptions& options, const MeasureRun& run)
      : embedder_(embedder), run_(run) {
    const LengthLimits limits = embedder.limits();
    MeasureStatistics& statistics = gathered_.statistics;
    statistics.model = DescribeModel(embedder);
    if (options.trained_length > 0) {
      statistics.model.limits.trained = options.trained_length;
      statistics.model.limits.trained_given = true;
    }
    statistics.options = options;
    if (options.lengths.empty()) {
      statistics.options.lengths = TruncationLengths(limits.sentence_transformers, limits.positions);
    }
    statistics.truncated.counts = LengthCounts(statistics.options.lengths);
    if (options.AnyNatural()) {
      statistics.natural =
          MakeArmStats(embedder.dimension(), NaturalBuckets(limits.in_force), Run(options.natural));
    }
    const std::vector<Pooling>& pooling = embedder.checkpoint().pooling;
    if (!std::all_of(pooling.begin(), pooling.end(), PoolsAllTokens)) {
      statistics.notes.push_back(fmt::format(
          "This model's vector is the state of one token (pooling {}), not a mean of all: the static control "
          "and the part of an attribution that averages windows say what averaging would do to this text, "
          "not "
          "what this model does.",
          PoolingNames(pooling)));
    }
    CheckOneVector(embedder.options().long_input);
    if (embedder.options().long_input.kind != LongInputKind::kTruncate) {
      statistics.notes.push_back(
          fmt::format("Texts longer than the length in force are cut here, not treated as the option "
                      "long-input {} would.",
                      LongInputKindName(embedder.options().long_input.kind)));
    }
  }

  void Add(const Document& document, TokenizedDocument&& tokenized) {
    const MeasureOptions& options = gathered_.statistics.options;
    LengthCounts& counts = gathered_.statistics.truncated.counts;
    gathered_.statistics.data.Add(document, tokenized.tokens, embedder_.limits().in_force);
    counts.Add(tokenized.tokens);
    gathered_.long_documents.push_back(tokenized);
    BoundTruncated(gathered_.long_documents, counts, options.minimum_documents, options.truncated_documents);
    if (!options.AnyNatural()) return;
    pending_tokens_ += tokenized.content.size();
    pending_.push_back(std::move(tokenized));
    if (pending_tokens_ >= kPendingTokens || pending_.size() >= kPendingDocuments) EmbedPending(0);
  }

  GatheredDocuments Finish(std::size_t read, const decltype(GatherHooks::later_tokens)& later_tokens) {
    if (read == 0) Fail(ErrorCode::kBadInput, "no documents to measure");
    MeasureStatistics& statistics = gathered_.statistics;
    const MeasureOptions& options = statistics.options;
    statistics.data.read = read;
    KeepTruncated(gathered_.long_documents, statistics.truncated.counts, options.minimum_documents,
                  options.truncated_documents);
    std::vector<PlannedSequence> cut;
    if (options.AnyTruncated()) cut = PlanCuts();
    std::size_t total = done_;
    if (options.natural) total += PlanNatural(pending_, embedder_.limits().in_force).tokens();
    for (const PlannedSequence& sequence : cut) total += options.truncated ? sequence.length : 0;
    if (later_tokens) total += later_tokens(gathered_);
    EmbedPending(total);
    EmbedCuts(cut, total);
    gathered_.tokens = done_;
    return std::move(gathered_);
  }

 private:
  ArmRun Run(bool model) const {
    const MeasureOptions& options = gathered_.statistics.options;
    return {.model = model,
            .static_control = options.static_control,
            .probe = model && options.probe,
            .kept_vectors = options.kept_vectors,
            .resume = run_.resume};
  }

  TokenProgress ProgressOf(std::size_t total) {
    return [this, total, before = done_](std::size_t tokens) {
      done_ = before + tokens;
      run_.progress(done_, total);
    };
  }

  void EmbedPending(std::size_t total) {
    MeasureStatistics& statistics = gathered_.statistics;
    AddArm(embedder_, pending_, PlanNatural(pending_, embedder_.limits().in_force),
           Run(statistics.options.natural), statistics.natural, ProgressOf(total));
    pending_.clear();
    pending_tokens_ = 0;
  }

  // What the truncated arm embeds of `long_documents`, whose sequences name the documents of the statistics.
  std::vector<PlannedSequence> PlanCuts() {
    TruncatedStatistics& truncated = gathered_.statistics.truncated;
    const MeasureOptions& options = gathered_.statistics.options;
    const std::size_t used = truncated.counts.Reached(options.minimum_documents);
    std::vector<PlannedSequence> sequences;
    for (const TokenizedDocument& document : gathered_.long_documents) {
      const bool in_arm = used >= 2 && truncated.documents.size() < options.truncated_documents;
      const auto reached = static_cast<std::size_t>(
          std::upper_bound(options.lengths.begin(), options.lengths.end(), document.tokens) -
          options.lengths.begin());
      const std::size_t lengths = options.statistics ? reached : in_arm ? used : 0;
      truncated.documents.push_back({document.key, document.tokens, lengths, {}, {}, {}});
    }
    for (std::size_t l = 0; l < options.lengths.size(); ++l) {
      for (std::size_t d = 0; d < truncated.documents.size(); ++d) {
        const TruncatedDocument& document = truncated.documents[d];
        if (l < document.lengths)
          sequences.push_back({d, l, options.lengths[l], document.tokens > options.lengths[l]});
      }
    }
    return sequences;
  }

  void EmbedCuts(std::span<const PlannedSequence> sequences, std::size_t total) {
    const std::size_t dimension = embedder_.dimension();
    ArmRun run = Run(gathered_.statistics.options.truncated);
    run.gains = gathered_.statistics.options.gains;
    std::vector<TruncatedDocument>& documents = gathered_.statistics.truncated.documents;
    for (TruncatedDocument& document : documents) {
      if (run.model) document.model.resize(document.lengths * dimension);
      if (run.static_control) document.static_control.resize(document.lengths * dimension);
      if (run.probe || run.gains) document.probes.resize(document.lengths);
    }
    const auto keep = [&](const EmbeddedSequence& sequence) {
      TruncatedDocument& document = documents[sequence.planned.document];
      const auto put = [&](std::span<const float> vector, const TextProbe* probe, std::vector<float>& rows) {
        if (vector.empty()) return;
        CheckObservation({document.key, sequence.planned.length, false, vector, probe}, dimension);
        std::copy(vector.begin(), vector.end(),
                  rows.begin() + static_cast<std::ptrdiff_t>(sequence.planned.bucket * dimension));
      };
      put(sequence.model, sequence.probe, document.model);
      put(sequence.static_control, nullptr, document.static_control);
      if (sequence.probe != nullptr) document.probes[sequence.planned.bucket] = *sequence.probe;
    };
    EmbedPlanned(embedder_, gathered_.long_documents, sequences, run, keep, ProgressOf(total));
  }

  const Session& embedder_;
  const MeasureRun& run_;
  GatheredDocuments gathered_;
  std::vector<TokenizedDocument> pending_;
  std::size_t pending_tokens_ = 0;
  std::size_t done_ = 0;  // tokens embedded
};

}  // namespace

void MeasureStatistics::Merge(const MeasureStatistics& other) {
  data.Merge(other.data);
  natural.Merge(other.natural);
  truncated.counts.Merge(other.truncated.counts);
  truncated.documents.insert(truncated.documents.end(), other.truncated.documents.begin(),
                             other.truncated.documents.end());
  KeepTruncated(truncated.documents, truncated.counts, options.minimum_documents,
                options.truncated_documents);
  for (const std::string& note : other.notes) {
    if (std::find(notes.begin(), notes.end(), note) == notes.end()) notes.push_back(note);
  }
}

GatheredDocuments GatherStatistics(const Session& embedder, const DocumentSource& source,
                                   const MeasureOptions& options, const MeasureRun& run,
                                   const GatherHooks& hooks) {
  CheckMeasureOptions(options, embedder);
  Gatherer gatherer(embedder, options, run);
  const std::size_t read =
      ForEachTokenizedDocument(embedder, source, options.sample, options.resampling.seed,
                               [&](const Document& document, TokenizedDocument&& tokenized) {
                                 if (hooks.observe) hooks.observe(tokenized);
                                 gatherer.Add(document, std::move(tokenized));
                               });
  return gatherer.Finish(read, hooks.later_tokens);
}

}  // namespace lengthwise
