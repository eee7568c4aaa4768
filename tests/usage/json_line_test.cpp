#include "usage/json_line.h"

#include <gtest/gtest.h>

namespace lengthwise {
namespace {

TEST(JsonLine, KeepsTheOrderAndWritesEachKindOfValue) {
  EXPECT_EQ(JsonLine().text(), "{}");
  EXPECT_EQ(
      JsonLine()
          .Add("z", "a \"b\"\n")
          .Add("a", true)
          .Add("n", std::size_t{7})
          .Add("x", 0.5)
          .Add("list", std::vector<std::string>{"p", "q"})
          .Add("counts", std::vector<std::pair<std::string, std::size_t>>{{"two", 2}, {"one", 1}})
          .AddNull("none")
          .AddRaw("raw", "[1]")
          .AddMembers("{}")
          .AddMembers(R"({"p":1,"q":2})")
          .AddPath("path", "")
          .text(),
      R"({"z":"a \"b\"\n","a":true,"n":7,"x":0.5,"list":["p","q"],"counts":{"two":2,"one":1},"none":null,"raw":[1],"p":1,"q":2,"path":null})");
}

TEST(JsonLine, WritesBytesThatAreNoUtf8AsReplacements) {
  EXPECT_EQ(JsonLine().Add("path", "a\xFF").text(), "{\"path\":\"a\xEF\xBF\xBD\"}");
}

}  // namespace
}  // namespace lengthwise
