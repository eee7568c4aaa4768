#include "tasks/held_out.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tasks/evaluate.h"
#include "tasks/made_retrieval.h"

namespace lengthwise {
namespace {

using testing::AtTemperature;
using testing::Cosine;
using testing::Find;
using testing::kTinyBert;
using testing::MakeRetrieval;
using testing::Options;

TEST(SplitHeldOut, HalvesDocumentsAndQueriesInEveryDrawAnew) {
  std::vector<std::uint8_t> first;
  for (std::size_t draw = 0; draw < kHeldOutDraws; ++draw) {
    const HeldOutSplit split = SplitHeldOut(41, 20, 5, draw);
    EXPECT_NEAR(std::accumulate(split.documents.begin(), split.documents.end(), 0), 20, 1);
    EXPECT_EQ(std::accumulate(split.queries.begin(), split.queries.end(), 0), 10);
    if (draw == 0) first = split.documents;
    EXPECT_EQ(split.documents == first, draw == 0);
  }
}

// Centred by hand: a document on the mean of the half that it is not of, a query on that of the queries of
// the other half.
TEST(EvaluateTask, ProcessesEveryDocumentByTheFitThatHasNotSeenIt) {
  const Task task = MakeRetrieval();
  const auto& retrieval = std::get<RetrievalTask>(task.data);
  const Session base(kTinyBert, AtTemperature(1));
  EvaluationOptions options = Options();
  options.post_processes = {{.kind = PostProcessKind::kCenter}};
  const TaskResult result = EvaluateTask(task, base, options)[0];
  const Embeddings d = base.Embed(testing::Texts(retrieval.corpus.documents), {});
  const Embeddings q = base.Embed(testing::Texts(retrieval.queries), {});
  const auto mean = [](const Embeddings& rows, const std::vector<std::uint8_t>& halves, std::size_t half) {
    std::vector<float> sum(rows.dimension, 0.0F);
    float count = 0;
    for (std::size_t r = 0; r < rows.rows(); ++r) count += halves[r] == half ? 1.0F : 0.0F;
    for (std::size_t r = 0; r < rows.rows(); ++r) {
      for (std::size_t c = 0; c < sum.size() && halves[r] == half; ++c) sum[c] += rows.row(r)[c] / count;
    }
    return sum;
  };
  const auto less = [](std::span<const float> row, const std::vector<float>& from) {
    std::vector<float> moved(row.begin(), row.end());
    for (std::size_t c = 0; c < moved.size(); ++c) moved[c] -= from[c];
    return moved;
  };
  double expected = 0;
  for (std::size_t draw = 0; draw < kHeldOutDraws; ++draw) {
    const HeldOutSplit split = SplitHeldOut(d.rows(), q.rows(), options.resampling.seed, draw);
    std::vector<std::vector<double>> scores(q.rows());
    for (std::size_t i = 0; i < q.rows(); ++i) {
      const std::vector<float> query = less(q.row(i), mean(q, split.queries, 1 - split.queries[i]));
      for (std::size_t j = 0; j < d.rows(); ++j) {
        const std::vector<float> centre = mean(d, split.documents, 1 - split.documents[j]);
        scores[i].push_back(Cosine(query, less(d.row(j), centre)));
      }
    }
    expected += testing::PlainNdcg(scores) / kHeldOutDraws;
  }
  EXPECT_NEAR(*Find(result, "center held out").metrics[0].score.estimate, expected, 1e-6);
  EXPECT_TRUE(result.notes.empty());
}

}  // namespace
}  // namespace lengthwise
