#include "tasks/text_vectors.h"

#include <algorithm>
#include <cstdint>
#include <utility>

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
