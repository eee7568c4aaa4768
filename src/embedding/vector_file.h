// Writing vectors, and what became of each text's tokens, to files.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "base/file.h"
#include "lengthwise/embedder.h"

namespace lengthwise {

// kNpy    F.npy: NumPy format 1.0, little-endian float32 [rows x dimension]. Beside it F.tokens.jsonl, a line
// a
//         row: {"_id", "row", "used", "dropped", "windows"}.
// kJsonl  F.jsonl, a line a row: {"_id", "embedding", "tokens_used", "tokens_dropped", "windows"}; the
// numbers
//         are the shortest that read back as the same float32.
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

  // Appends rows in order; ids.size() == rows.rows(). Throws kIo when the disk is full.
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
  AtomicFile vectors_;
  std::unique_ptr<AtomicFile> tokens_;  // kNpy alone
};

}  // namespace lengthwise
