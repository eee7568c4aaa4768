// The embedder's inside, for the layers above that work on tokens and probes: measuring, tuning, serving.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "encoder/intervention.h"
#include "encoder/model_spec.h"
#include "encoder/probe.h"
#include "lengthwise/embedder.h"
#include "text/tokenizer.h"

namespace lengthwise {

class Encoder;
struct EncoderWorkspace;
class ThreadPool;

// How sequences are run.
struct SequenceRun {
  bool probe = false;                        // fill the probe that the sink is given, which is null otherwise
  std::optional<AttentionPolicy> attention;  // in place of the embedder's
  Intervention intervention;
};

class EmbedderImpl {
 public:
  EmbedderImpl(const std::filesystem::path& folder, const EmbedderOptions& options);
  ~EmbedderImpl();

  const Checkpoint& checkpoint() const { return checkpoint_; }
  const Tokenizer& tokenizer() const { return tokenizer_; }
  const Encoder& encoder() const { return *encoder_; }
  const ModelSpec& spec() const;
  const EmbedderOptions& options() const { return options_; }
  ThreadPool& pool() const { return *pool_; }
  LengthLimits limits() const;
  // Special tokens around the content of a text.
  std::size_t special_tokens() const { return tokenizer_.prefix().size() + tokenizer_.suffix().size(); }

  // Content ids of every text, whole, by all threads.
  std::vector<std::vector<std::int32_t>> Tokenize(std::span<const std::string> texts) const;

  // `content` cut to `length` tokens, special tokens included and put around it. length > special_tokens().
  std::vector<std::int32_t> WithSpecials(std::span<const std::int32_t> content, std::size_t length) const;

  // Called once a sequence, from any thread but never two at a time, in no particular order.
  using Sink =
      std::function<void(std::size_t sequence, std::span<const float> vector, const TextProbe* probe)>;

  // From one thread at a time. Runs every sequence (ids with special tokens, at most the model's positions
  // long) through the encoder, pools and normalises as the model does.
  void EmbedSequences(std::span<const std::vector<std::int32_t>> sequences, const SequenceRun& run,
                      const Sink& sink) const;

  // The static control: mean of the input word embeddings of the same tokens (special tokens included),
  // normalised if the model normalises. No positions, no attention.
  void StaticVector(std::span<const std::int32_t> sequence, std::span<float> vector) const;

  // As Embedder::Embed; messages count texts from `first_text`, where `texts` continue a longer list.
  Embeddings Embed(std::span<const std::string> texts, const Embedder::ProgressCallback& progress,
                   std::size_t first_text = 0) const;

 private:
  EmbedderOptions options_;
  Checkpoint checkpoint_;
  Tokenizer tokenizer_;
  std::unique_ptr<Encoder> encoder_;
  std::unique_ptr<ThreadPool> pool_;
  // One a thread, kept from call to call: memory that is given back and asked for again is cleared each time.
  mutable std::vector<EncoderWorkspace> workspaces_;
};

}  // namespace lengthwise
