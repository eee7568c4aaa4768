// Texts in, vectors out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lengthwise/attention_policy.h"
#include "lengthwise/documents.h"
#include "lengthwise/error.h"
#include "lengthwise/long_input.h"
#include "lengthwise/model.h"
#include "lengthwise/position_map.h"
#include "lengthwise/post_process.h"
#include "lengthwise/precision.h"
#include "lengthwise/progress.h"

namespace lengthwise {

struct EmbedderOptions {
  // Longest sequence in tokens, special tokens included. 0: the sentence-transformers limit of the model
  // folder, or the model's positions where it names none.
  std::size_t max_length = 0;
  // 0: those of the model; of a folder, as many as the process may run on.
  std::size_t threads = 0;
  LongInput long_input;
  AttentionPolicy attention;
  PositionMap positions;
  PostProcess post_process;
  Precision precision = Precision::kFp32;
  // What stands before every text, and before every window of one; its tokens count in the length. By default
  // that of the model folder for queries or documents (config_sentence_transformers.json), as
  // sentence-transformers' encode_query and encode_document choose it. A name: the folder's of that name, for
  // both. A text: that text, for both; an empty one: nothing.
  std::string prompt_name = {};
  std::optional<std::string> prompt = {};
  // Components of a vector that are kept, from the first on, for models that were trained so that these stand
  // for the whole (Matryoshka, arXiv 2205.13147; sentence-transformers' truncate_dim). Vectors that the model
  // scales to unit length are scaled again. 0: all.
  std::size_t dimensions = 0;
};

// What became of one text, or of the part of it that a row is of.
struct TokenUse {
  std::uint32_t used = 0;     // tokens that went through the model, special tokens included
  std::uint32_t dropped = 0;  // content tokens that did not
  std::uint32_t windows = 1;
};

// Where a row comes from, where texts have several.
struct TextPart {
  std::uint64_t text = 0;    // from 0, in input order
  std::uint64_t window = 0;  // the first of the text's windows that the row is of, from 0
  bool operator==(const TextPart&) const = default;
};

// Row-major [rows x dimension] float32, in input order: one row a text, or several where documents are
// embedded under LongInputKind::kWindows.
struct Embeddings {
  std::size_t dimension = 0;
  std::vector<float> values;
  std::vector<TokenUse> tokens;  // of each row
  std::vector<TextPart> parts;   // of each row where texts have several; else empty

  std::size_t rows() const { return tokens.size(); }
  std::size_t texts() const {
    return parts.empty() ? rows() : static_cast<std::size_t>(parts.back().text) + 1;
  }
  std::span<const float> row(std::size_t i) const { return {values.data() + i * dimension, dimension}; }
};

class Session;

// A model with options. From one thread at a time; it uses `threads` threads itself. Embedders of one model
// share its weights and threads, and may be used at the same time. Results do not depend on how texts are
// batched, on the number of threads, or on what else is embedded meanwhile.
class Embedder {
 public:
  // Throws kBadInput for options that do not fit the model, kUnsupported for a precision that this CPU lacks.
  explicit Embedder(const Model& model, const EmbedderOptions& options = {});
  // Of a model that is loaded for it alone. Throws as Model::Load too.
  explicit Embedder(const std::filesystem::path& model_folder, const EmbedderOptions& options = {});
  ~Embedder();
  Embedder(Embedder&&) noexcept;
  Embedder& operator=(Embedder&&) noexcept;

  Model model() const;
  const EmbedderOptions& options() const;
  std::size_t dimension() const;
  LengthLimits limits() const;
  const std::vector<std::string>& warnings() const;  // of the model
  // Whether documents and queries are embedded differently, by prompts, by the post-processing or by a Router
  // of the model.
  bool NeedsRole() const;
  // What stands before every text of a role; empty: nothing.
  const std::string& prompt(Role role) const;

  // Invalid UTF-8 is read as U+FFFD. Progress is in texts. Throws kBadInput for a long text under
  // LongInputKind::kError, and kCancelled.
  Embeddings Embed(std::span<const std::string> texts, const Progress& progress = {},
                   Role role = Role::kDocument) const;
  // The same of EmbeddedText of each, with titles that the long-input policy may repeat.
  Embeddings Embed(std::span<const Document> documents, const Progress& progress = {},
                   Role role = Role::kDocument) const;

 private:
  friend const Session& SessionOf(const Embedder& embedder);
  std::unique_ptr<Session> session_;
};

}  // namespace lengthwise
