// A model, loaded once and shared.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lengthwise/error.h"

namespace lengthwise {

class LoadedModel;
class ThreadPool;

// The lengths that a user may confuse.
struct LengthLimits {
  std::size_t in_force = 0;               // what is applied
  std::size_t sentence_transformers = 0;  // sentence_bert_config.json; 0 if the folder names none
  std::size_t positions = 0;              // the most the model has positions for
  // What the model was trained to, as the folder suggests: tokenizer.json keeps the truncation that it was
  // saved with, which sentence-transformers leaves at that of training. 0: it does not say.
  std::size_t trained = 0;
  bool trained_given = false;  // by the user, and not by the folder
};

// A handle: copies share weights and threads, and what they share lives as long as one of them. May be used
// from any number of threads at a time.
class Model {
 public:
  // A sentence-transformers folder. `threads`: what its embedders share; 0: as many as the process may run
  // on. Throws kIo (missing file), kBadCheckpoint or kUnsupported (architecture, tokenizer).
  static Model Load(const std::filesystem::path& folder, std::size_t threads = 0);

  // Of the folder, without what stands before it.
  std::string name() const;
  const std::filesystem::path& folder() const;
  // Components of a vector.
  std::size_t dimension() const;
  // False: a static model, whose vectors are means of word vectors. What looks into layers or attention, or
  // changes it, refuses such a model.
  bool HasLayers() const;
  // In force: for an embedder that names no length.
  LengthLimits limits() const;
  // What was assumed in place of files that the model folder lacks, and what of it looks odd: sentences to
  // show to whoever chose the model. Empty for a whole folder.
  const std::vector<std::string>& warnings() const;
  // Of all that determines vectors, the weights included, which are read the first time: 32 hexadecimal
  // digits.
  const std::string& fingerprint() const;
  // Tokens of each text, whole, with the special tokens around it.
  std::vector<std::size_t> TokenLengths(std::span<const std::string> texts) const;

 private:
  friend Model ModelOf(std::shared_ptr<const LoadedModel> model, std::shared_ptr<ThreadPool> pool);
  friend const std::shared_ptr<const LoadedModel>& LoadedModelOf(const Model& model);
  friend const std::shared_ptr<ThreadPool>& ThreadPoolOf(const Model& model);
  Model(std::shared_ptr<const LoadedModel> model, std::shared_ptr<ThreadPool> pool);

  std::shared_ptr<const LoadedModel> model_;
  std::shared_ptr<ThreadPool> pool_;
};

}  // namespace lengthwise
