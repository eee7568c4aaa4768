#include "lengthwise/report.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/file.h"
#include "base/json.h"
#include "lengthwise/error.h"

namespace lengthwise {
namespace {

std::string Example() {
  return ReadFile(std::filesystem::path(LENGTHWISE_TEST_DATA) / "report_example.json");
}

TEST(Describe, GivesTheSentencesOfAReport) {
  Json report = Json::parse(Example());
  EXPECT_EQ(Describe(Example()).advice, "") << "as reports had none once";
  report["advice"] = "Read less.";
  const Description description = Describe(report.dump());
  EXPECT_EQ(description.answer, report["sentence"]);
  EXPECT_EQ(description.advice, report["advice"]);
  EXPECT_EQ(Json(description.notes), report["notes"]);
  const Json summary = Json::parse(description.summary);
  EXPECT_EQ(summary["collapse_index"], report["collapse_index"]);
  EXPECT_EQ(summary["documents"], report["data"]["documents"]);
}

TEST(Describe, RefusesWhatIsNoDocument) {
  for (const char* text :
       {"", "[]", "{\"sentence\": 1}", "{\"format\": \"lengthwise-report\", \"sentence\": \"\"}"})
    EXPECT_THROW(Describe(text), Error) << text;
}

TEST(ReportPage, ShowsTheSentence) {
  const std::string page = ReportPage(Example());
  EXPECT_NE(page.find(Describe(Example()).answer), std::string::npos);
  EXPECT_THROW(ReportPage("no document"), Error);
}

}  // namespace
}  // namespace lengthwise
