#include "lengthwise/theory.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "lengthwise/error.h"
#include "lengthwise/report.h"

namespace lengthwise {
namespace {

TheoryOptions Small() {
  TheoryOptions options;
  options.sigmas = {0.5, 1};
  options.lengths = {8, 16};
  options.head_sizes = {8};
  options.draws = 4;
  options.command = {"program", "theory"};
  return options;
}

TEST(TheoryFace, GivesTheVerdictsOfItsDocument) {
  const TheoryResult result = RunTheory(Small());
  const Json document = Json::parse(result.document);
  EXPECT_EQ(document["command"], Json({"program", "theory"}));
  ASSERT_EQ(document["verdicts"].size(), result.verdicts.size());
  const Description description = Describe(result.document);
  ASSERT_EQ(description.findings.size(), result.verdicts.size());
  for (std::size_t v = 0; v < result.verdicts.size(); ++v) {
    EXPECT_EQ(document["verdicts"][v]["status"], VerdictStatusName(result.verdicts[v].status));
    EXPECT_NE(description.findings[v].find(result.verdicts[v].statement), std::string::npos);
  }
}

TEST(TheoryFace, EndsWhereProgressSaysSo) {
  try {
    RunTheory(Small(), [](std::size_t done, std::size_t) { return done < 100; });
    ADD_FAILURE() << "went on";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kCancelled);
  }
}

}  // namespace
}  // namespace lengthwise
