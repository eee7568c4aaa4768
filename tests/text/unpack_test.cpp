#include "text/unpack.h"

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/temporary_folder.h"
#include "text/documents.h"

namespace lengthwise {
namespace {

std::string Gzip(std::string_view bytes) {
  z_stream stream = {};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(packed.size() - stream.avail_out);
  deflateEnd(&stream);
  return packed;
}

std::string Zstd(std::string_view bytes) {
  std::string packed(ZSTD_compressBound(bytes.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), bytes.data(), bytes.size(), 3));
  return packed;
}

// In reads of `size` bytes.
std::string Unpack(std::string_view packed, std::size_t size = 1 << 16) {
  const std::unique_ptr<ByteSource> source = Unpacked(std::make_unique<MemorySource>(packed), "a");
  std::string bytes;
  std::string block(size, '\0');
  while (const std::size_t count = source->Read(block.data(), block.size())) bytes.append(block, 0, count);
  return bytes;
}

std::string Refusal(std::string_view packed) {
  return ErrorOf([&] { Unpack(packed); });
}

// Letters that pack to about half their size, so that archives have more than one block.
std::string Letters(std::size_t size) {
  Random random(7);
  std::string letters(size, 'a');
  for (char& letter : letters) letter = static_cast<char>('a' + random.Next() % 16);
  return letters;
}

TEST(UnpackTest, ArchivesGiveWhatWasPacked) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{65536}, std::size_t{400001}}) {
    const std::string letters = Letters(size);
    for (const std::size_t read :
         {std::size_t{1}, std::size_t{1000}, std::size_t{65536}, std::size_t{1} << 20}) {
      if (read == 1 && size > 65536) continue;
      EXPECT_TRUE(Unpack(Gzip(letters), read) == letters) << size << " by " << read;
      EXPECT_TRUE(Unpack(Zstd(letters), read) == letters) << size << " by " << read;
      EXPECT_TRUE(Unpack(letters, read) == letters) << size << " by " << read;
    }
  }
}

TEST(UnpackTest, ArchivesOneAfterTheOtherAreOne) {
  const std::string a = Letters(70000);
  EXPECT_TRUE(Unpack(Gzip(a) + Gzip("") + Gzip("b")) == a + "b");
  EXPECT_TRUE(Unpack(Zstd(a) + Zstd("") + Zstd("b")) == a + "b");
  EXPECT_EQ(Unpack(Gzip("x") + std::string(512, '\0')), "x");                 // padding, as tapes have it
  EXPECT_EQ(Unpack(std::string_view("\x50\x2A\x4D\x18\x01\0\0\0?", 9)), "");  // a frame that is skipped
}

TEST(UnpackTest, AnArchiveThatIsCutIsRefused) {
  const std::string letters = Letters(300000);
  for (const std::string& packed : {Gzip(letters), Zstd(letters)}) {
    for (const std::size_t size :
         {std::size_t{4}, std::size_t{12}, packed.size() / 2, packed.size() - 9, packed.size() - 1}) {
      ExpectError(Refusal(packed.substr(0, size)), "bad_input", "archive is cut: its end is missing");
    }
  }
}

TEST(UnpackTest, ADamagedArchiveIsRefused) {
  const std::string letters = Letters(300000);
  std::string gzip = Gzip(letters);
  gzip[gzip.size() / 2] = static_cast<char>(~gzip[gzip.size() / 2]);
  ExpectError(Refusal(gzip), "bad_input", "a: the gzip archive is damaged");
  ExpectError(Refusal(Gzip("x") + "trailing"), "bad_input", "a: the gzip archive is damaged");
  ExpectError(Refusal(Zstd("x") + "trailing"), "bad_input", "a: the zstd archive is damaged");
  std::string sum = Gzip("x");
  sum[sum.size() - 8] = static_cast<char>(sum[sum.size() - 8] + 1);
  ExpectError(Refusal(sum), "bad_input", "incorrect data check");
}

TEST(UnpackTest, DocumentsAreReadThroughArchives) {
  const TemporaryFolder folder;
  const auto texts = [&](const std::string& name, std::string_view bytes) {
    std::string all;
    for (const Document& document : ReadDocuments({.path = folder.Put(name, bytes)}))
      all += document.text + "|";
    return all;
  };
  EXPECT_EQ(texts("d.jsonl.gz", Gzip("{\"text\": \"one\"}\n")), "one|");
  EXPECT_EQ(texts("d.csv.gz", Gzip("text\none\n")), "one|");
  EXPECT_EQ(texts("d.tsv.zst", Zstd("text\tn\none\t1\n")), "one|");
  EXPECT_EQ(texts("d.json.zst", Zstd("[\"one\", \"two\"]")), "one|two|");
  EXPECT_EQ(texts("misnamed.txt", Gzip("one\ntwo\n")), "one|two|");
  ExpectError(ErrorOf([&] { texts("d.txt.gz", Gzip(Gzip("one"))); }), "bad_input",
              "d.txt.gz: a gzip archive inside another archive");
  ExpectError(
      ErrorOf([&] { texts("d.tar.gz", Gzip(std::string("a.txt") + std::string(252, '\0') + "ustar")); }),
      "bad_input", "d.tar.gz: a tar archive");
}

}  // namespace
}  // namespace lengthwise
