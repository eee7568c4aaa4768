// Texts in, vectors out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lengthwise/attention_policy.h"
#include "lengthwise/error.h"
#include "lengthwise/long_input.h"
#include "lengthwise/position_map.h"
#include "lengthwise/post_process.h"
#include "lengthwise/precision.h"

namespace lengthwise {

struct EmbedderOptions {
  // Longest sequence in tokens, special tokens included. 0: the sentence-transformers limit of the model
  // folder, or the model's positions where it names none.
  std::size_t max_length = 0;
  // 0: as many as the process may run on.
  std::size_t threads = 0;
  LongInput long_input;
  AttentionPolicy attention;
  PositionMap positions;
  PostProcess post_process;
  Precision precision = Precision::kFp32;
};

// What became of one text.
struct TokenUse {
  std::uint32_t used = 0;     // tokens that went through the model, special tokens included
  std::uint32_t dropped = 0;  // content tokens that did not
  std::uint32_t windows = 1;
};

// Row-major [rows x dimension] float32; one row a text, in input order.
struct Embeddings {
  std::size_t dimension = 0;
  std::vector<float> values;
  std::vector<TokenUse> tokens;

  std::size_t rows() const { return tokens.size(); }
  std::span<const float> row(std::size_t i) const { return {values.data() + i * dimension, dimension}; }
};

// The three lengths that a user may confuse.
struct LengthLimits {
  std::size_t in_force = 0;               // what this embedder applies
  std::size_t sentence_transformers = 0;  // sentence_bert_config.json; 0 if the folder names none
  std::size_t positions = 0;              // the most the model has positions for
};

class Session;

// A model loaded from a sentence-transformers folder. Embed may be called from one thread at a time; it uses
// `threads` threads itself. Results do not depend on how texts are batched or on the number of threads.
class Embedder {
 public:
  // Throws kIo (missing file), kBadCheckpoint, kUnsupported (architecture, tokenizer) or kBadInput (options).
  explicit Embedder(const std::filesystem::path& model_folder, const EmbedderOptions& options = {});
  ~Embedder();
  Embedder(Embedder&&) noexcept;
  Embedder& operator=(Embedder&&) noexcept;

  std::size_t dimension() const;
  LengthLimits limits() const;
  // What was assumed in place of files that the model folder lacks, and what of it looks odd: sentences to
  // show to whoever chose the model. Empty for a whole folder.
  const std::vector<std::string>& warnings() const;

  // Called with (texts done, texts in all) from the calling thread's side of the work; may be empty.
  using ProgressCallback = std::function<void(std::size_t done, std::size_t total)>;

  // Invalid UTF-8 is read as U+FFFD. The role counts where the post-processing, or a Router of the model,
  // treats documents and queries differently. Throws kBadInput for a long text under LongInputKind::kError.
  Embeddings Embed(std::span<const std::string> texts, const ProgressCallback& progress = {},
                   Role role = Role::kDocument) const;

  Session& impl() const { return *impl_; }

 private:
  std::unique_ptr<Session> impl_;
};

}  // namespace lengthwise
