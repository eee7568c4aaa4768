#include "embedding/loaded_model.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/fail.h"
#include "embedding/tokenizer_agreement.h"
#include "encoder/encoder.h"

namespace lengthwise {
namespace {

// A tokenizer may know fewer tokens than the model has rows, which are often rounded up, but not so many
// fewer.
void CheckVocabulary(const Tokenizer& tokenizer, const ModelSpec& spec, Checkpoint& checkpoint) {
  constexpr double kUnusedRows = 0.05;
  const std::size_t tokens = tokenizer.vocabulary_size();
  const std::string tokenizer_json = checkpoint.tokenizer_json.string();
  if (tokens > spec.vocabulary) {
    Fail(ErrorCode::kBadCheckpoint,
         "{}: token ids go up to {}, but the model has embeddings of {} tokens: the tokenizer is another "
         "model's; "
         "fetch the whole folder again",
         tokenizer_json, tokens - 1, spec.vocabulary);
  }
  if (static_cast<double>(spec.vocabulary - tokens) > kUnusedRows * static_cast<double>(spec.vocabulary)) {
    checkpoint.warnings.push_back(fmt::format(
        "{}: token ids go up to {}, but the model has embeddings of {} tokens; if the tokenizer is "
        "another model's, vectors mean nothing",
        tokenizer_json, tokens - 1, spec.vocabulary));
  }
}

void WarnOfLimit(const ModelSpec& spec, Checkpoint& checkpoint) {
  if (checkpoint.max_seq_length <= spec.positions()) return;
  checkpoint.warnings.push_back(fmt::format(
      "{}: a limit of {} tokens is named, but the model has positions for {}, which are the limit",
      checkpoint.folder.string(), checkpoint.max_seq_length, spec.positions()));
}

}  // namespace

LoadedModel::LoadedModel(const std::filesystem::path& folder)
    : checkpoint_(OpenCheckpoint(folder)),
      tokenizer_(checkpoint_.gguf()
                     ? Tokenizer::FromJson(checkpoint_.tokenizer_text, checkpoint_.tokenizer_json.string())
                     : Tokenizer(checkpoint_.tokenizer_json)),
      spec_(MakeModelSpec(checkpoint_)),
      modules_(checkpoint_, spec_.hidden) {
  if (spec_.is_static()) {
    tokenizer_.DropSpecials();
    // Of the two libraries sentence-transformers alone keeps the truncation that the file asks for.
    if (checkpoint_.static_kind == StaticKind::kSentenceTransformers)
      checkpoint_.max_seq_length = tokenizer_.truncation();
  } else {
    CheckTokenizerAgreement(tokenizer_, checkpoint_.tokenizer_json);
  }
  CheckVocabulary(tokenizer_, spec_, checkpoint_);
  WarnOfLimit(spec_, checkpoint_);
}

LoadedModel::~LoadedModel() = default;

LengthLimits LoadedModel::limits(std::size_t max_length) const {
  return limits(max_length, spec_.positions());
}

LengthLimits LoadedModel::limits(std::size_t max_length, std::size_t positions) const {
  LengthLimits limits;
  limits.positions = positions;
  limits.sentence_transformers = checkpoint_.max_seq_length;
  // A mean of word vectors is trained to no length.
  limits.trained = spec_.is_static() ? 0 : std::min(tokenizer_.truncation(), positions);
  limits.in_force = max_length > 0 ? max_length
                    : limits.sentence_transformers > 0
                        ? std::min(limits.sentence_transformers, limits.positions)
                        : limits.positions;
  return limits;
}

const Encoder& LoadedModel::encoder(Precision precision, ThreadPool& pool) const {
  const std::lock_guard lock(packing_);
  std::unique_ptr<const Encoder>& encoder = encoders_.at(static_cast<std::size_t>(precision));
  if (encoder == nullptr) encoder = std::make_unique<const Encoder>(checkpoint_, spec_, pool, precision);
  return *encoder;
}

const std::string& LoadedModel::fingerprint() const {
  const std::lock_guard lock(hashing_);
  if (fingerprint_.empty()) fingerprint_ = Fingerprint(checkpoint_);
  return fingerprint_;
}

}  // namespace lengthwise
