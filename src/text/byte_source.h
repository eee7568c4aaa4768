// Bytes of a file, of standard input, or of memory, as they come.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace lengthwise {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Reads at least one and at most `size` > 0 bytes, without waiting for more than one; 0 at the end. Throws
  // kIo, or kBadInput where the bytes are a damaged archive.
  virtual std::size_t Read(char* to, std::size_t size) = 0;
};

// A file descriptor; `name` names it in messages.
class FileSource : public ByteSource {
 public:
  // Opens a file. Throws kIo.
  explicit FileSource(const std::string& path);
  // Borrows an open descriptor.
  FileSource(int descriptor, std::string name) : descriptor_(descriptor), name_(std::move(name)) {}
  ~FileSource() override;
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  std::size_t Read(char* to, std::size_t size) override;

 private:
  int descriptor_;
  std::string name_;
  bool owned_ = false;
};

// Borrows the bytes.
class MemorySource : public ByteSource {
 public:
  explicit MemorySource(std::string_view bytes) : bytes_(bytes) {}
  std::size_t Read(char* to, std::size_t size) override;

 private:
  std::string_view bytes_;
};

// A source whose next bytes can be looked at before they are read.
class PeekedSource : public ByteSource {
 public:
  explicit PeekedSource(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {}

  // All that was read ahead, once it is `size` bytes or the end was met. Valid until the next call.
  std::string_view Peek(std::size_t size);
  std::size_t Read(char* to, std::size_t size) override;

 private:
  std::unique_ptr<ByteSource> source_;
  std::string ahead_;  // from begin_ on
  std::size_t begin_ = 0;
};

}  // namespace lengthwise
