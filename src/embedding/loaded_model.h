// A loaded model: what all that embed with it share.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

#include "checkpoint/checkpoint.h"
#include "embedding/finishing.h"
#include "encoder/model_spec.h"
#include "lengthwise/model.h"
#include "lengthwise/precision.h"
#include "tokenizer/tokenizer.h"

namespace lengthwise {

class Encoder;
class LoadedModel;
class ThreadPool;

// A handle, and what it shares.
Model ModelOf(std::shared_ptr<const LoadedModel> model, std::shared_ptr<ThreadPool> pool);
const std::shared_ptr<const LoadedModel>& LoadedModelOf(const Model& model);
const std::shared_ptr<ThreadPool>& ThreadPoolOf(const Model& model);

// Loaded once and never changed. Any number of threads may use one at a time; what they do not ask for is
// neither packed nor read.
class LoadedModel {
 public:
  // A sentence-transformers folder: its small files, the tokenizer and the modules after pooling, and the
  // header of its weights. Throws kIo (missing file), kBadCheckpoint or kUnsupported (architecture,
  // tokenizer).
  explicit LoadedModel(const std::filesystem::path& folder);
  ~LoadedModel();
  LoadedModel(const LoadedModel&) = delete;
  LoadedModel& operator=(const LoadedModel&) = delete;

  const Checkpoint& checkpoint() const { return checkpoint_; }
  const Tokenizer& tokenizer() const { return tokenizer_; }
  const ModelSpec& spec() const { return spec_; }
  const VectorModules& modules() const { return modules_; }
  // Components of a vector.
  std::size_t dimension() const { return modules_.dimension(); }
  // Special tokens around the content of a text.
  std::size_t special_tokens() const { return tokenizer_.prefix().size() + tokenizer_.suffix().size(); }

  // In force: `max_length`, or where it is 0 what the model's folder names.
  LengthLimits limits(std::size_t max_length = 0) const;
  // The same with another number of positions, which a position map gives.
  LengthLimits limits(std::size_t max_length, std::size_t positions) const;

  // The weights of a precision, packed by all threads of `pool` when they are first asked for, and kept. Not
  // from inside a task of the pool. Throws as Encoder.
  const Encoder& encoder(Precision precision, ThreadPool& pool) const;

  // Fingerprint of the checkpoint; the weights are read the first time.
  const std::string& fingerprint() const;

 private:
  static constexpr std::size_t kPrecisions = 3;

  Checkpoint checkpoint_;
  Tokenizer tokenizer_;
  ModelSpec spec_;
  VectorModules modules_;
  mutable std::mutex packing_;
  mutable std::array<std::unique_ptr<const Encoder>, kPrecisions> encoders_;  // by precision
  mutable std::mutex hashing_;
  mutable std::string fingerprint_;  // empty: not yet asked for
};

}  // namespace lengthwise
