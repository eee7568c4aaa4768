// Retrieval tasks made of any documents: needles in filler, and documents asked for by parts of themselves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lengthwise/documents.h"
#include "lengthwise/task.h"

namespace lengthwise {

// Documents that are filler of one exact length with one statement hidden in each: the passkey and needle
// tests of LongEmbed (Zhu et al. 2024, arXiv 2404.12096), at any length and from any filler.

enum class NeedleKind {
  kPasskey,  // "The pass key for the lantern is 48213. ...": a word and a number, no matter what they mean
  kFact,     // a fact of general knowledge, asked for in other words
};

// How many different needles of a kind there are.
std::size_t NeedleCount(NeedleKind kind);

struct NeedleOptions {
  NeedleKind kind = NeedleKind::kPasskey;
  std::vector<std::size_t> lengths;  // of the documents in tokens, special tokens included
  std::size_t documents = 100;       // each with a needle of its own
  std::size_t queries = 50;          // for the needles of the first so many documents
  std::uint64_t seed = 1;
  // Where every needle stands: the part of the filler before it, from 0 (first) to 1 (last). Absent: each at
  // a place of its own, drawn by seed. With it and without, the same seed gives the same needles and filler.
  std::optional<double> depth = {};
  // The statement stands once in every so many tokens of its document, at the same part of each stretch, so
  // that its share of the text does not fall with length; once in a document that is shorter than two
  // stretches. 0: once.
  std::size_t repeat_every = 0;
};

// The task at one length.
struct NeedleTask {
  std::size_t length = 0;
  RetrievalTask task;
  // By query, where its needle stands: the part of the filler, or of the filler of its first stretch, that
  // precedes it, in tokens. 0: first, 1: last.
  std::vector<double> depths;
  // Runs of filler passed over, since none of their words is short enough to fill a document to its last
  // token; of all lengths, which share the filler.
  std::size_t skipped = 0;
};

class Tokenizer;
// Of a model folder, of which nothing else needs to be there; by it lengths are counted. Throws kIo,
// kBadCheckpoint or kUnsupported, as Model::Load.
std::shared_ptr<const Tokenizer> ReadTokenizer(const std::filesystem::path& model_folder);

// Throws kBadInput as MakeNeedleTasks does, for all that does not depend on the filler.
void CheckNeedleOptions(const NeedleOptions& options, const Tokenizer& tokenizer);

// The tasks in the order of the lengths. Document i has the same filler, the same needle, at the same part of
// its length, and the same query in all of them, so that they differ in length alone. Its filler is a run of
// whole words, with single spaces between, of filler documents in an order drawn by seed; where one is too
// short the next continues it. The last words are such that the length is met exactly: one that is too long
// for what is left is passed over, and so is a run in which all are, at one of the lengths. The places are
// uniform over the boundaries of words, by tokens, or all at `depth`. Throws kBadInput: filler that is too
// short (saying how much there is), a length too small for a statement, a length twice, more documents than
// needles, more queries than documents; kUnsupported for a tokenizer whose tokens depend on more than the
// word.
std::vector<NeedleTask> MakeNeedleTasks(std::span<const Document> filler, const Tokenizer& tokenizer,
                                        const NeedleOptions& options);

// Retrieval tasks that need no labels: documents asked for by what was taken out of them.

enum class PseudoQueryKind {
  kTitle,     // its title, of a document that has one and more
  kSentence,  // one of its sentences, drawn from those that stand in it once
  kBoth,      // each a query
};

struct PseudoOptions {
  PseudoQueryKind kind = PseudoQueryKind::kBoth;
  std::size_t max_documents = 0;  // a sample drawn by seed, in the order of the input; 0: all
  std::uint64_t seed = 1;
};

// Words that must be left of a text that loses a sentence.
inline constexpr std::size_t kLeastWordsLeft = 16;

struct PseudoTask {
  RetrievalTask task;
  std::vector<std::string> sources;  // by query: "title" or "sentence"
  std::size_t without_query = 0;     // documents that are left as they are, too short to lose anything
  std::size_t empty = 0;             // documents without a word, left out
};

// Every document's query is its own title or sentence, which is removed from it where it stood; the document
// is the one answer. What a document gives depends on its place in the input and the seed, not on the others.
// Throws kBadInput where no document gives a query.
PseudoTask MakePseudoTask(std::vector<Document> documents, const PseudoOptions& options);

// Into a folder that exists, which ReadTask then reads as the task. Each query's line in queries.jsonl says
// "depth" too. Throws kIo, and kBadInput for an id with a tab or a new line, which qrels.tsv cannot hold.
void WriteTask(const NeedleTask& task, const std::filesystem::path& folder);
// The same with "source".
void WriteTask(const PseudoTask& task, const std::filesystem::path& folder);

}  // namespace lengthwise
