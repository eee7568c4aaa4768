#include "encoder/word_table.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <string>

#include "base/fail.h"

namespace lengthwise {
namespace {

// model2vec stores these where numpy made them.
template <typename Stored>
void ReadAs(const std::byte* bytes, std::size_t first, std::span<float> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    Stored value{};
    std::memcpy(&value, bytes + (first + i) * sizeof(Stored), sizeof(Stored));
    out[i] = static_cast<float>(value);
  }
}

// As Tensor::Read, of F64 and I8 too.
void ReadWords(const Tensor& tensor, std::size_t first, std::span<float> out) {
  if (tensor.type_name == "F64") {
    ReadAs<double>(tensor.bytes.data(), first, out);
  } else if (tensor.type_name == "I8") {
    ReadAs<std::int8_t>(tensor.bytes.data(), first, out);
  } else {
    tensor.Read(first, out);
  }
}

template <typename Stored>
std::vector<std::int64_t> IntegersOf(const Tensor& tensor) {
  std::vector<Stored> stored(tensor.size());
  if (!stored.empty()) std::memcpy(stored.data(), tensor.bytes.data(), tensor.bytes.size());
  return {stored.begin(), stored.end()};
}

std::vector<std::uint32_t> ReadMapping(const Checkpoint& checkpoint, const ModelSpec& spec) {
  const std::string where =
      fmt::format("{}: tensor \"{}\"", checkpoint.weights.path().string(), spec.word_mapping);
  const Tensor& tensor = checkpoint.weights.Get(spec.word_mapping, std::array{spec.vocabulary});
  std::vector<std::int64_t> given;
  if (tensor.type_name == "I32") {
    given = IntegersOf<std::int32_t>(tensor);
  } else if (tensor.type_name == "I64") {
    given = IntegersOf<std::int64_t>(tensor);
  } else {
    Fail(ErrorCode::kUnsupported, "{}: element type {} of a mapping is not supported; supported: I32, I64",
         where, tensor.type_name);
  }
  std::vector<std::uint32_t> rows;
  for (std::size_t token = 0; token < given.size(); ++token) {
    if (given[token] < 0 || static_cast<std::size_t>(given[token]) >= spec.word_rows) {
      Fail(ErrorCode::kBadCheckpoint, "{} maps token {} to row {}, but \"{}\" has {} rows", where, token,
           given[token], spec.word_embeddings, spec.word_rows);
    }
    rows.push_back(static_cast<std::uint32_t>(given[token]));
  }
  return rows;
}

std::vector<float> ReadWordWeights(const Checkpoint& checkpoint, const ModelSpec& spec) {
  std::vector<float> weights(spec.vocabulary);
  ReadWords(checkpoint.weights.Get(spec.word_weights, std::array{spec.vocabulary}), 0, weights);
  if (!std::all_of(weights.begin(), weights.end(), [](float weight) { return std::isfinite(weight); })) {
    Fail(ErrorCode::kBadCheckpoint, "{}: tensor \"{}\" holds NaN or infinity; the file is damaged",
         checkpoint.weights.path().string(), spec.word_weights);
  }
  return weights;
}

}  // namespace

WordTable::WordTable(const Checkpoint& checkpoint, const ModelSpec& spec)
    : checkpoint_(&checkpoint), vocabulary_(spec.vocabulary) {
  const std::size_t rows = spec.word_rows > 0 ? spec.word_rows : spec.vocabulary;
  table_ = &checkpoint.weights.Get(spec.word_embeddings, std::array{rows, spec.hidden});
  if (!spec.word_mapping.empty()) rows_ = ReadMapping(checkpoint, spec);
  if (!spec.word_weights.empty()) weights_ = ReadWordWeights(checkpoint, spec);
}

void WordTable::Read(std::int32_t id, std::span<float> row) const {
  if (id < 0 || static_cast<std::size_t>(id) >= vocabulary_) {
    Fail(ErrorCode::kBadCheckpoint, "{}: the tokenizer gives token {}, but the model's vocabulary has {}",
         checkpoint_->folder.string(), id, vocabulary_);
  }
  const auto token = static_cast<std::size_t>(id);
  ReadWords(*table_, (rows_.empty() ? token : rows_[token]) * row.size(), row);
  if (weights_.empty()) return;
  for (float& value : row) value *= weights_[token];
}

}  // namespace lengthwise
