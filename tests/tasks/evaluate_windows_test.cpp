#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <string>
#include <vector>

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
using testing::PlainNdcg;
using testing::Texts;

Session InWindows(std::size_t window) {
  EmbedderOptions options = AtTemperature(1);
  options.max_length = window;
  options.long_input = {.kind = LongInputKind::kWindowMean, .window = window};
  return Session(kTinyBert, options);
}

TEST(EvaluateTask, CutsDocumentsIntoWindowsThatItAveragesOrSearchesEachByItself) {
  const Task task = MakeRetrieval();
  const auto& retrieval = std::get<RetrievalTask>(task.data);
  const Session base(kTinyBert, AtTemperature(1));
  EvaluationOptions options = Options();
  options.windows = {12};
  options.best = {1, 2};
  options.leads = {};
  const TaskResult result = EvaluateTask(task, base, options)[0];
  ASSERT_EQ(result.runs.size(), 5U);
  const Session window = InWindows(12);
  const auto score = [&](const std::string& name) { return *Find(result, name).metrics[0].score.estimate; };
  EXPECT_NEAR(score("window-mean 12"), PlainNdcg(retrieval, window, base), 1e-9);

  const WindowEmbeddings windows =
      window.EmbedWindows(Texts(retrieval.corpus.documents), {}, 0, Role::kDocument, false);
  EXPECT_GT(windows.rows(), 80U);  // else there is nothing to choose from
  const Embeddings queries = base.Embed(Texts(retrieval.queries), {});
  for (const std::size_t best : options.best) {
    std::vector<std::vector<double>> scores(queries.rows());
    for (std::size_t q = 0; q < queries.rows(); ++q) {
      std::vector<std::vector<double>> by_document(retrieval.corpus.documents.size());
      for (std::size_t w = 0; w < windows.rows(); ++w) {
        const std::span<const float> row(windows.values.data() + w * windows.dimension, windows.dimension);
        by_document[windows.text[w]].push_back(Cosine(queries.row(q), row));
      }
      for (std::vector<double>& cosines : by_document) {
        std::sort(cosines.rbegin(), cosines.rend());
        const std::size_t count = std::min(best, cosines.size());
        double sum = 0;
        for (std::size_t i = 0; i < count; ++i) sum += cosines[i];
        scores[q].push_back(sum / static_cast<double>(count));
      }
    }
    const std::string name = "window-max 12 best " + std::to_string(best);
    EXPECT_NEAR(score(name), PlainNdcg(scores), 1e-9) << name;
    EXPECT_TRUE(Find(result, name).cosines.empty());
  }
}

// What a session with the policy gives, and with the numbers of the formula itself.
TEST(EvaluateTask, SetsTheFirstWindowBesideTheMeanOfAll) {
  const Task task = MakeRetrieval();
  const auto& retrieval = std::get<RetrievalTask>(task.data);
  const Session base(kTinyBert, AtTemperature(1));
  EvaluationOptions options = Options();
  options.windows = {12};
  options.best = {};
  options.leads = {0.3, 0.8};
  const TaskResult result = EvaluateTask(task, base, options)[0];
  // Model, mean, two leads, two beside the best window, BM25.
  ASSERT_EQ(result.runs.size(), 7U);
  for (const double lead : options.leads) {
    EmbedderOptions policy = AtTemperature(1);
    policy.long_input = {.kind = LongInputKind::kLeadBody, .window = 12, .stride = 0, .lead = lead};
    const Session mixed(kTinyBert, policy);
    const std::string name = lead == kDefaultLead ? "lead-body 12" : "lead-body 12 lead 0.8";
    EXPECT_NEAR(*Find(result, name).metrics[0].score.estimate, PlainNdcg(retrieval, mixed, base), 1e-9);
    EXPECT_FALSE(Find(result, name).cosines.empty());
  }
}

}  // namespace
}  // namespace lengthwise
