// Texts of a task to vectors and lengths.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "embedding/session.h"
#include "lengthwise/post_process.h"
#include "search/vector_set.h"

namespace lengthwise {

class VectorCache;

// Called with the texts done so far.
using TextProgress = std::function<void(std::size_t texts)>;

// The embeddings of the texts, one row a text, scaled to unit length. Every text of every task goes through
// here. The role counts where the repair treats documents and queries differently. Texts that the cache
// (which may be null) holds are taken from it, and count as done at once; the others are put into it after
// every few seconds of work, so that a run which is broken off has not worked in vain. The result is the same
// bit for bit, whatever the cache held. Throws as Session::Embed and VectorCache.
VectorSet EmbedTexts(const Session& embedder, std::span<const std::string> texts, Role role,
                     const TextProgress& progress, VectorCache* cache = nullptr);

// Options of an embedder whose windows are embedded so, each by itself; `stride` as LongInput has it. What
// embeds windows takes these, and so finds in the cache what others put there.
EmbedderOptions WindowOptions(EmbedderOptions options, std::size_t window, std::size_t stride = 0);

// The same for the windows that the long-input policy makes of each text, without post-processing: several
// rows a text, each scaled to unit length.
VectorSet EmbedTextWindows(const Session& embedder, std::span<const std::string> texts, Role role,
                           const TextProgress& progress, VectorCache* cache = nullptr);

// Of such windows, one row a text, mixed as `policy` has it (MixWindows) and scaled to unit length;
// `embedder` cut them. `tokens`: of each text, special tokens included.
VectorSet MixedWindows(const Session& embedder, const LongInput& policy, const VectorSet& windows,
                       std::span<const std::size_t> tokens);

// Of such windows, the vectors of each text under the policy kWindows: of unit length, but with add_body.
VectorSet ManyVectors(const LongInput& policy, const VectorSet& windows, ThreadPool& pool);

// The control without attention: the mean input word embedding of the tokens that `embedder` keeps of a text
// when it truncates, scaled to unit length.
VectorSet StaticVectors(const Session& embedder, std::span<const std::string> texts);

// Tokens of every text, whole, special tokens included.
std::vector<std::size_t> TokenLengths(const Session& embedder, std::span<const std::string> texts,
                                      Role role = Role::kDocument);

}  // namespace lengthwise
