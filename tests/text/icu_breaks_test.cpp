#include "text/icu_breaks.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace lengthwise {
namespace {

std::vector<std::string> Sentences(const std::string& text) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (const std::size_t end : SentenceEnds(text)) {
    parts.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  EXPECT_EQ(begin, text.size());
  return parts;
}

using Parts = std::vector<std::string>;

TEST(IcuBreaks, SentencesEndBeforeTheNextBegins) {
  EXPECT_EQ(Sentences("It is 3.5 here. Is it? \"Yes!\" Good"),
            (Parts{"It is 3.5 here. ", "Is it? ", "\"Yes!\" ", "Good"}));
  EXPECT_EQ(Sentences("a line\nanother\r\n"), (Parts{"a line\n", "another\r\n"}));
  EXPECT_EQ(Sentences("\u5929\u6c17\u3002\u6700\u9ad8\u3002"),
            (Parts{"\u5929\u6c17\u3002", "\u6700\u9ad8\u3002"}));
  EXPECT_TRUE(Sentences("").empty());
}

TEST(IcuBreaks, InvalidBytesAreCharacters) {
  EXPECT_EQ(Sentences("One\xff. Two."), (Parts{"One\xff. ", "Two."}));
}

TEST(IcuBreaks, TheVersionIsANumber) {
  EXPECT_NE(IcuVersion().find_first_of("0123456789"), std::string::npos);
}

}  // namespace
}  // namespace lengthwise
