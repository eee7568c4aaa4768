#include <gtest/gtest.h>

#include <string>

#include "lengthwise/generate.h"
#include "refusal.h"

namespace lengthwise {
namespace {

using testing::Refusal;

const std::string kRest =
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen and more words that make one line too long to be a query of its own, "
    "as it goes on and on";

TEST(PseudoTasks, ASentenceIsTakenOutWithItsStop) {
  const PseudoTask made = MakePseudoTask({{"a", "", kRest + ".\nThis is asked. "}}, {});
  ASSERT_EQ(made.task.queries.size(), 1U);
  EXPECT_EQ(made.task.queries[0].text, "This is asked");
  EXPECT_EQ(made.task.queries[0].id, "sentence:a");
  EXPECT_EQ(made.task.corpus.documents[0].text, kRest + ".\n");
  EXPECT_EQ(made.task.corpus.judgements[0][0].document, 0U);
}

TEST(PseudoTasks, ATitleIsTakenAwayAndOutOfTheFirstLine) {
  const PseudoOptions options{.kind = PseudoQueryKind::kTitle};
  const PseudoTask made = MakePseudoTask(
      {{"a", " A title ", "A title\nA text with A title in it"}, {"b", "", "no title"}}, options);
  ASSERT_EQ(made.task.queries.size(), 1U);
  EXPECT_EQ(made.task.queries[0].text, "A title");
  EXPECT_EQ(made.task.corpus.documents[0].title, "");
  EXPECT_EQ(made.task.corpus.documents[0].text, "A text with A title in it");
  EXPECT_EQ(made.without_query, 1U);
  EXPECT_EQ(made.task.corpus.documents.size(), 2U);
}

TEST(PseudoTasks, BothGiveTwoQueriesOfOneDocument) {
  const PseudoTask made = MakePseudoTask({{"x", "", ""}, {"a", "Title", kRest + ". This is asked."}}, {});
  ASSERT_EQ(made.task.queries.size(), 2U);
  EXPECT_EQ(made.sources, (std::vector<std::string>{"title", "sentence"}));
  EXPECT_EQ(made.task.corpus.judgements[1][0].document, 0U);
  EXPECT_EQ(made.empty, 1U);
}

TEST(PseudoTasks, ASentenceThatStandsTwiceIsNotAsked) {
  const PseudoTask made =
      MakePseudoTask({{"a", "", kRest + ". It comes again. It comes again. It comes once."}}, {});
  EXPECT_EQ(made.task.queries[0].text, "It comes once");
}

TEST(PseudoTasks, AShortTextKeepsItsSentences) {
  const std::vector<Document> documents = {{"short", "", "This is short. So is this."},
                                           {"long", "", kRest + ". This is asked."}};
  const PseudoTask made = MakePseudoTask(documents, {});
  EXPECT_EQ(made.task.corpus.documents[0].text, documents[0].text);
  EXPECT_EQ(made.task.queries.size(), 1U);
  EXPECT_EQ(made.without_query, 1U);
  EXPECT_NE(Refusal([&] { MakePseudoTask({documents[0]}, {}); }).find("none of 1 documents"),
            std::string::npos);
}

TEST(PseudoTasks, ASampleKeepsTheOrderAndTheQueriesOfItsDocuments) {
  std::vector<Document> documents;
  for (int i = 0; i < 40; ++i) {
    documents.push_back(
        {std::to_string(i), "",
         kRest + ". The first of " + std::to_string(i) + ". The second of " + std::to_string(i) + "."});
  }
  const PseudoTask all = MakePseudoTask(documents, {});
  const PseudoTask sample = MakePseudoTask(documents, {.max_documents = 10});
  ASSERT_EQ(sample.task.corpus.documents.size(), 10U);
  int last = -1;
  for (std::size_t i = 0; i < 10; ++i) {
    const int number = std::stoi(sample.task.corpus.documents[i].id);
    EXPECT_GT(number, last);
    last = number;
    EXPECT_EQ(sample.task.queries[i].text, all.task.queries[static_cast<std::size_t>(number)].text);
  }
}

}  // namespace
}  // namespace lengthwise
