#include "tasks/text_vectors.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/fail.h"
#include "embedding/long_input.h"
#include "math/thread_pool.h"

namespace lengthwise {
namespace {

// Texts tokenised together; bounds the memory of their ids.
constexpr std::size_t kChunk = 4096;

template <typename Fn>
void ForEachTokenized(const EmbedderImpl& embedder, std::span<const std::string> texts, Fn&& fn) {
  for (std::size_t first = 0; first < texts.size(); first += kChunk) {
    const auto chunk = texts.subspan(first, std::min(kChunk, texts.size() - first));
    const std::vector<std::vector<std::int32_t>> content = embedder.Tokenize(chunk);
    embedder.pool().For(content.size(), [&](std::size_t i, std::size_t) { fn(first + i, content[i]); });
  }
}

}  // namespace

VectorSet EmbedTexts(const EmbedderImpl& embedder, std::span<const std::string> texts, Role role,
                     const TextProgress& progress) {
  const auto update = [&](std::size_t done, std::size_t) {
    if (progress) progress(done);
  };
  Embeddings embeddings = embedder.Embed(texts, update, 0, role);
  VectorSet vectors;
  vectors.dimension = embeddings.dimension;
  vectors.values = std::move(embeddings.values);
  NormalizeRows(vectors, "texts");
  return vectors;
}

VectorSet EmbedTextWindows(const EmbedderImpl& embedder, std::span<const std::string> texts, Role role,
                           const TextProgress& progress) {
  const auto update = [&](std::size_t done, std::size_t) {
    if (progress) progress(done);
  };
  WindowEmbeddings windows = embedder.EmbedWindows(texts, update, 0, role, false);
  VectorSet vectors;
  vectors.dimension = windows.dimension;
  vectors.values = std::move(windows.values);
  vectors.offsets = {0};
  for (std::size_t text = 0, row = 0; text < texts.size(); ++text) {
    while (row < windows.text.size() && windows.text[row] == text) ++row;
    vectors.offsets.push_back(row);
  }
  NormalizeRows(vectors, "windows");
  return vectors;
}

VectorSet MeanOfWindows(const EmbedderImpl& embedder, const VectorSet& windows,
                        std::span<const std::size_t> tokens) {
  VectorSet means;
  if (windows.rows() == 0) return means;
  means.dimension = windows.dimension;
  means.values.assign(windows.size() * windows.dimension, 0.0F);
  const std::size_t specials = embedder.special_tokens();
  for (std::size_t text = 0; text < windows.size(); ++text) {
    const std::vector<Window> cut = MakeWindows(tokens[text] - specials, specials, embedder.limits().in_force,
                                                embedder.options().long_input, text);
    if (cut.size() != windows.end(text) - windows.begin(text)) {
      Fail(ErrorCode::kInternal, "text {} has {} windows, not {}", text,
           windows.end(text) - windows.begin(text), cut.size());
    }
    const std::span<float> mean = means.row(text);
    for (std::size_t w = 0; w < cut.size(); ++w) {
      const std::span<const float> row = windows.row(windows.begin(text) + w);
      const auto weight = static_cast<float>(cut[w].size() + specials);
      for (std::size_t c = 0; c < mean.size(); ++c) mean[c] += weight * row[c];
    }
  }
  NormalizeRows(means, "means of windows");
  return means;
}

VectorSet StaticVectors(const EmbedderImpl& embedder, std::span<const std::string> texts) {
  VectorSet vectors;
  vectors.dimension = embedder.spec().hidden;
  vectors.values.resize(texts.size() * vectors.dimension);
  const std::size_t length = embedder.limits().in_force;
  ForEachTokenized(embedder, texts, [&](std::size_t i, const std::vector<std::int32_t>& content) {
    embedder.StaticVector(embedder.WithSpecials(content, length), vectors.row(i));
  });
  NormalizeRows(vectors, "texts (static control)");
  return vectors;
}

std::vector<std::size_t> TokenLengths(const EmbedderImpl& embedder, std::span<const std::string> texts) {
  std::vector<std::size_t> lengths(texts.size());
  ForEachTokenized(embedder, texts, [&](std::size_t i, const std::vector<std::int32_t>& content) {
    lengths[i] = content.size() + embedder.special_tokens();
  });
  return lengths;
}

}  // namespace lengthwise
