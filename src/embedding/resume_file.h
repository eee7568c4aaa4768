// Embeddings of a run that may be broken off, kept beside its output until it is done.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "embedding/vector_key.h"
#include "lengthwise/embedder.h"

namespace lengthwise {

// A file of blocks of embeddings, in input order, each with what tells that it is whole and of which texts.
// The run that ends removes it, so that nothing is kept for ever, as a cache of all embeddings would: an
// input as large as embed is made for does not come twice. Until then the vectors lie on the disk twice;
// where there is no room for that, or another process resumes the same output, the run goes on without.
class ResumeFile {
 public:
  // Of all that determines vectors but the texts. Asked for when it is needed, as it reads the whole model.
  using Key = std::function<VectorKey()>;
  // Of text i from here on.
  using TextAt = std::function<std::string(std::size_t i)>;

  // Nothing is written in the first second: what takes no longer is not worth keeping.
  ResumeFile(const std::filesystem::path& file, std::size_t dimension, Key key);
  ~ResumeFile();
  ResumeFile(const ResumeFile&) = delete;
  ResumeFile& operator=(const ResumeFile&) = delete;

  // How many texts the next block of a run that was broken off is of; 0: there is none.
  std::size_t waiting() const { return waiting_ ? waiting_->texts() : 0; }

  // The next block of a run that was broken off, if it is of the first of these `count` texts, bit for bit as
  // the embedder gave it. Nothing otherwise, and then what is left of the file is forgotten.
  std::optional<Embeddings> Next(std::size_t count, const TextAt& text);

  // How many bytes of text (a token counts for kBytesPerToken) are to be in the next block: what a broken run
  // can lose is a second's work, or a twentieth of what is done, so that the blocks of a long run are large
  // enough for all threads to be busy.
  std::size_t work() const { return work_; }
  static constexpr std::size_t kBytesPerToken = 8;

  // Rows of the `count` texts that follow, which were so much work since the block before.
  void Add(std::size_t count, const TextAt& text, const Embeddings& rows, std::size_t work);

  // Texts that were found.
  std::size_t found() const { return found_; }

  // To be called when the output is complete.
  void Remove();

 private:
  // Whether the file is there, is ours and is of the same embedder.
  bool OpenOld();
  // Reads the next block, or forgets what is left where there is no whole one.
  void ReadBlock();
  void Forget();
  bool OpenNew();
  bool Write(std::string_view bytes);
  void Close();
  void Pace(std::size_t work);

  using Clock = std::chrono::steady_clock;

  std::filesystem::path file_;
  std::size_t dimension_;
  Key key_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_ = start_;  // of the last block
  std::size_t work_ = 4 * 1024;
  int descriptor_ = -1;
  bool given_up_ = false;
  off_t block_begin_ = 0;  // of the one that waits
  std::optional<Embeddings> waiting_;
  VectorKey waiting_texts_;
  std::size_t found_ = 0;
  std::string pending_;  // blocks that are not in the file yet
};

// OUTPUT.resume, of what `session` makes of texts in this role, and of nothing else. Null where the output is
// no file: what was written through cannot be gone on with. The session must outlive it.
std::unique_ptr<ResumeFile> OpenResumeFile(const std::filesystem::path& output, const Session& session,
                                           Role role);

}  // namespace lengthwise
