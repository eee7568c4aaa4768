#include <gtest/gtest.h>

#include "base/temporary_folder.h"
#include "lengthwise/task.h"

namespace lengthwise {
namespace {

class TaskFolder : public testing::Test {
 protected:
  void PutRetrieval() {
    folder_.Put("corpus.jsonl",
                "{\"_id\": \"d1\", \"title\": \"One\", \"text\": \"first\"}\n{\"_id\": \"d2\", \"text\": "
                "\"second\"}\n");
    folder_.Put("queries.jsonl",
                "{\"_id\": \"q1\", \"text\": \"which\"}\n{\"_id\": \"q2\", \"text\": "
                "\"unjudged\"}\n{\"_id\": \"q3\", \"text\": \"who\"}\n");
    folder_.Put("qrels.tsv", "query-id\tcorpus-id\tscore\nq3\td2\t2\nq1\td2\t1\nq1\td1\t0\n");
  }

  void ExpectRefusal(const std::string& part) {
    ExpectError(ErrorOf([&] { ReadTask(folder_.path()); }), "bad_input", part);
  }

  TemporaryFolder folder_;
};

TEST_F(TaskFolder, ReadsRetrievalAndLeavesOutQueriesWithoutAJudgement) {
  PutRetrieval();
  const Task task = ReadTask(folder_.path());
  EXPECT_EQ(task.name, folder_.path().filename().string());
  const auto& retrieval = std::get<RetrievalTask>(task.data);
  ASSERT_EQ(retrieval.corpus.documents.size(), 2U);
  EXPECT_EQ(retrieval.corpus.documents[0].title, "One");
  ASSERT_EQ(retrieval.queries.size(), 2U);
  EXPECT_EQ(retrieval.queries[1].id, "q3");
  EXPECT_EQ(retrieval.unjudged_queries, 1U);
  ASSERT_EQ(retrieval.corpus.judgements[0].size(), 2U);
  EXPECT_EQ(retrieval.corpus.judgements[0][0].document, 0U);
  EXPECT_EQ(retrieval.corpus.judgements[0][0].grade, 0);
  EXPECT_EQ(retrieval.corpus.judgements[1][0].document, 1U);
  EXPECT_EQ(retrieval.corpus.judgements[1][0].grade, 2);
}

TEST_F(TaskFolder, ReadsJudgementsWithoutAHeaderAndFromTheQrelsFolder) {
  PutRetrieval();
  std::filesystem::remove(folder_.path() / "qrels.tsv");
  std::filesystem::create_directory(folder_.path() / "qrels");
  folder_.Put("qrels/test.tsv", "q1\td2\t1\r\nq3\td1\t1\r\n");
  EXPECT_EQ(std::get<RetrievalTask>(ReadTask(folder_.path() / "").data).queries.size(), 2U);
}

TEST_F(TaskFolder, ReadsOtherCorporaThatAnswerTheSameQueries) {
  PutRetrieval();
  folder_.Put("corpus-parts.jsonl", R"({"_id": "p1", "text": "part"})"
                                    "\n"
                                    R"({"_id": "p2", "text": "other part"})"
                                    "\n");
  ExpectRefusal("qrels-parts.tsv");
  folder_.Put("qrels-parts.tsv", "q1\tp2\t1\n");
  ExpectRefusal("query q3 has no judgement here");
  folder_.Put("qrels-parts.tsv", "q1\tp2\t1\nq3\tp9\t1\n");
  ExpectRefusal("qrels-parts.tsv:2: p9 is not the \"_id\" of a line of corpus-parts.jsonl");
  folder_.Put("qrels-parts.tsv", "q3\tp1\t1\nq1\tp2\t1\n");
  const Task task = ReadTask(folder_.path());
  const auto& retrieval = std::get<RetrievalTask>(task.data);
  ASSERT_EQ(retrieval.others.size(), 1U);
  EXPECT_EQ(retrieval.others[0].name, "parts");
  EXPECT_EQ(retrieval.others[0].documents[1].text, "other part");
  ASSERT_EQ(retrieval.others[0].judgements.size(), 2U);  // of q1 and q3, in the order of the queries
  EXPECT_EQ(retrieval.others[0].judgements[0][0].document, 1U);
  EXPECT_EQ(retrieval.others[0].judgements[1][0].document, 0U);
}

TEST_F(TaskFolder, NamesTheLineOfABadJudgement) {
  const std::pair<const char*, const char*> cases[] = {
      {"q1\td2\t1\nq1\td9\t1\n", "qrels.tsv:2: d9 is not the \"_id\" of a line of corpus.jsonl"},
      {"query-id\tcorpus-id\tscore\nq7\td1\t1\n",
       "qrels.tsv:2: q7 is not the \"_id\" of a line of queries.jsonl"},
      {"q1\td1\t1\nq1\td2\tnan\n", "qrels.tsv:2: the grade \"nan\""},
      {"q1\td1\t1.5\n", "qrels.tsv:1: the grade \"1.5\""},
      {"q1\td1\t1\nq3\td1\t1\nq1\td1\t1\n",
       "qrels.tsv:3: query q1 and document d1 are judged on line 1 already"},
      {"q1 d1 1\n", "qrels.tsv:1: expected"},
      {"q1\t0\td1\t1\n", "qrels.tsv:1: expected"},
      {"q1\td1\t0\n", "nothing is relevant"},
      {"query-id\tcorpus-id\tscore\n", "holds no judgement"},
  };
  for (const auto& [qrels, message] : cases) {
    PutRetrieval();
    folder_.Put("qrels.tsv", qrels);
    ExpectRefusal(message);
  }
}

TEST_F(TaskFolder, NamesTheLineOfABadDocumentOrQuery) {
  const std::pair<const char*, const char*> cases[] = {
      {"{\"_id\": \"d1\", \"text\": \"a\"}\n\n{\"_id\": \"d1\", \"text\": \"b\"}\n",
       ":3: \"_id\" d1 stands on line 1 already"},
      {"{\"_id\": \"d1\", \"text\": \" \"}\n", ":1: the text of \"_id\" d1 is empty"},
      {"{\"_id\": \"d1\", \"text\": \"a\"}\n{\"_id\": \"d2\", \"text\": \"b\"\n", ":2: not valid JSON"},
      {"{\"_id\": 4, \"text\": \"a\"}\n", ":1: \"_id\" has the wrong type"},
      {"{\"text\": \"a\"}\n", ":1: \"_id\" is missing"},
      {"[1]\n", ":1: expected a JSON object"},
      {"\n", "holds no text"},
  };
  for (const char* file : {"corpus.jsonl", "queries.jsonl"}) {
    for (const auto& [lines, message] : cases) {
      PutRetrieval();
      folder_.Put(file, lines);
      ExpectRefusal(std::string(message).starts_with(":") ? file + std::string(message) : message);
    }
  }
}

TEST_F(TaskFolder, ReadsLabelsAndTheSplit) {
  folder_.Put("docs.jsonl",
              "{\"text\": \"a\", \"label\": \"y\", \"split\": \"train\"}\n{\"text\": \"b\", \"label\": 7, "
              "\"split\": \"train\"}\n"
              "{\"text\": \"c\", \"label\": \"y\", \"split\": \"test\"}\n{\"text\": \"v\", \"label\": 9, "
              "\"split\": \"validation\"}\n"
              "{\"text\": \"d\", \"label\": 7, \"split\": \"train\"}\n");
  const Task task = ReadTask(folder_.path());
  const auto& labelled = std::get<LabelledTask>(task.data);
  EXPECT_EQ(labelled.labels, (std::vector<std::string>{"7", "y"}));
  EXPECT_EQ(labelled.label_of, (std::vector<std::uint32_t>{1, 0, 1, 0}));
  EXPECT_EQ(labelled.is_test, (std::vector<bool>{false, false, true, false}));
}

TEST_F(TaskFolder, ReadsClustersOfWhatIsKept) {
  PutRetrieval();
  const auto plain = std::get<RetrievalTask>(ReadTask(folder_.path()).data);
  EXPECT_TRUE(plain.clusters.empty());
  RetrievalTask task = plain;
  for (std::size_t q = 0; q < task.queries.size(); ++q) task.clusters.push_back(q == 0 ? "a" : "b");
  WriteTask(task, folder_.path());
  EXPECT_EQ(std::get<RetrievalTask>(ReadTask(folder_.path()).data).clusters, task.clusters);
}

TEST_F(TaskFolder, NamesTheLineOfABadLabel) {
  const std::string pair = "{\"text\": \"a\", \"label\": \"x\"}\n{\"text\": \"b\", \"label\": \"x\"}\n";
  const std::pair<std::string, const char*> cases[] = {
      {pair + "{\"text\": \"c\", \"label\": \"y\"}\n", "docs.jsonl:3: this is the only text with label y"},
      {pair, "holds 1 label(s)"},
      {pair + "{\"text\": \"\", \"label\": \"y\"}\n", "docs.jsonl:3: \"text\" is empty"},
      {pair + "{\"text\": \"c\"}\n", "docs.jsonl:3: \"label\" is missing"},
      {pair + "{\"text\": \"c\", \"label\": [1]}\n", "docs.jsonl:3: \"label\" must be"},
      {pair + "{\"text\": \"c\", \"label\": \"y\", \"cluster\": 1}\n",
       "docs.jsonl:3: some lines have a \"cluster\""},
      {pair + "{\"text\": \"c\", \"label\": \"y\", \"split\": \"test\"}\n",
       "docs.jsonl:3: some texts have a \"split\""},
      {pair + "{\"text\": \"c\", \"label\": \"y\", \"split\": \"dev\"}\n", "docs.jsonl:3: \"split\" is dev"},
      {"{\"text\": \"a\", \"label\": 1, \"split\": \"train\"}\n{\"text\": \"b\", \"label\": 1, \"split\": "
       "\"test\"}\n"
       "{\"text\": \"c\", \"label\": 2, \"split\": \"test\"}\n{\"text\": \"d\", \"label\": 2, \"split\": "
       "\"test\"}\n",
       "docs.jsonl:3: no text with label 2 has \"split\" train"},
  };
  for (const auto& [lines, message] : cases) {
    folder_.Put("docs.jsonl", lines);
    ExpectRefusal(message);
  }
}

TEST_F(TaskFolder, ReadsPairsUnderBothNamesAndNamesTheLineOfABadOne) {
  const std::string good =
      "{\"sentence1\": \"a\", \"sentence2\": \"b\", \"score\": 1}\n"
      "{\"text1\": \"c\", \"text2\": \"d\", \"score\": 2.5}\n"
      "{\"text1\": \"e\", \"text2\": \"f\", \"score\": 0}\n";
  folder_.Put("pairs.jsonl", good);
  const Task task = ReadTask(folder_.path());
  const auto& similarity = std::get<SimilarityTask>(task.data);
  EXPECT_EQ(similarity.second, (std::vector<std::string>{"b", "d", "f"}));
  EXPECT_EQ(similarity.scores, (std::vector<double>{1, 2.5, 0}));
  const std::pair<std::string, const char*> cases[] = {
      {good + "{\"text1\": \"e\", \"text2\": \"f\", \"score\": NaN}\n", "pairs.jsonl:4: not valid JSON"},
      {good + "{\"text1\": \"e\", \"text2\": \"f\", \"score\": \"nan\"}\n",
       "pairs.jsonl:4: \"score\" has the wrong type"},
      {good + "{\"text1\": \"e\", \"text2\": \"f\"}\n", "pairs.jsonl:4: \"score\" is missing"},
      {good + "{\"text1\": \"e\", \"text2\": \"\", \"score\": 1}\n", "pairs.jsonl:4: \"text2\" is empty"},
      {"{\"text1\": \"e\", \"text2\": \"f\", \"score\": 1}\n", "fewer than 3 pairs"},
  };
  for (const auto& [lines, message] : cases) {
    folder_.Put("pairs.jsonl", lines);
    ExpectRefusal(message);
  }
}

TEST_F(TaskFolder, MustHoldOneTask) {
  ExpectRefusal("this one holds none of them");
  PutRetrieval();
  folder_.Put("pairs.jsonl", "");
  ExpectRefusal("this one holds more than one");
  ExpectError(ErrorOf([&] { ReadTask(folder_.path() / "nowhere"); }), "io", "nowhere is not a folder");
}

}  // namespace
}  // namespace lengthwise
