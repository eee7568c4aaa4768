// A session of embedding with a model, for the layers above that work on tokens and probes: measuring,
// tuning, serving.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "embedding/loaded_model.h"
#include "encoder/intervention.h"
#include "encoder/model_spec.h"
#include "encoder/probe.h"
#include "lengthwise/embedder.h"
#include "text/document_checks.h"
#include "tokenizer/tokenizer.h"

namespace lengthwise {

struct EncoderWorkspace;
class Session;

// What an embedder works with, for the layers above.
const Session& SessionOf(const Embedder& embedder);

// Tokens [begin, end) of a sequence.
struct TokenRange {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool operator==(const TokenRange&) const = default;
};

// How sequences are run.
struct SequenceRun {
  bool probe = false;  // fill heads and layers of the probe that the sink is given
  Intervention intervention;
  Role role = Role::kDocument;
  bool post_process = true;  // false: vectors as the model itself gives them
  bool energies = false;     // fill the energies of the probe; without `probe`, these alone
  // Parts of each sequence, that are pooled each to a vector of its own; empty: a sequence has one vector.
  std::span<const std::vector<TokenRange>> parts = {};
};

// The vectors of the windows of many texts, in order.
struct WindowEmbeddings {
  std::size_t dimension = 0;
  std::vector<float> values;        // [windows x dimension], row-major
  std::vector<std::size_t> text;    // of each window
  std::vector<std::uint32_t> used;  // tokens of each window, special tokens included
  std::vector<TokenUse> tokens;     // of each text

  std::size_t rows() const { return text.size(); }
  // The first window of a text of the list, or of one that would follow it.
  std::size_t begin(std::size_t of_text) const {
    return static_cast<std::size_t>(std::lower_bound(text.begin(), text.end(), of_text) - text.begin());
  }
};

// One set of options, with memory of its own to work in, over a model and threads that others may share. From
// one thread at a time; those of one model and one pool may be used at the same time, and the result of each
// is the same bit for bit as by itself.
class Session {
 public:
  // Nothing is loaded, and nothing packed but what the model has not been asked for before: weights of
  // `options.precision`. `options.threads` was the pool's to follow. Throws kBadInput for options that do not
  // fit the model, and as LoadedModel::encoder.
  Session(std::shared_ptr<const LoadedModel> model, std::shared_ptr<ThreadPool> pool,
          const EmbedderOptions& options);
  // With a model and a pool of its own. Throws as LoadedModel too.
  Session(const std::filesystem::path& folder, const EmbedderOptions& options);
  ~Session();

  // To be shared with another.
  const std::shared_ptr<const LoadedModel>& shared_model() const { return model_; }
  const std::shared_ptr<ThreadPool>& shared_pool() const { return pool_; }

  const LoadedModel& model() const { return *model_; }
  const Checkpoint& checkpoint() const { return model_->checkpoint(); }
  const Tokenizer& tokenizer() const { return model_->tokenizer(); }
  const Encoder& encoder() const { return encoder_; }
  // The model's, with the positions that the position map gives it.
  const ModelSpec& spec() const;
  // Components of a vector.
  std::size_t dimension() const {
    return options_.dimensions > 0 ? options_.dimensions : model_->dimension();
  }
  const EmbedderOptions& options() const { return options_; }
  ThreadPool& pool() const { return *pool_; }
  LengthLimits limits() const;

  // What stands before every text of a role, and its tokens.
  struct Prompt {
    std::string text;
    std::vector<std::int32_t> ids;
    // Tokens from a text's first on, special ones included, that are read but not pooled (include_prompt).
    std::size_t unpooled = 0;
  };
  const Prompt& prompt(Role role) const { return role == Role::kQuery ? query_prompt_ : document_prompt_; }
  // Those of the tokenizer and of the prompt, which stand around the content alike.
  std::size_t special_tokens(Role role = Role::kDocument) const {
    return model_->special_tokens() + prompt(role).ids.size();
  }
  // Special tokens before the content, with those of the prompt.
  std::vector<std::int32_t> Prefix(Role role = Role::kDocument) const;

  // Content ids of every text as they are behind the prompt, whole, by all threads. From one thread at a
  // time.
  std::vector<std::vector<std::int32_t>> Tokenize(std::span<const std::string> texts,
                                                  Role role = Role::kDocument) const;

  // Of all texts that were tokenised so far.
  const UnknownTokens& unknown_tokens() const { return unknown_tokens_; }

  // `content` cut to `length` tokens, special tokens and prompt included and put around it. length >
  // special_tokens(role).
  std::vector<std::int32_t> WithSpecials(std::span<const std::int32_t> content, std::size_t length,
                                         Role role = Role::kDocument) const;

  // Called once a sequence, from any thread but never two at a time, in no particular order. `vector` is as
  // many, one after the other, as the sequence has parts.
  using Sink =
      std::function<void(std::size_t sequence, std::span<const float> vector, const TextProbe* probe)>;

  // From one thread at a time. Runs every sequence (ids with special tokens, at most the model's positions
  // long; none at all where the model has no special tokens) through the encoder, pools, applies the model's
  // modules after pooling and, if asked, the post-processing.
  void EmbedSequences(std::span<const std::vector<std::int32_t>> sequences, const SequenceRun& run,
                      const Sink& sink) const;

  // Token states [tokens x hidden] of a text to the vector of `run`: pooling, the model's modules, and the
  // post-processing.
  void FinishVector(const float* states, std::size_t tokens, const SequenceRun& run,
                    std::span<float> vector) const;

  // The static control, of a static model its own vector: mean of the input word embeddings of the same
  // tokens (special tokens included), normalised if the model normalises; where the model's vectors have
  // another size, pooled and put through its modules as token states are, but for poolings that take one
  // token, which are means. No positions, no attention.
  void StaticVector(std::span<const std::int32_t> sequence, std::span<float> vector) const;

  // As Embedder::Embed; messages count texts from `first_text`, where `texts` continue a longer list.
  // `titles` are those of the texts, or none.
  Embeddings Embed(std::span<const std::string> texts, const Progress& progress, std::size_t first_text = 0,
                   Role role = Role::kDocument, std::span<const std::string> titles = {}) const;

  // The windows that the long-input policy makes of the texts, each as the model embeds it; one for a text
  // that is not split. With `post_process`, each is post-processed too.
  WindowEmbeddings EmbedWindows(std::span<const std::string> texts, const Progress& progress,
                                std::size_t first_text, Role role, bool post_process,
                                std::span<const std::string> titles = {}) const;

  // The same, without post-processing, of texts that are content ids: a window ends when it is full, and
  // titles are not repeated.
  WindowEmbeddings EmbedContent(std::span<const std::vector<std::int32_t>> content, const Progress& progress,
                                Role role) const;
  // What Embed would make of texts that have these windows, as the model itself gives them.
  Embeddings Finish(WindowEmbeddings windows, Role role) const;

  // Whether it matters for the vector if a text is a query or a document.
  bool NeedsRole() const {
    return model_->modules().NeedsRole() || options_.post_process.NeedsRole() ||
           query_prompt_.text != document_prompt_.text;
  }

  // A query is not split where vectors of unit length are mixed.
  LongInput LongInputOf(Role role) const;

  // Whole sequences, with special tokens.
  struct TextWindows {
    std::vector<std::vector<std::int32_t>> sequences;
    std::vector<std::vector<TokenRange>> windows;  // of each sequence
    std::uint32_t dropped = 0;                     // content tokens in none of them
  };
  // The windows that `policy` makes of a text, each a sequence but under late chunking. The text has these
  // content ids, and is `number` in messages, from 0.
  TextWindows CutText(const LongInput& policy, std::string_view text, std::span<const std::int32_t> content,
                      std::string_view title, std::size_t number, Role role = Role::kDocument) const;

 private:
  // EmbedSequences where texts without tokens are among them, of a model that puts no special tokens around a
  // text: they get the vector of a state of zeros, which are what static models have for them.
  void EmbedWithEmpty(std::span<const std::vector<std::int32_t>> sequences, const SequenceRun& run,
                      const Sink& sink) const;
  // EmbedSequences of a static model.
  void EmbedStatic(std::span<const std::vector<std::int32_t>> sequences, const SequenceRun& run,
                   const Sink& sink) const;
  // The mean of the word vectors of the tokens that count; zeros where there are none. Throws kBadCheckpoint
  // if it is not finite.
  std::vector<float> WordMean(std::span<const std::int32_t> sequence) const;
  // Token states to the model's own vector.
  std::vector<float> PooledVector(const float* states, std::size_t tokens, Role role,
                                  const std::vector<Pooling>& pooling) const;
  // Throws kBadInput for the name of a prompt that the folder lacks, and kUnsupported where its tokens are
  // not to be pooled and that is not implemented.
  Prompt MakePrompt(Role role) const;
  // Of a model whose include_prompt is false, as sentence-transformers counts them.
  std::size_t CountUnpooled(const std::string& prompt) const;
  // Content ids behind a prompt.
  std::vector<std::int32_t> ContentOf(const std::string& text, const Prompt& prompt) const;
  std::vector<std::size_t> SentenceEndsInTokens(std::string_view text, std::size_t tokens,
                                                const Prompt& prompt) const;
  // Adds the windows of texts from `first` on, which `result->tokens` has room for.
  void EmbedCut(std::vector<TextWindows> cut, const SequenceRun& how, bool late_chunking, std::size_t first,
                const Progress& progress, WindowEmbeddings* result) const;
  void Mix(const WindowEmbeddings& windows, std::size_t first, Role role, Embeddings* result) const;
  void AddSeveral(const WindowEmbeddings& windows, std::size_t first, Embeddings* result) const;

  std::shared_ptr<const LoadedModel> model_;
  std::shared_ptr<ThreadPool> pool_;
  EmbedderOptions options_;
  Prompt document_prompt_, query_prompt_;
  std::unique_ptr<const Encoder> mapped_;  // the model's under a position map; null: there is none
  const Encoder& encoder_;                 // the model's, of the precision asked for, or the mapped one
  // One a thread, kept from call to call: memory that is given back and asked for again is cleared each time.
  mutable std::vector<EncoderWorkspace> workspaces_;
  mutable UnknownTokens unknown_tokens_;
};

}  // namespace lengthwise
