#include "base/base64.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace lengthwise {
namespace {

std::string Encoded(std::string_view text) {
  return EncodeBase64(std::as_bytes(std::span(text.data(), text.size())));
}

TEST(Base64, GivesTheTestVectorsOfRfc4648) {
  EXPECT_EQ(Encoded(""), "");
  EXPECT_EQ(Encoded("f"), "Zg==");
  EXPECT_EQ(Encoded("fo"), "Zm8=");
  EXPECT_EQ(Encoded("foo"), "Zm9v");
  EXPECT_EQ(Encoded("foob"), "Zm9vYg==");
  EXPECT_EQ(Encoded("fooba"), "Zm9vYmE=");
  EXPECT_EQ(Encoded("foobar"), "Zm9vYmFy");
}

TEST(Base64, BringsEveryByteBack) {
  Random random(5);
  for (std::size_t size = 0; size < 100; ++size) {
    std::vector<std::byte> bytes(size);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random.Below(256));
    EXPECT_EQ(DecodeBase64(EncodeBase64(bytes)), bytes);
  }
}

TEST(Base64, RefusesWhatIsNotBase64) {
  for (const char* text : {"Zg", "Zg=", "Z===", "====", "Zm=v", "Zm9v\n", "Zm9-", "Zg==Zg==", "Zh=="}) {
    EXPECT_FALSE(DecodeBase64(text)) << text;
  }
}

}  // namespace
}  // namespace lengthwise
