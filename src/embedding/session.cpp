#include "embedding/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <numeric>
#include <utility>

#include "base/fail.h"
#include "embedding/batching.h"
#include "embedding/long_input.h"
#include "embedding/pooling.h"
#include "encoder/encoder.h"
#include "encoder/energy_probe.h"
#include "math/thread_pool.h"

namespace lengthwise {
namespace {

// Options are checked before weights are packed for them.
const Encoder& CheckedEncoder(const LoadedModel& model, ThreadPool& pool, const EmbedderOptions& options) {
  if (!options.attention.IsIdentity()) RequireLayers(model.spec(), "a temperature or other attention policy");
  if (options.precision != Precision::kFp32)
    RequireLayers(model.spec(), fmt::format("the precision {}", PrecisionName(options.precision)));
  options.attention.Check(model.spec().layers, model.spec().heads);
  CheckPositionMap(model.spec(), options.positions);
  if (options.dimensions > model.dimension()) {
    Fail(ErrorCode::kBadInput,
         "{} dimensions are asked for, but the vectors of {} have {}; ask for {} or fewer",
         options.dimensions, model.checkpoint().folder.string(), model.dimension(), model.dimension());
  }
  options.post_process.Check(options.dimensions > 0 ? options.dimensions : model.dimension());
  return model.encoder(options.precision, pool);
}

std::unique_ptr<const Encoder> MappedEncoder(const LoadedModel& model, ThreadPool& pool,
                                             const EmbedderOptions& options) {
  const Encoder& encoder = CheckedEncoder(model, pool, options);
  if (options.positions.IsIdentity()) return nullptr;
  return std::make_unique<const Encoder>(encoder.WithPositions(options.positions));
}

}  // namespace

Session::Session(std::shared_ptr<const LoadedModel> model, std::shared_ptr<ThreadPool> pool,
                 const EmbedderOptions& options)
    : model_(std::move(model)),
      pool_(std::move(pool)),
      options_(options),
      document_prompt_(MakePrompt(Role::kDocument)),
      query_prompt_(MakePrompt(Role::kQuery)),
      mapped_(MappedEncoder(*model_, *pool_, options)),
      encoder_(mapped_ != nullptr ? *mapped_ : model_->encoder(options.precision, *pool_)) {
  const LengthLimits lengths = limits();
  if (options_.max_length > lengths.positions) {
    Fail(ErrorCode::kBadInput,
         "the length asked for is {} tokens, but {} has positions for {}; ask for {} or fewer",
         options_.max_length, checkpoint().folder.string(), lengths.positions, lengths.positions);
  }
  const std::size_t specials = std::max(special_tokens(Role::kDocument), special_tokens(Role::kQuery));
  if (lengths.in_force <= specials) {
    Fail(ErrorCode::kBadInput,
         "the length in force is {} tokens, which leaves no room beside {} special tokens{}",
         lengths.in_force, specials,
         specials > model_->special_tokens() ? ", those of the prompt included" : "");
  }
  CheckLongInput(options_.long_input, specials, lengths.in_force);
  const std::vector<Pooling>& pooling = checkpoint().pooling;
  if (options_.long_input.late_chunking && !std::all_of(pooling.begin(), pooling.end(), PoolsAllTokens)) {
    Fail(ErrorCode::kBadInput,
         "late chunking pools the tokens of each window, but {} takes the state of one token of a text; "
         "leave it "
         "out",
         checkpoint().folder.string());
  }
}

Session::Session(const std::filesystem::path& folder, const EmbedderOptions& options)
    : Session(std::make_shared<const LoadedModel>(folder), std::make_shared<ThreadPool>(options.threads),
              options) {}

Session::~Session() = default;

const ModelSpec& Session::spec() const {
  return encoder_.spec();
}

LengthLimits Session::limits() const {
  return model_->limits(options_.max_length, spec().positions());
}

Session::Prompt Session::MakePrompt(Role role) const {
  const Prompts& known = checkpoint().prompts;
  Prompt prompt;
  if (options_.prompt) {
    prompt.text = *options_.prompt;
  } else if (!options_.prompt_name.empty()) {
    prompt.text = known.Named(options_.prompt_name);
  } else {
    prompt.text = role == Role::kQuery ? known.OfQueries() : known.OfDocuments();
  }
  if (prompt.text.empty()) return prompt;
  if (!checkpoint().include_prompt) prompt.unpooled = CountUnpooled(prompt.text);
  // White space at its end belongs to what follows.
  const std::size_t end = prompt.text.find_last_not_of(" \t\n\r");
  tokenizer().EncodeIds(prompt.text.substr(0, end == std::string::npos ? 0 : end + 1), &prompt.ids);
  return prompt;
}

std::size_t Session::CountUnpooled(const std::string& prompt) const {
  const std::vector<Pooling>& pooling = checkpoint().pooling;
  // Of these one takes a token where it stands, and one weighs tokens by where they stand.
  const bool known = std::all_of(pooling.begin(), pooling.end(), [](Pooling one) {
    return PoolsAllTokens(one) && one != Pooling::kWeightedMean;
  });
  const bool one_token = pooling.size() == 1 && !PoolsAllTokens(pooling.front());
  if (one_token) return 0;
  if (!known || options_.long_input.late_chunking) {
    Fail(ErrorCode::kUnsupported,
         "{}: include_prompt is false, so tokens of the prompt \"{}\" are not to be pooled, which is not "
         "supported with {}; an empty prompt (the option prompt) embeds without it",
         checkpoint().folder.string(), prompt,
         known ? std::string("late chunking") : "pooling " + PoolingNames(pooling));
  }
  std::vector<std::int32_t> ids;
  tokenizer().EncodeIds(prompt, &ids);
  return tokenizer().prefix().size() + ids.size();
}

std::vector<std::int32_t> Session::ContentOf(const std::string& text, const Prompt& prompt) const {
  std::vector<std::int32_t> ids;
  if (prompt.text.empty()) {
    tokenizer().EncodeIds(text, &ids);
    return ids;
  }
  const std::string whole = prompt.text + text;
  tokenizer().EncodeIds(whole, &ids);
  const std::size_t size = prompt.ids.size();
  if (ids.size() >= size && std::equal(prompt.ids.begin(), prompt.ids.end(), ids.begin())) {
    ids.erase(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(size));
    return ids;
  }
  // A token that holds parts of both counts as the prompt's, which stands there in its own tokens.
  TokenSequence sequence;
  tokenizer().Encode(whole, &sequence);
  std::vector<std::int32_t> content;
  for (std::size_t t = 0; t < sequence.ids.size(); ++t) {
    if (sequence.offsets[t].begin >= prompt.text.size()) content.push_back(sequence.ids[t]);
  }
  return content;
}

std::vector<std::vector<std::int32_t>> Session::Tokenize(std::span<const std::string> texts,
                                                         Role role) const {
  std::vector<std::vector<std::int32_t>> ids(texts.size());
  pool_->For(texts.size(), [&](std::size_t i, std::size_t) { ids[i] = ContentOf(texts[i], prompt(role)); });
  for (std::size_t i = 0; i < texts.size(); ++i)
    unknown_tokens_.Add(texts[i], ids[i], tokenizer().unknown_id());
  return ids;
}

std::vector<std::int32_t> Session::Prefix(Role role) const {
  const auto special = tokenizer().prefix();
  std::vector<std::int32_t> prefix(special.begin(), special.end());
  prefix.insert(prefix.end(), prompt(role).ids.begin(), prompt(role).ids.end());
  return prefix;
}

std::vector<std::int32_t> Session::WithSpecials(std::span<const std::int32_t> content, std::size_t length,
                                                Role role) const {
  const std::size_t kept = std::min(content.size(), length - special_tokens(role));
  const auto suffix = tokenizer().suffix();
  std::vector<std::int32_t> sequence = Prefix(role);
  sequence.reserve(kept + special_tokens(role));
  sequence.insert(sequence.end(), content.begin(), content.begin() + static_cast<std::ptrdiff_t>(kept));
  sequence.insert(sequence.end(), suffix.begin(), suffix.end());
  return sequence;
}

void Session::EmbedSequences(std::span<const std::vector<std::int32_t>> sequences, const SequenceRun& how,
                             const Sink& sink) const {
  if (spec().is_static()) return EmbedStatic(sequences, how, sink);
  if (std::any_of(sequences.begin(), sequences.end(), [](const auto& s) { return s.empty(); }))
    return EmbedWithEmpty(sequences, how, sink);
  std::vector<std::size_t> lengths(sequences.size());
  std::transform(sequences.begin(), sequences.end(), lengths.begin(), [](const auto& s) { return s.size(); });
  const std::vector<BatchRange> batches = MakeBatches(lengths, pool_->size(), kBatchTokens);
  // Fewer batches than threads: the threads share each batch. Otherwise each thread runs batches of its own,
  // without a barrier.
  const bool share = batches.size() < pool_->size();
  if (workspaces_.size() < pool_->size()) workspaces_.resize(pool_->size());
  std::mutex sink_mutex;
  bool ended = false;  // by a sink that threw: it is not called again
  const auto run_batch = [&](std::size_t b, std::size_t worker, ThreadPool* team) {
    PackedBatch batch;
    for (std::size_t s = batches[b].begin; s < batches[b].end; ++s) batch.Add(sequences[s]);
    std::vector<TextProbe> probes(how.probe || how.energies ? batch.sequences() : 0);
    EncoderWorkspace& workspace = workspaces_[worker];
    EncoderRun encoder_run;
    encoder_run.attention = options_.attention;
    encoder_run.intervention = how.intervention;
    encoder_run.team = team;
    encoder_run.probes = how.probe ? probes.data() : nullptr;
    std::optional<EnergyObserver> energies;
    if (how.energies) {
      energies.emplace(batch, spec().layers, spec().hidden, probes);
      encoder_run.observer = [&](LayerPlace place, std::size_t layer, const float* data) {
        (*energies)(place, layer, data);
      };
    }
    encoder_.Run(batch, workspace, encoder_run);
    std::vector<std::vector<float>> vectors(batch.sequences());
    for (std::size_t s = 0; s < batch.sequences(); ++s) {
      const TokenRange whole{0, batch.length(s)};
      const std::span<const TokenRange> parts =
          how.parts.empty() ? std::span(&whole, 1) : std::span(how.parts[batches[b].begin + s]);
      vectors[s].resize(parts.size() * dimension());
      for (std::size_t p = 0; p < parts.size(); ++p) {
        FinishVector(workspace.hidden.data() + (batch.offsets[s] + parts[p].begin) * spec().hidden,
                     parts[p].end - parts[p].begin, how,
                     std::span(vectors[s]).subspan(p * dimension(), dimension()));
      }
    }
    const std::lock_guard lock(sink_mutex);
    if (ended) return;
    ended = true;
    for (std::size_t s = 0; s < batch.sequences(); ++s)
      sink(batches[b].begin + s, vectors[s], probes.empty() ? nullptr : &probes[s]);
    ended = false;
  };
  if (share) {
    for (std::size_t b = 0; b < batches.size(); ++b) run_batch(b, 0, pool_.get());
  } else {
    pool_->For(batches.size(), [&](std::size_t b, std::size_t worker) { run_batch(b, worker, nullptr); });
  }
}

std::vector<float> Session::PooledVector(const float* states, std::size_t tokens, Role role,
                                         const std::vector<Pooling>& pooling) const {
  const std::size_t hidden = spec().hidden;
  std::vector<float> pooled(pooling.size() * hidden);
  for (std::size_t i = 0; i < pooling.size(); ++i)
    PoolStates(pooling[i], states, tokens, std::span(pooled).subspan(i * hidden, hidden));
  model_->modules().Apply(role, &pooled);
  if (dimension() < pooled.size()) {
    pooled.resize(dimension());
    if (checkpoint().normalize) NormalizeVector(pooled);
  }
  return pooled;
}

void Session::FinishVector(const float* states, std::size_t tokens, const SequenceRun& run,
                           std::span<float> vector) const {
  // Late chunking, whose windows have no prompt of their own, and a prompt that is not pooled exclude each
  // other.
  const std::size_t unpooled = prompt(run.role).unpooled < tokens ? prompt(run.role).unpooled : 0;
  const std::vector<float> pooled =
      PooledVector(states + unpooled * spec().hidden, tokens - unpooled, run.role, checkpoint().pooling);
  std::copy(pooled.begin(), pooled.end(), vector.begin());
  if (MixesUnitVectors(options_.long_input.kind)) NormalizeVector(vector);
  if (run.post_process) ApplyPostProcess(options_.post_process, run.role, vector);
}

}  // namespace lengthwise
