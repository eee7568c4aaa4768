#include "tasks/retrieval_scorer.h"

#include <gtest/gtest.h>

namespace lengthwise {
namespace {

// Three documents on three axes; each query is a document of the corpus, nearest to itself and then to the
// one after.
class RetrievalScorerTest : public ::testing::Test {
 protected:
  RetrievalScorerTest() {
    for (const char* id : {"a", "b", "c"}) corpus_.documents.push_back({id, "", std::string(id) + " text"});
    queries_ = {corpus_.documents[0], corpus_.documents[1], {"q", "", "c text"}};
    corpus_.judgements = {{{1, 1}}, {{1, 1}}, {{2, 1}}};
    vectors_.dimension = 3;
    vectors_.values = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    query_vectors_.dimension = 3;
    query_vectors_.values = {1, 0.5F, 0, 0, 1, 0.5F, 0.5F, 0, 1};
  }

  Corpus corpus_;
  std::vector<Document> queries_;
  VectorSet vectors_, query_vectors_;
  ThreadPool pool_{1};
};

TEST_F(RetrievalScorerTest, FindsTheDocumentOfTheQuerysOwnIdUnlessAskedNotTo) {
  const RetrievalScorer all(corpus_, queries_, {3, 3, 3}, false, {}, pool_);
  const ScoredRun with = all.Score(vectors_, query_vectors_, {}, std::nullopt);
  // Query a finds document a first, and b, which is relevant, second: 1 / log2(3).
  EXPECT_NEAR(with.values[0], 0.6309297535714575, 1e-12);
  EXPECT_EQ(with.values[1], 1);
  EXPECT_EQ(all.unreachable(), 0U);

  const RetrievalScorer without(corpus_, queries_, {3, 3, 3}, true, {}, pool_);
  const ScoredRun run = without.Score(vectors_, query_vectors_, {}, std::nullopt);
  EXPECT_EQ(run.values[0], 1);
  EXPECT_EQ(run.values[1], 0);  // its one relevant document has its id
  EXPECT_EQ(run.values[2], 1);  // no document has its id
  EXPECT_EQ(without.unreachable(), 1U);
  const ScoredRun bm25 = without.ScoreBm25();
  EXPECT_EQ(bm25.values[2], 1);
  EXPECT_LT(bm25.values[1], 1);
  EXPECT_EQ(RunName(bm25.description), "bm25");
}

}  // namespace
}  // namespace lengthwise
