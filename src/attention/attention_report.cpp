#include "attention/attention_report.h"

#include <algorithm>
#include <utility>

#include "base/fail.h"
#include "embedding/long_input.h"
#include "encoder/encoder.h"
#include "math/thread_pool.h"
#include "theory/laws.h"

namespace lengthwise {
namespace {

// Tokens of the sequences that run together: enough heads for many threads, little memory.
constexpr std::size_t kSpectrumBatchTokens = 2048;

std::vector<AttentionSequence> PlanSequences(const Session& embedder, std::span<const Document> documents,
                                             const std::vector<std::size_t>& lengths,
                                             AttentionTotals& totals) {
  const std::vector<std::string> texts = EmbeddedTexts(documents);
  const std::vector<std::vector<std::int32_t>> content = embedder.Tokenize(texts);
  const std::size_t specials = embedder.special_tokens();
  const LongInput& policy = embedder.options().long_input;
  std::vector<AttentionSequence> sequences;
  for (std::size_t t = 0; t < content.size(); ++t) {
    const std::size_t before = sequences.size();
    for (const std::size_t length : lengths) {
      if (length > content[t].size() + specials) continue;
      sequences.push_back({t, documents[t].id, std::nullopt, embedder.WithSpecials(content[t], length)});
    }
    if (lengths.empty()) {
      Session::TextWindows windows = embedder.CutText(policy, texts[t], content[t], documents[t].title, t);
      for (std::size_t w = 0; w < windows.sequences.size(); ++w) {
        sequences.push_back({t, documents[t].id, HasWindows(policy.kind) ? std::optional(w) : std::nullopt,
                             std::move(windows.sequences[w])});
      }
      totals.cut += windows.dropped > 0 ? 1 : 0;
    } else {
      totals.too_short += content[t].size() + specials < lengths.back() ? 1 : 0;
    }
    totals.texts += sequences.size() > before ? 1 : 0;
  }
  totals.sequences = sequences.size();
  return sequences;
}

// The heads of one batch, [sequence][layer][head].
class BatchReport {
 public:
  BatchReport(const Session& embedder, std::span<const AttentionSequence> sequences,
              const AttentionOptions& options)
      : embedder_(embedder), spec_(embedder.spec()), sequences_(sequences), options_(options) {
    for (const AttentionSequence& sequence : sequences) {
      batch_.Add(sequence.ids);
      for (std::size_t i = 0; i < spec_.layers * spec_.heads; ++i) {
        HeadRecord record;
        record.text = sequence.text;
        record.id = sequence.id;
        record.window = sequence.window;
        record.layer = i / spec_.heads;
        record.head = i % spec_.heads;
        record.tokens = sequence.ids.size();
        records_.push_back(std::move(record));
      }
    }
  }

  const std::vector<HeadRecord>& records() const { return records_; }

  // `layer_done` is called after each layer.
  void Run(EncoderWorkspace& workspace, const std::function<void()>& layer_done) {
    std::vector<TextProbe> probes(sequences_.size());
    EncoderRun run;
    run.attention = embedder_.options().attention;
    run.team = &embedder_.pool();
    run.probes = probes.data();
    run.observer = [&](LayerPlace place, std::size_t layer, const float* qkv) {
      if (place != LayerPlace::kQkv) return;
      embedder_.pool().For(sequences_.size() * spec_.heads, [&](std::size_t task, std::size_t) {
        Measure(qkv, task / spec_.heads, layer, task % spec_.heads);
      });
      layer_done();
    };
    embedder_.encoder().Run(batch_, workspace, run);
    for (std::size_t i = 0; i < records_.size(); ++i) {
      const std::size_t heads = spec_.layers * spec_.heads;
      records_[i].probe = probes[i / heads].heads[i % heads];
    }
  }

 private:
  void Measure(const float* qkv, std::size_t sequence, std::size_t layer, std::size_t head) {
    HeadRecord& record = records_[(sequence * spec_.layers + layer) * spec_.heads + head];
    const AttentionInput input =
        embedder_.encoder().HeadInput(qkv + batch_.offsets[sequence] * spec_.qkv_width(), record.tokens,
                                      layer, head, embedder_.options().attention);
    try {
      const CentredAttention attention = MakeCentredAttention(input, options_.local_window);
      record.shape = attention.shape;
      record.spectrum = ComputeSpectrum(attention, {.tolerance = options_.tolerance});
    } catch (const Error& error) {
      Fail(error.code(), "text {} (\"{}\"), layer {}, head {}: {}", record.text, record.id, layer, head,
           error.what());
    }
    record.laws = PredictAttention(record.shape.sigma_s, record.tokens, spec_.head_size());
  }

  const Session& embedder_;
  const ModelSpec& spec_;
  std::span<const AttentionSequence> sequences_;
  const AttentionOptions& options_;
  PackedBatch batch_;
  std::vector<HeadRecord> records_;
};

template <typename T>
OrderedJson OrNull(const std::optional<T>& value) {
  return value ? OrderedJson(*value) : OrderedJson(nullptr);
}

}  // namespace

AttentionLaws PredictAttention(double sigma_s, std::size_t tokens, std::size_t head_size) {
  AttentionLaws laws;
  const auto n = static_cast<double>(tokens);
  if (tokens >= 2) laws.flat_regime = sigma_s < RegimeLine(n);
  if (sigma_s > kLargestSigma) return laws;
  laws.floor = HeadSizeFloor(sigma_s, static_cast<double>(head_size));
  if (tokens < 2) return laws;
  laws.bound = PaperBound(sigma_s, n);
  laws.flat_law = FlatLaw(sigma_s, n);
  laws.head_size_law = HeadSizeLaw(sigma_s, static_cast<double>(head_size), n);
  return laws;
}

OrderedJson HeadLine(const HeadRecord& record, std::size_t local_window) {
  OrderedJson line = {{"text", record.text}, {"_id", record.id}};
  if (record.window) line["window"] = *record.window;
  line["layer"] = record.layer;
  line["head"] = record.head;
  line["n"] = record.tokens;
  line["sigma_hc"] = record.spectrum.sigma_hc;
  line["sigma_centred"] = record.spectrum.sigma_centred;
  line["frobenius_hc"] = record.shape.frobenius_hc;
  line["sigma_s"] = record.shape.sigma_s;
  line["skewness"] = OrNull(record.shape.skewness);
  line["excess_kurtosis"] = OrNull(record.shape.excess_kurtosis);
  line["entropy"] = record.probe.entropy;
  line["sink"] = record.probe.sink;
  line["largest_weight"] = record.probe.largest_weight;
  line["self_mass"] = record.shape.self_mass;
  line["local_mass"] = record.shape.local_mass;
  line["local_window"] = local_window;
  line["retention"] = record.probe.retention;
  line["bound"] = OrNull(record.laws.bound);
  line["flat_law"] = OrNull(record.laws.flat_law);
  line["head_size_law"] = OrNull(record.laws.head_size_law);
  line["floor"] = OrNull(record.laws.floor);
  line["flat_regime"] = OrNull(record.laws.flat_regime);
  line["iterations"] = record.spectrum.iterations;
  line["converged"] = record.spectrum.converged;
  return line;
}

void MeasureSequences(const Session& embedder, std::span<const AttentionSequence> sequences,
                      const AttentionOptions& options, const HeadCallback& callback,
                      const Progress& progress) {
  const std::size_t heads = embedder.spec().heads;
  const std::size_t total = sequences.size() * embedder.spec().layers * heads;
  std::size_t done = 0;
  EncoderWorkspace workspace;
  for (std::size_t first = 0; first < sequences.size();) {
    std::size_t last = first;
    std::size_t tokens = 0;
    while (last < sequences.size() &&
           (last == first || tokens + sequences[last].ids.size() <= kSpectrumBatchTokens)) {
      tokens += sequences[last++].ids.size();
    }
    BatchReport batch(embedder, sequences.subspan(first, last - first), options);
    batch.Run(workspace, [&] {
      done += (last - first) * heads;
      if (progress) progress(done, total);
    });
    for (const HeadRecord& record : batch.records()) callback(record);
    first = last;
  }
}

void CheckAttentionOptions(const AttentionOptions& options, const Session& embedder) {
  const std::vector<std::size_t>& lengths = options.lengths;
  if (lengths.empty()) return;
  if (embedder.options().long_input.kind != LongInputKind::kTruncate) {
    Fail(ErrorCode::kBadInput, "lengths cut texts; they cannot be asked for with the long-input policy {}",
         LongInputKindName(embedder.options().long_input.kind));
  }
  const std::size_t positions = embedder.limits().positions;
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    if (lengths[i] <= embedder.special_tokens() || lengths[i] > positions) {
      Fail(ErrorCode::kBadInput, "a length of {} tokens; with {} special tokens this model takes {} to {}",
           lengths[i], embedder.special_tokens(), embedder.special_tokens() + 1, positions);
    }
    if (i > 0 && lengths[i] <= lengths[i - 1]) {
      Fail(ErrorCode::kBadInput, "the lengths must ascend; {} comes after {}", lengths[i], lengths[i - 1]);
    }
  }
}

AttentionTotals MeasureAttention(const Session& embedder, std::span<const Document> documents,
                                 const AttentionOptions& options, const HeadCallback& callback,
                                 const Progress& progress) {
  CheckAttentionOptions(options, embedder);
  AttentionTotals totals;
  const std::vector<AttentionSequence> sequences =
      PlanSequences(embedder, documents, options.lengths, totals);
  if (sequences.empty()) {
    Fail(ErrorCode::kBadInput,
         "no text of {} has {} tokens, special tokens included; ask for a shorter length", documents.size(),
         options.lengths.empty() ? 1 : options.lengths.front());
  }
  MeasureSequences(embedder, sequences, options, callback, progress);
  return totals;
}

}  // namespace lengthwise
