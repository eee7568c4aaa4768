#include "report/html_page.h"

#include <gtest/gtest.h>

#include <string>

#include "base/file.h"

namespace lengthwise {
namespace {

OrderedJson Example() {
  return OrderedJson::parse(ReadFile(LENGTHWISE_TEST_DATA "/report_example.json"));
}

// What stands between `begin` and the first `end` after it, as a browser would cut it.
std::string Between(const std::string& text, const std::string& begin, const std::string& end) {
  const std::size_t from = text.find(begin);
  if (from == std::string::npos) return "(nothing)";
  const std::size_t start = from + begin.size();
  return text.substr(start, text.find(end, start) - start);
}

std::string EmbeddedReport(const std::string& page) {
  return Between(page, "<script type=\"application/json\" id=\"report\">", "</script>");
}

TEST(HtmlPage, CarriesTheReportUnchanged) {
  const OrderedJson report = Example();
  EXPECT_EQ(OrderedJson::parse(EmbeddedReport(HtmlPage(report))), report);
}

TEST(HtmlPage, NamesTheModelInItsTitleAndTheResultInItsHeading) {
  const OrderedJson report = Example();
  const std::string page = HtmlPage(report);
  EXPECT_EQ(Between(page, "<title>", "</title>"), "Lengthwise: all-MiniLM-L6-v2");
  EXPECT_EQ(Between(page, "<h1 id=\"sentence\">", "</h1>"), report["sentence"].get<std::string>());
}

TEST(HtmlPage, FillsEveryPlaceholder) {
  EXPECT_EQ(HtmlPage(Example()).find("<!--lengthwise:"), std::string::npos);
}

TEST(HtmlPage, KeepsTextOfTheReportFromBecomingMarkup) {
  OrderedJson report = Example();
  const std::string hostile = "</script><script>alert(1)</script><!-- & <b> <!--lengthwise:report-->";
  report["sentence"] = hostile;
  report["model"]["name"] = hostile;
  report["data"]["source"] = hostile;
  const std::string page = HtmlPage(report);
  EXPECT_EQ(page.find("<script>alert"), std::string::npos);
  EXPECT_EQ(page.find("<b>"), std::string::npos);
  EXPECT_EQ(OrderedJson::parse(EmbeddedReport(page)), report);
}

TEST(HtmlPage, ShowsBytesThatAreNotUtf8AsReplacementCharacters) {
  OrderedJson report = Example();
  report["data"]["source"] = "pages\xff.txt";
  report["sentence"] = "cut \xe2\x82";
  const std::string page = HtmlPage(report);
  EXPECT_EQ(OrderedJson::parse(EmbeddedReport(page))["data"]["source"], "pages\xef\xbf\xbd.txt");
  EXPECT_NE(page.find("cut \xef\xbf\xbd</h1>"), std::string::npos);
}

TEST(HtmlPage, ForbidsEveryRequestByItsContentSecurityPolicy) {
  const std::string policy =
      Between(HtmlPage(Example()), "http-equiv=\"Content-Security-Policy\" content=\"", "\"");
  EXPECT_EQ(policy.find("default-src 'none';"), 0U);
  EXPECT_EQ(policy.find("http"), std::string::npos);
  EXPECT_EQ(policy.find('*'), std::string::npos);
}

TEST(HtmlPage, IsMadeOfAnEmptyReportToo) {
  EXPECT_EQ(EmbeddedReport(HtmlPage(OrderedJson::object())), "{}");
}

}  // namespace
}  // namespace lengthwise
