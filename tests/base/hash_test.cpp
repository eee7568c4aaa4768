#include "base/hash.h"

#include <gtest/gtest.h>

#include <span>
#include <string>

namespace lengthwise {
namespace {

std::string DigestOf(std::initializer_list<std::string_view> texts) {
  Hasher hasher;
  for (const std::string_view text : texts) hasher.Add(text);
  return hasher.Digest();
}

std::string DigestOfBytes(std::string_view bytes, std::size_t step) {
  Hasher hasher;
  for (std::size_t i = 0; i < bytes.size(); i += step) {
    hasher.Add(std::as_bytes(std::span(bytes.substr(i, step))));
  }
  return hasher.Digest();
}

TEST(HasherTest, NothingHashesToThePublishedValue) {
  // XXH3-128 of no bytes, seed 0, from the specification's test vectors.
  EXPECT_EQ(Hasher().Digest(), "99aa06d3014798d86001c324468d497f");
}

TEST(HasherTest, BytesHashAlikeInOnePieceAndInMany) {
  std::string bytes;
  for (int i = 0; i < 5000; ++i) bytes.push_back(static_cast<char>(i * 31));
  const std::string whole = DigestOfBytes(bytes, bytes.size());
  EXPECT_EQ(DigestOfBytes(bytes, 1), whole);
  EXPECT_EQ(DigestOfBytes(bytes, 77), whole);
  bytes[2500] = static_cast<char>(bytes[2500] ^ 1);
  EXPECT_NE(DigestOfBytes(bytes, bytes.size()), whole);
}

TEST(HasherTest, TextsKeepTheirBounds) {
  EXPECT_NE(DigestOf({"ab", "c"}), DigestOf({"a", "bc"}));
  EXPECT_NE(DigestOf({"", "a"}), DigestOf({"a", ""}));
  EXPECT_EQ(DigestOf({"ab", "c"}), DigestOf({"ab", "c"}));
}

TEST(HasherTest, ADigestCanBeReadOnTheWay) {
  Hasher hasher;
  hasher.Add("ab");
  EXPECT_EQ(hasher.Digest(), DigestOf({"ab"}));
  hasher.Add("c");
  EXPECT_EQ(hasher.Digest(), DigestOf({"ab", "c"}));
}

}  // namespace
}  // namespace lengthwise
