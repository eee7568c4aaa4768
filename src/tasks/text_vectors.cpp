#include "tasks/text_vectors.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/fail.h"
#include "embedding/long_input.h"
#include "embedding/vector_key.h"
#include "embedding/window_mix.h"
#include "lengthwise/cache.h"
#include "math/thread_pool.h"

namespace lengthwise {
namespace {

// Texts tokenised together; bounds the memory of their ids.
constexpr std::size_t kChunk = 4096;

// Calls `fn`, by all threads, with the place and the content tokens of every text.
template <typename Fn>
void ForEachContent(const Session& embedder, std::span<const std::string> texts, Role role, Fn&& fn) {
  for (std::size_t first = 0; first < texts.size(); first += kChunk) {
    const auto chunk = texts.subspan(first, std::min(kChunk, texts.size() - first));
    const std::vector<std::vector<std::int32_t>> content = embedder.Tokenize(chunk, role);
    embedder.pool().For(content.size(), [&](std::size_t i, std::size_t) { fn(first + i, content[i]); });
  }
}

// Bytes of text embedded between two writes to the cache, about as many as go through the model: as many as a
// second is enough for, so that little is lost with the process however slow it is, and not more than keep
// all threads busy to the end. What a second is enough for is not known at first.
constexpr std::size_t kFirstWorkBytes = 4 * 1024;
constexpr std::size_t kMostWorkBytes = 128 * 1024;
constexpr double kSecondsBetweenWrites = 1;
// What the special tokens of a text cost, and what a token is worth that a longer text keeps.
constexpr std::size_t kBytesPerText = 16;
constexpr std::size_t kBytesPerToken = 8;

// Bytes for the next part, after one of `bytes` has taken `seconds`. At most eight times as many, since small
// parts tell little.
std::size_t NextWorkBytes(std::size_t bytes, double seconds) {
  const double fitting = static_cast<double>(bytes) * kSecondsBetweenWrites / std::max(seconds, 1e-3);
  const double most = std::min(8 * static_cast<double>(bytes), static_cast<double>(kMostWorkBytes));
  return std::max(static_cast<std::size_t>(std::min(fitting, most)), std::size_t{1});
}

// Given the rows of one text, as the model gives them.
using RowsSink = std::function<void(std::size_t text, std::span<const float> rows)>;

// Texts that are alike, embedded once.
struct DifferentText {
  VectorKey key;  // where there is a cache
  std::vector<std::size_t> places;
};

// A refusal names the text by its place in the whole list, which the parts of it that are embedded later no
// longer know.
void RefuseLongTexts(const Session& embedder, std::span<const std::string> texts, Role role) {
  if (embedder.options().long_input.kind != LongInputKind::kError) return;
  const std::vector<std::size_t> lengths = TokenLengths(embedder, texts, role);
  const std::size_t specials = embedder.special_tokens(role);
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    MakeWindows(lengths[i] - specials, specials, embedder.limits().in_force, embedder.options().long_input,
                i);
  }
}

// Texts that were not found, each once, in the order in which they come first.
std::vector<DifferentText> Different(std::span<const std::string> texts, const std::vector<bool>& found,
                                     std::span<const VectorKey> keys) {
  std::vector<DifferentText> different;
  std::unordered_map<std::string_view, std::size_t> seen;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (found[i]) continue;
    const auto [entry, is_new] = seen.emplace(texts[i], different.size());
    if (is_new) different.push_back({keys.empty() ? VectorKey{} : keys[i], {}});
    different[entry->second].places.push_back(i);
  }
  return different;
}

std::size_t WorkOf(const Session& embedder, const std::string& text) {
  const bool whole = HasWindows(embedder.options().long_input.kind);
  const std::size_t bytes =
      whole ? text.size() : std::min(text.size(), kBytesPerToken * embedder.limits().in_force);
  return kBytesPerText + bytes;
}

// The rows of every text, one text after the other.
VectorSet EmbedForm(const Session& embedder, std::span<const std::string> texts, VectorForm form, Role role,
                    const Progress& progress) {
  VectorSet vectors;
  vectors.dimension = embedder.dimension();
  if (form == VectorForm::kText) {
    vectors.values = embedder.Embed(texts, progress, 0, role).values;
    return vectors;
  }
  WindowEmbeddings windows = embedder.EmbedWindows(texts, progress, 0, role, false);
  vectors.values = std::move(windows.values);
  vectors.offsets.assign(texts.size() + 1, 0);
  for (const std::size_t text : windows.text) ++vectors.offsets[text + 1];
  for (std::size_t i = 0; i < texts.size(); ++i) vectors.offsets[i + 1] += vectors.offsets[i];
  return vectors;
}

// Calls `sink` once for every text, in no particular order.
void FindOrEmbed(const Session& embedder, std::span<const std::string> texts, VectorForm form, Role role,
                 const TextProgress& progress, VectorCache* cache, const RowsSink& sink) {
  const std::size_t dimension = embedder.dimension();
  if (form == VectorForm::kText) CheckOneVector(embedder.options().long_input);
  if (embedder.options().long_input.repeat_title) {
    Fail(ErrorCode::kUnsupported,
         "a title before every window is what embed and fit do, and a task's texts have none apart; take "
         "\"repeat_title\" out of the repair file");
  }
  RefuseLongTexts(embedder, texts, role);
  std::vector<bool> found(texts.size());
  std::vector<VectorKey> keys;
  std::size_t done = 0;
  if (cache != nullptr && !texts.empty()) {
    const VectorKeys key(embedder, form, role);
    for (const std::string& text : texts) keys.push_back(key.Of(text));
    cache->Find(keys, dimension, [&](std::size_t i, std::span<const float> rows) {
      if (form == VectorForm::kText && rows.size() != dimension) return;  // a file that was tampered with
      sink(i, rows);
      found[i] = true;
      ++done;
    });
    if (progress && done > 0) progress(done);
  }
  const std::vector<DifferentText> different = Different(texts, found, keys);
  // Where nothing is written, nothing is lost by large parts.
  std::size_t work_bytes = cache == nullptr ? kMostWorkBytes : kFirstWorkBytes;
  for (std::size_t first = 0; first < different.size();) {
    std::vector<std::string> part;
    const auto start = std::chrono::steady_clock::now();
    std::size_t work = 0;
    while (first + part.size() < different.size() && work < work_bytes) {
      part.push_back(texts[different[first + part.size()].places[0]]);
      work += WorkOf(embedder, part.back());
    }
    const VectorSet vectors = EmbedForm(embedder, part, form, role, [&](std::size_t of_part, std::size_t) {
      if (progress) progress(done + of_part);
    });
    std::vector<VectorCache::Entry> entries;
    for (std::size_t i = 0; i < part.size(); ++i) {
      const std::size_t begin = vectors.begin(i), end = vectors.end(i);
      const auto rows = std::span(vectors.values).subspan(begin * dimension, (end - begin) * dimension);
      for (const std::size_t place : different[first + i].places) sink(place, rows);
      done += different[first + i].places.size();
      entries.push_back({different[first + i].key, rows});
    }
    if (cache != nullptr) {
      cache->Put(entries);
      const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
      work_bytes = NextWorkBytes(work, taken.count());
    }
    first += part.size();
  }
  if (progress && !texts.empty()) progress(done);
}

// Takes the rows of each text.
VectorSet JoinRows(std::vector<std::vector<float>>& rows_of, std::size_t dimension) {
  VectorSet vectors;
  vectors.dimension = dimension;
  vectors.offsets.push_back(0);
  std::size_t floats = 0;
  for (const std::vector<float>& rows : rows_of) {
    floats += rows.size();
    vectors.offsets.push_back(floats / dimension);
  }
  vectors.values.reserve(floats);
  // Each is given back as it is moved, so that the windows of many long texts are not held twice.
  for (std::vector<float>& rows : rows_of) {
    vectors.values.insert(vectors.values.end(), rows.begin(), rows.end());
    std::vector<float>().swap(rows);
  }
  return vectors;
}

}  // namespace

VectorSet EmbedTexts(const Session& embedder, std::span<const std::string> texts, Role role,
                     const TextProgress& progress, VectorCache* cache) {
  VectorSet vectors;
  vectors.dimension = embedder.dimension();
  vectors.values.resize(texts.size() * vectors.dimension);
  FindOrEmbed(embedder, texts, VectorForm::kText, role, progress, cache,
              [&](std::size_t text, std::span<const float> rows) {
                std::copy(rows.begin(), rows.end(), vectors.row(text).begin());
              });
  NormalizeRows(vectors, "texts");
  return vectors;
}

EmbedderOptions WindowOptions(EmbedderOptions options, std::size_t window, std::size_t stride) {
  options.max_length = window;
  options.long_input = {.kind = LongInputKind::kWindowMean, .window = window, .stride = stride};
  return options;
}

VectorSet EmbedTextWindows(const Session& embedder, std::span<const std::string> texts, Role role,
                           const TextProgress& progress, VectorCache* cache) {
  std::vector<std::vector<float>> rows_of(texts.size());
  FindOrEmbed(
      embedder, texts, VectorForm::kWindows, role, progress, cache,
      [&](std::size_t text, std::span<const float> rows) { rows_of[text].assign(rows.begin(), rows.end()); });
  VectorSet vectors = JoinRows(rows_of, embedder.dimension());
  NormalizeRows(vectors, "windows");
  return vectors;
}

VectorSet MixedWindows(const Session& embedder, const LongInput& policy, const VectorSet& windows,
                       std::span<const std::size_t> tokens) {
  VectorSet mixed;
  mixed.dimension = windows.dimension;
  mixed.values.resize(windows.size() * windows.dimension);
  const std::size_t specials = embedder.special_tokens();
  embedder.pool().For(windows.size(), [&](std::size_t text, std::size_t) {
    const std::vector<Window> cut = MakeWindows(tokens[text] - specials, specials, embedder.limits().in_force,
                                                embedder.options().long_input, text);
    const std::size_t begin = windows.begin(text), count = windows.end(text) - begin;
    if (cut.size() != count) {
      Fail(ErrorCode::kInternal, "text {} has {} windows, not {}", text, count, cut.size());
    }
    std::vector<std::uint32_t> sizes;
    for (const Window& window : cut) sizes.push_back(static_cast<std::uint32_t>(window.size() + specials));
    MixWindows(policy,
               std::span(windows.values).subspan(begin * windows.dimension, count * windows.dimension), sizes,
               true, mixed.row(text));
  });
  NormalizeRows(mixed, "mixed windows");
  return mixed;
}

VectorSet ManyVectors(const LongInput& policy, const VectorSet& windows, ThreadPool& pool) {
  std::vector<std::vector<float>> rows(windows.size());
  pool.For(windows.size(), [&](std::size_t text, std::size_t) {
    const std::size_t begin = windows.begin(text), count = windows.end(text) - begin;
    rows[text] =
        WindowVectors(policy,
                      std::span(windows.values).subspan(begin * windows.dimension, count * windows.dimension),
                      windows.dimension)
            .values;
  });
  return JoinRows(rows, windows.dimension);
}

VectorSet StaticVectors(const Session& embedder, std::span<const std::string> texts) {
  VectorSet vectors;
  vectors.dimension = embedder.dimension();
  vectors.values.resize(texts.size() * vectors.dimension);
  const std::size_t length = embedder.limits().in_force;
  ForEachContent(embedder, texts, Role::kDocument,
                 [&](std::size_t i, const std::vector<std::int32_t>& content) {
                   embedder.StaticVector(embedder.WithSpecials(content, length), vectors.row(i));
                 });
  NormalizeRows(vectors, "texts (static control)");
  return vectors;
}

std::vector<std::size_t> TokenLengths(const Session& embedder, std::span<const std::string> texts,
                                      Role role) {
  std::vector<std::size_t> lengths(texts.size());
  ForEachContent(embedder, texts, role, [&](std::size_t i, const std::vector<std::int32_t>& content) {
    lengths[i] = content.size() + embedder.special_tokens(role);
  });
  return lengths;
}

}  // namespace lengthwise
