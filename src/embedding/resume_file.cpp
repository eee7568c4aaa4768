#include "embedding/resume_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "base/output_target.h"

namespace lengthwise {
namespace {

constexpr std::string_view kMagic = "lengthwise resume 1\n";
constexpr std::chrono::seconds kWorthKeeping{1};
// Goes into the key: other blocks are another run's.
constexpr std::string_view kBlocks = "rows, tokens, parts";

struct BlockHeader {
  std::uint64_t rows = 0;
  std::uint64_t parts = 0;  // as many, or none
  VectorKey texts;
};
static_assert(std::has_unique_object_representations_v<VectorKey>);
static_assert(std::has_unique_object_representations_v<TokenUse>);
static_assert(std::has_unique_object_representations_v<TextPart>);

template <typename T>
void Append(const T& value, std::string& bytes) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof(T));
}

std::uint64_t Checksum(std::string_view bytes) {
  Hasher hasher;
  hasher.Add(bytes);
  return hasher.Value().first;
}

VectorKey KeyOf(std::size_t count, const ResumeFile::TextAt& text) {
  Hasher hasher;
  for (std::size_t i = 0; i < count; ++i) hasher.Add(std::string_view(text(i)));
  const auto [high, low] = hasher.Value();
  return {high, low};
}

std::size_t BodyBytes(const BlockHeader& header, std::size_t dimension) {
  return header.rows * (dimension * sizeof(float) + sizeof(TokenUse)) + header.parts * sizeof(TextPart);
}

template <typename T>
void AppendAll(const std::vector<T>& values, std::string& bytes) {
  bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}

// Takes so many from where `bytes` begin, and moves on.
template <typename T>
void TakeAll(std::size_t count, const char*& bytes, std::vector<T>& values) {
  values.resize(count);
  if (count > 0) std::memcpy(values.data(), bytes, count * sizeof(T));
  bytes += count * sizeof(T);
}

bool ReadAll(int descriptor, char* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t got = ::read(descriptor, bytes, size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    bytes += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

}  // namespace

ResumeFile::ResumeFile(const std::filesystem::path& file, std::size_t dimension, Key key)
    : file_(file), dimension_(dimension), key_(std::move(key)) {
  if (OpenOld()) ReadBlock();
}

ResumeFile::~ResumeFile() {
  Close();
}

bool ResumeFile::OpenOld() {
  descriptor_ = ::open(file_.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (descriptor_ < 0) {
    given_up_ = errno != ENOENT;
    return false;
  }
  struct stat status {};
  std::string magic(kMagic.size(), '\0');
  // A file of another program, or of a process that is at work, is left alone.
  if (::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode) ||
      ::flock(descriptor_, LOCK_EX | LOCK_NB) != 0 || !ReadAll(descriptor_, magic.data(), magic.size()) ||
      magic != kMagic) {
    given_up_ = true;
    Close();
    return false;
  }
  VectorKey key;
  if (ReadAll(descriptor_, reinterpret_cast<char*>(&key), sizeof(key)) && key == key_()) return true;
  // Of another model or other options: begun anew.
  ::unlink(file_.c_str());
  Close();
  return false;
}

void ResumeFile::ReadBlock() {
  waiting_.reset();
  block_begin_ = ::lseek(descriptor_, 0, SEEK_CUR);
  struct stat status {};
  BlockHeader header;
  if (block_begin_ < 0 || ::fstat(descriptor_, &status) != 0 ||
      !ReadAll(descriptor_, reinterpret_cast<char*>(&header), sizeof(header)) || header.rows == 0 ||
      header.rows > static_cast<std::uint64_t>(status.st_size) ||
      (header.parts != 0 && header.parts != header.rows) ||
      BodyBytes(header, dimension_) >= static_cast<std::size_t>(status.st_size - block_begin_))
    return Forget();
  std::string block;
  Append(header, block);
  const std::size_t body = block.size();
  block.resize(body + BodyBytes(header, dimension_));
  std::uint64_t checksum = 0;
  if (!ReadAll(descriptor_, block.data() + body, block.size() - body) ||
      !ReadAll(descriptor_, reinterpret_cast<char*>(&checksum), sizeof(checksum)) ||
      checksum != Checksum(block))
    return Forget();
  waiting_.emplace();
  waiting_->dimension = dimension_;
  const char* from = block.data() + body;
  TakeAll(header.rows * dimension_, from, waiting_->values);
  TakeAll(header.rows, from, waiting_->tokens);
  TakeAll(header.parts, from, waiting_->parts);
  waiting_texts_ = header.texts;
}

void ResumeFile::Forget() {
  waiting_.reset();
  if (block_begin_ >= 0 && ::ftruncate(descriptor_, block_begin_) == 0 &&
      ::lseek(descriptor_, block_begin_, SEEK_SET) == block_begin_)
    return;
  given_up_ = true;
  Close();
}

std::optional<Embeddings> ResumeFile::Next(std::size_t count, const TextAt& text) {
  if (!waiting_) return std::nullopt;
  if (waiting() > count || !(waiting_texts_ == KeyOf(waiting(), text))) {
    Forget();
    return std::nullopt;
  }
  Embeddings rows = std::move(*waiting_);
  found_ += rows.texts();
  last_ = Clock::now();
  ReadBlock();
  return rows;
}

bool ResumeFile::OpenNew() {
  descriptor_ = ::open(file_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor_ < 0) return false;
  std::string header(kMagic);
  Append(key_(), header);
  return ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0 && Write(header);
}

bool ResumeFile::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

void ResumeFile::Pace(std::size_t work) {
  constexpr double kSecondsToLose = 1;
  constexpr double kPartToLose = 0.05;
  constexpr double kMostWork = 1024.0 * 1024;
  const Clock::time_point now = Clock::now();
  const std::chrono::duration<double> block = now - last_, all = now - start_;
  last_ = now;
  const double wanted = std::max(kSecondsToLose, kPartToLose * all.count());
  const double fitting = static_cast<double>(work) * wanted / std::max(block.count(), 1e-3);
  // Small blocks tell little of large ones.
  const double most = std::min(8.0 * static_cast<double>(work_), kMostWork);
  work_ = static_cast<std::size_t>(std::clamp(fitting, 1.0, most));
}

void ResumeFile::Add(std::size_t count, const TextAt& text, const Embeddings& rows, std::size_t work) {
  Pace(work);
  if (given_up_) return;
  std::string block;
  Append(BlockHeader{rows.rows(), rows.parts.size(), KeyOf(count, text)}, block);
  AppendAll(rows.values, block);
  AppendAll(rows.tokens, block);
  AppendAll(rows.parts, block);
  Append(Checksum(block), block);
  pending_ += block;
  if (last_ - start_ < kWorthKeeping) return;
  if ((descriptor_ >= 0 || OpenNew()) && Write(pending_)) {
    pending_.clear();
    return;
  }
  // A full disk, most likely, of which the output itself is to have what is left.
  if (descriptor_ >= 0) Remove();
  given_up_ = true;
  std::string().swap(pending_);
}

void ResumeFile::Remove() {
  if (descriptor_ >= 0) ::unlink(file_.c_str());
  Close();
}

void ResumeFile::Close() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

std::unique_ptr<ResumeFile> OpenResumeFile(const std::filesystem::path& output, const Session& session,
                                           Role role) {
  const OutputTarget target = FindOutputTarget(output);
  if (target.kind != OutputTarget::Kind::kFile) return nullptr;
  return std::make_unique<ResumeFile>(
      target.path.string() + ".resume", session.dimension(),
      [&session, role] { return VectorKeys(session, VectorForm::kText, role).Of(kBlocks); });
}

}  // namespace lengthwise
