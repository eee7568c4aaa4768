#include "text/unpack.h"

#include <zlib.h>
#include <zstd.h>

#include <cstddef>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fail.h"

namespace lengthwise {
namespace {

constexpr std::string_view kGzipMagic = "\x1F\x8B";
constexpr std::string_view kZstdMagic = "\x28\xB5\x2F\xFD";
// A frame that decoders skip begins with 0x184D2A50 to 0x184D2A5F, little-endian.
constexpr std::string_view kSkippableMagic = "\x2A\x4D\x18";
constexpr std::size_t kBlock = 1 << 16;

// A source of packed bytes, a block at a time.
class PackedBytes {
 public:
  PackedBytes(std::unique_ptr<ByteSource> source, std::string name)
      : source_(std::move(source)), name_(std::move(name)), block_(kBlock) {}

  // The next block; empty at the end.
  std::string_view Next() { return {block_.data(), source_->Read(block_.data(), block_.size())}; }

  [[noreturn]] void FailCut(const char* kind) const {
    Fail(ErrorCode::kBadInput, "{}: the {} archive is cut: its end is missing; fetch or pack it again", name_,
         kind);
  }
  [[noreturn]] void FailDamaged(const char* kind, std::string_view why) const {
    Fail(ErrorCode::kBadInput, "{}: the {} archive is damaged ({}); fetch or pack it again", name_, kind,
         why);
  }

 private:
  std::unique_ptr<ByteSource> source_;
  std::string name_;
  std::vector<char> block_;
};

class GzipSource : public ByteSource {
 public:
  explicit GzipSource(PackedBytes packed) : packed_(std::move(packed)) {
    if (inflateInit2(&stream_, kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  ~GzipSource() override { inflateEnd(&stream_); }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;

  std::size_t Read(char* to, std::size_t size) override {
    stream_.next_out = reinterpret_cast<Bytef*>(to);
    stream_.avail_out = static_cast<uInt>(size);
    while (stream_.avail_out == size) {
      if (stream_.avail_in == 0 && !Fill()) return 0;
      if (between_members_ && !BeginMember()) continue;
      const int status = inflate(&stream_, Z_NO_FLUSH);
      if (status == Z_STREAM_END) {
        between_members_ = true;
      } else if (status == Z_MEM_ERROR) {
        throw std::bad_alloc();
      } else if (status != Z_OK && status != Z_BUF_ERROR) {
        packed_.FailDamaged("gzip", stream_.msg != nullptr ? stream_.msg : "its contents make no sense");
      }
    }
    return size - stream_.avail_out;
  }

 private:
  static constexpr int kGzipOnly = 15 + 16;

  bool Fill() {
    const std::string_view block = packed_.Next();
    if (block.empty()) {
      if (!between_members_) packed_.FailCut("gzip");
      return false;
    }
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(block.data()));
    stream_.avail_in = static_cast<uInt>(block.size());
    return true;
  }

  // Zeros may stand after the last member, as padding; anything else is the next one.
  bool BeginMember() {
    if (*stream_.next_in == 0) {
      ++stream_.next_in;
      --stream_.avail_in;
      return false;
    }
    inflateReset(&stream_);
    between_members_ = false;
    return true;
  }

  PackedBytes packed_;
  z_stream stream_ = {};
  bool between_members_ = false;
};

class ZstdSource : public ByteSource {
 public:
  explicit ZstdSource(PackedBytes packed) : packed_(std::move(packed)), stream_(ZSTD_createDStream()) {
    if (stream_ == nullptr) throw std::bad_alloc();
  }
  ~ZstdSource() override { ZSTD_freeDStream(stream_); }
  ZstdSource(const ZstdSource&) = delete;
  ZstdSource& operator=(const ZstdSource&) = delete;

  std::size_t Read(char* to, std::size_t size) override {
    ZSTD_outBuffer out = {to, size, 0};
    while (out.pos == 0) {
      // What is left inside the decoder comes first.
      if (in_.pos == in_.size && drained_) {
        const std::string_view block = packed_.Next();
        if (block.empty()) {
          if (in_frame_) packed_.FailCut("zstd");
          return 0;
        }
        in_ = {block.data(), block.size(), 0};
      }
      const std::size_t left = ZSTD_decompressStream(stream_, &out, &in_);
      if (ZSTD_isError(left) != 0) packed_.FailDamaged("zstd", ZSTD_getErrorName(left));
      in_frame_ = left != 0;
      drained_ = out.pos < out.size || left == 0;
    }
    return out.pos;
  }

 private:
  PackedBytes packed_;
  ZSTD_DStream* stream_;
  ZSTD_inBuffer in_ = {nullptr, 0, 0};
  bool in_frame_ = true;  // a file that holds no frame at all is cut
  bool drained_ = true;
};

}  // namespace

std::unique_ptr<ByteSource> Unpacked(std::unique_ptr<ByteSource> source, const std::string& name) {
  auto peeked = std::make_unique<PeekedSource>(std::move(source));
  const std::string_view start = peeked->Peek(kZstdMagic.size());
  if (start.starts_with(kGzipMagic)) {
    return std::make_unique<GzipSource>(PackedBytes(std::move(peeked), name));
  }
  const bool skippable = start.size() >= 4 && (static_cast<unsigned char>(start[0]) & 0xF0) == 0x50 &&
                         start.substr(1, 3) == kSkippableMagic;
  if (start.starts_with(kZstdMagic) || skippable) {
    return std::make_unique<ZstdSource>(PackedBytes(std::move(peeked), name));
  }
  return peeked;
}

}  // namespace lengthwise
