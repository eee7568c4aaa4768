#include "collapse/measure.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/fail.h"
#include "base/hash.h"
#include "base/random.h"

namespace lengthwise {
namespace {

void CheckOptions(const MeasureOptions& options, const EmbedderImpl& embedder) {
  if (!options.natural && !options.truncated && !options.static_control) {
    Fail(ErrorCode::kBadInput, "no arm to measure; the arms are natural, truncated and static");
  }
  if (!(options.resampling.confidence > 0 && options.resampling.confidence < 1)) {
    Fail(ErrorCode::kBadInput, "the confidence of intervals is {}, but lies between 0 and 1",
         options.resampling.confidence);
  }
  if (options.minimum_documents < 2) {
    Fail(ErrorCode::kBadInput, "the truncated arm needs at least 2 documents, since it compares pairs");
  }
  const std::size_t shortest = embedder.special_tokens() + 1;
  const std::size_t longest = embedder.limits().positions;
  for (std::size_t i = 0; i < options.lengths.size(); ++i) {
    if (options.lengths[i] < shortest || options.lengths[i] > longest) {
      Fail(ErrorCode::kBadInput,
           "a truncated length of {} tokens: this model takes {} to {}, special tokens included",
           options.lengths[i], shortest, longest);
    }
    if (i > 0 && options.lengths[i] <= options.lengths[i - 1]) {
      Fail(ErrorCode::kBadInput, "truncated lengths must ascend, but {} follows {}", options.lengths[i],
           options.lengths[i - 1]);
    }
  }
}

// The documents with the smallest hashes, in input order: which they are does not depend on the input's
// order.
std::vector<Document> Sample(const std::vector<Document>& documents, std::size_t size, std::uint64_t seed) {
  std::vector<std::pair<std::uint64_t, std::size_t>> ranks;
  for (std::size_t d = 0; d < documents.size(); ++d) {
    Hasher hasher;
    hasher.Add(documents[d].id);
    hasher.Add(documents[d].text);
    ranks.emplace_back(
        Random(std::stoull(hasher.Digest().substr(0, 16), nullptr, 16) ^ Random(seed).Next()).Next(), d);
  }
  std::sort(ranks.begin(), ranks.end());
  ranks.resize(size);
  std::sort(ranks.begin(), ranks.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  std::vector<Document> sample;
  for (const auto& [rank, d] : ranks) sample.push_back(documents[d]);
  return sample;
}

LengthQuantiles QuantilesOf(std::vector<std::size_t> lengths) {
  std::sort(lengths.begin(), lengths.end());
  const auto at = [&](std::size_t percent) {
    const std::size_t rank = (percent * lengths.size() + 99) / 100;
    return lengths[std::max<std::size_t>(rank, 1) - 1];
  };
  return {lengths.front(), at(10), at(25), at(50), at(75), at(90), lengths.back()};
}

DataDescription DescribeData(const std::vector<Document>& documents,
                             std::span<const TokenizedDocument> tokenized, std::size_t read,
                             std::size_t length_in_force) {
  DataDescription data;
  data.read = read;
  data.documents = documents.size();
  Hasher hasher;
  for (const Document& document : documents) {
    hasher.Add(document.id);
    hasher.Add(EmbeddedText(document));
  }
  data.fingerprint = hasher.Digest();
  std::vector<std::size_t> lengths;
  for (const TokenizedDocument& document : tokenized) {
    lengths.push_back(document.tokens);
    data.tokens += document.tokens;
    data.over_limit += document.tokens > length_in_force ? 1 : 0;
  }
  data.length_quantiles = QuantilesOf(std::move(lengths));
  return data;
}

ModelDescription DescribeModel(const EmbedderImpl& embedder) {
  const Checkpoint& checkpoint = embedder.checkpoint();
  const ModelSpec& spec = embedder.spec();
  ModelDescription model;
  model.name = std::filesystem::weakly_canonical(checkpoint.folder).filename().string();
  model.architecture = spec.architecture;
  model.fingerprint = Fingerprint(checkpoint);
  model.layers = spec.layers;
  model.heads = spec.heads;
  model.hidden = spec.hidden;
  model.pooling = PoolingName(checkpoint.pooling);
  model.normalize = checkpoint.normalize;
  model.limits = embedder.limits();
  model.attention = embedder.options().attention;
  return model;
}

void NoteZeroVectors(const ArmResult& arm, std::vector<std::string>& notes) {
  std::uint64_t zero_vectors = 0;
  for (const BucketResult& bucket : arm.buckets) zero_vectors += bucket.zero_vectors;
  if (zero_vectors == 0) return;
  notes.push_back(fmt::format(
      "{} vectors of the {} arm ({} vectors) are all zeros; their cosine with every vector counts as 0.",
      zero_vectors, SequenceKindName(arm.sequences), VectorKindName(arm.vectors)));
}

// One kind of sequences: its arms, tables and, if truncated, curves.
struct SequenceRun {
  ArmPlan plan;
  ArmRun run;
  std::optional<ArmSummary> model;
  std::optional<ArmSummary> static_control;
};

class Measurement {
 public:
  Measurement(const EmbedderImpl& embedder, const MeasureOptions& options, const MeasureProgress& progress)
      : embedder_(embedder), options_(options), progress_(progress) {}

  void Plan(std::span<const TokenizedDocument> documents, std::vector<std::string>& notes) {
    const LengthLimits limits = embedder_.limits();
    const bool both = !options_.natural && !options_.truncated;
    if (options_.natural || both) {
      runs_.push_back({PlanNatural(documents, limits.in_force), RunOf(options_.natural), {}, {}});
    }
    if (options_.truncated || both) {
      const std::vector<std::size_t> lengths =
          options_.lengths.empty() ? TruncationLengths(limits.sentence_transformers, limits.positions)
                                   : options_.lengths;
      runs_.push_back({PlanTruncated(documents, lengths, options_.minimum_documents, notes),
                       RunOf(options_.truncated),
                       {},
                       {}});
    }
  }

  void Run(std::span<const TokenizedDocument> documents, MeasureResult& result) {
    std::size_t total = 0;
    for (const SequenceRun& run : runs_) total += run.run.model ? run.plan.tokens() : 0;
    std::size_t before = 0;
    for (SequenceRun& run : runs_) {
      const ArmStats stats = RunArm(embedder_, documents, run.plan, run.run, [&](std::size_t tokens) {
        if (progress_) progress_(before + tokens, total);
      });
      before += run.run.model ? run.plan.tokens() : 0;
      Summarise(stats, run, result);
    }
  }

  // In the order that the result states.
  void Collect(MeasureResult& result) {
    for (SequenceRun& run : runs_) {
      if (run.model) result.arms.push_back(run.model->result);
    }
    for (auto run = runs_.rbegin(); run != runs_.rend(); ++run) {
      if (run->static_control) result.arms.push_back(run->static_control->result);
    }
    for (const ArmResult& arm : result.arms) NoteZeroVectors(arm, result.notes);
    for (const SequenceRun& run : runs_) {
      if (!run.model || !run.model->curve) continue;
      const LengthCurve& curve = *run.model->curve;
      const LengthCurve* static_curve =
          run.static_control && run.static_control->curve ? &*run.static_control->curve : nullptr;
      result.index = MeasureCollapseIndex(curve, static_curve, options_.resampling.confidence);
      result.shapes = CompareShapes(curve, options_.resampling.confidence);
    }
  }

 private:
  ArmRun RunOf(bool model) const {
    return {.model = model,
            .static_control = options_.static_control,
            .probe = model && options_.probe,
            .kept_vectors = options_.kept_vectors};
  }

  void Summarise(const ArmStats& stats, SequenceRun& run, MeasureResult& result) {
    const ArmPlan& plan = run.plan;
    if (stats.model) {
      run.model = SummariseArm(*stats.model, plan.kind, VectorKind::kModel, plan.documents,
                               options_.resampling, embedder_.pool());
      const std::vector<LayerResult> layers = SummariseLayers(*stats.model, plan.kind);
      const std::vector<HeadResult> heads = SummariseHeads(*stats.model, plan.kind);
      result.layers.insert(result.layers.end(), layers.begin(), layers.end());
      result.heads.insert(result.heads.end(), heads.begin(), heads.end());
    }
    if (stats.static_control) {
      run.static_control = SummariseArm(*stats.static_control, plan.kind, VectorKind::kStatic, plan.documents,
                                        options_.resampling, embedder_.pool());
    }
  }

  const EmbedderImpl& embedder_;
  const MeasureOptions& options_;
  const MeasureProgress& progress_;
  std::vector<SequenceRun> runs_;
};

}  // namespace

MeasureResult Measure(const EmbedderImpl& embedder, const std::vector<Document>& documents,
                      const MeasureOptions& options, const MeasureProgress& progress) {
  if (documents.empty()) Fail(ErrorCode::kBadInput, "no documents to measure");
  CheckOptions(options, embedder);
  const bool draw = options.sample > 0 && options.sample < documents.size();
  const std::vector<Document> sample =
      draw ? Sample(documents, options.sample, options.resampling.seed) : std::vector<Document>{};
  const std::vector<Document>& measured = draw ? sample : documents;

  MeasureResult result;
  result.resampling = options.resampling;
  result.model = DescribeModel(embedder);
  result.truncated_asked = options.truncated;
  const std::vector<TokenizedDocument> tokenized = TokenizeDocuments(embedder, measured);
  result.data = DescribeData(measured, tokenized, documents.size(), result.model.limits.in_force);
  if (embedder.options().long_input.kind != LongInputKind::kTruncate) {
    result.notes.push_back(fmt::format(
        "Texts longer than the length in force are cut here, not treated as --long-input {} would.",
        LongInputKindName(embedder.options().long_input.kind)));
  }
  Measurement measurement(embedder, options, progress);
  measurement.Plan(tokenized, result.notes);
  measurement.Run(tokenized, result);
  measurement.Collect(result);
  return result;
}

}  // namespace lengthwise
