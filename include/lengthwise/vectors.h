// Vectors, and what became of each text's tokens, in files.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lengthwise/atomic_file.h"
#include "lengthwise/documents.h"
#include "lengthwise/embedder.h"
#include "lengthwise/progress.h"

namespace lengthwise {

// kNpy    F.npy: NumPy format 1.0, little-endian float32 [rows x dimension]. Beside it F.tokens.jsonl, a line
// a
//         row: {"_id", "row", "used", "dropped", "windows"}; where texts have several rows
//         (Embeddings::parts) with "text" and "window" after "row", and the counts are the row's.
// kJsonl  F.jsonl, a line a row: {"_id", "embedding", "tokens_used", "tokens_dropped", "windows"}, and
//         "text" and "window" after "_id" as above; the numbers are the shortest that read back as the same
//         float32.
enum class VectorFormat { kNpy, kJsonl };

// By the extension. Throws kBadInput, naming the two, for another one.
VectorFormat VectorFormatOf(const std::filesystem::path& path);

// Where the token counts of F.npy go: F.tokens.jsonl.
std::filesystem::path TokenFileOf(const std::filesystem::path& npy);

// Writes rows as they come, so that memory does not grow with their number. The files appear under their
// names with Commit; a writer that is destroyed without it leaves whatever stood there.
class VectorWriter {
 public:
  // Throws kBadInput (extension; .npy into a pipe or a device) or kIo (the place cannot be written).
  VectorWriter(const std::filesystem::path& path, std::size_t dimension);

  // Appends rows in order; ids.size() == rows.texts(), and texts are numbered on. Throws kIo when the disk is
  // full.
  void Append(std::span<const std::string> ids, const Embeddings& rows);

  // Throws kIo. Returns the number of rows written.
  std::size_t Commit();

 private:
  void AppendNpy(std::span<const std::string> ids, const Embeddings& rows);
  void AppendJsonl(std::span<const std::string> ids, const Embeddings& rows);

  std::filesystem::path path_;
  VectorFormat format_;
  std::size_t dimension_;
  std::size_t rows_ = 0;
  std::size_t texts_ = 0;
  AtomicFile vectors_;
  std::unique_ptr<AtomicFile> tokens_;  // kNpy alone
};

struct EmbedOptions {
  Role role = Role::kDocument;
  // Keep what is done beside an output that is a file, as OUTPUT.resume, until it is complete, and begin with
  // what a run that was broken off has left there.
  bool resume = true;
  // Is told what reading told: before the first document is embedded where they can be read twice, as from a
  // file, which they then are, so that faults are found early and progress knows their number; otherwise,
  // as from a pipe, when all are read.
  std::function<void(const InputFindings&)> on_findings = {};
};

struct EmbedSummary {
  std::size_t texts = 0;
  std::size_t rows = 0;
  std::size_t split_texts = 0;  // into several windows
  std::size_t tokens = 0;       // that went through the model
  std::size_t cut_texts = 0;
  std::size_t dropped_tokens = 0;
  std::size_t found = 0;  // texts that a run that was broken off had embedded
  InputFindings findings;
  // Of tokens that the vocabulary lacks; known when all are embedded.
  std::vector<InputWarning> token_warnings;
};

// Embeds documents as they are read, so that memory does not grow with their number and the first rows are
// written before the last document is there. Rows are in input order. Progress is in texts, and begins with
// those that were found. Throws as ForEachDocument, Embedder::Embed and VectorWriter; the output appears when
// it is complete.
EmbedSummary EmbedDocuments(const Embedder& embedder, const InputOptions& input,
                            const std::filesystem::path& output, const EmbedOptions& options = {},
                            const Progress& progress = {});

}  // namespace lengthwise
