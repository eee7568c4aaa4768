#include "tasks/evaluate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/random.h"
#include "refusal.h"
#include "search/ranking_metrics.h"
#include "statistics/halves.h"
#include "tasks/compare_runs.h"

namespace lengthwise {
namespace {

const std::filesystem::path kTinyBert = std::filesystem::path(LENGTHWISE_TEST_DATA) / "tiny_bert";

std::string Text(std::size_t words, Random& random) {
  static const char* const kWords[] = {"the", "length", "of",    "text", "is",
                                       "a",   "long",   "token", "and",  "short"};
  std::string text;
  for (std::size_t w = 0; w < words; ++w) text += std::string(w > 0 ? " " : "") + kWords[random.Below(10)];
  return text;
}

// 40 documents of 2 to 60 words; 24 queries, each the first words of a document of their own.
Task MakeRetrieval() {
  Random random(1);
  RetrievalTask task;
  for (std::size_t d = 0; d < 40; ++d)
    task.corpus.documents.push_back({"d" + std::to_string(d), "", Text(2 + random.Below(59), random)});
  for (std::size_t q = 0; q < 24; ++q) {
    task.queries.push_back({"q" + std::to_string(q), "", task.corpus.documents[q].text.substr(0, 30)});
    task.corpus.judgements.push_back({{static_cast<std::uint32_t>(q), 1}});
  }
  return {"made", "made", std::move(task)};
}

EvaluationOptions Options() {
  EvaluationOptions options;
  options.resampling.replicates = 100;
  return options;
}

EmbedderOptions AtTemperature(float temperature, std::size_t threads = 1) {
  EmbedderOptions options;
  options.attention.temperature = temperature;
  options.threads = threads;
  return options;
}

Session OfLength(std::size_t length) {
  EmbedderOptions options = AtTemperature(1);
  options.max_length = length;
  return Session(kTinyBert, options);
}

Session InWindows(std::size_t window) {
  EmbedderOptions options = AtTemperature(1);
  options.max_length = window;
  options.long_input = {.kind = LongInputKind::kWindowMean, .window = window};
  return Session(kTinyBert, options);
}

const RunResult& Find(const TaskResult& result, const std::string& name) {
  return *std::find_if(result.runs.begin(), result.runs.end(),
                       [&](const RunResult& run) { return RunName(run.description) == name; });
}

std::vector<std::string> Texts(const std::vector<Document>& documents) {
  std::vector<std::string> texts;
  for (const Document& document : documents) texts.push_back(document.text);
  return texts;
}

double Cosine(std::span<const float> a, std::span<const float> b) {
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t c = 0; c < a.size(); ++c) ab += a[c] * b[c], aa += a[c] * a[c], bb += b[c] * b[c];
  return ab / std::sqrt(aa * bb);
}

// nDCG@10 of queries whose one relevant document is that of their own number, from every score.
double PlainNdcg(const std::vector<std::vector<double>>& scores) {
  double sum = 0;
  for (std::size_t q = 0; q < scores.size(); ++q) {
    const auto before =
        std::count_if(scores[q].begin(), scores[q].end(), [&](double score) { return score > scores[q][q]; });
    if (before < 10) sum += 1 / std::log2(static_cast<double>(before) + 2);
  }
  return sum / static_cast<double>(scores.size());
}

// From vectors that the embedders give.
double PlainNdcg(const RetrievalTask& task, const Session& for_documents, const Session& for_queries) {
  const Embeddings d = for_documents.Embed(Texts(task.corpus.documents), {});
  const Embeddings q = for_queries.Embed(Texts(task.queries), {});
  std::vector<std::vector<double>> scores(q.rows());
  for (std::size_t i = 0; i < q.rows(); ++i) {
    for (std::size_t j = 0; j < d.rows(); ++j) scores[i].push_back(Cosine(q.row(i), d.row(j)));
  }
  return PlainNdcg(scores);
}

TEST(EvaluateTask, AppliesATemperatureToTheSideAskedFor) {
  const Task task = MakeRetrieval();
  const auto& retrieval = std::get<RetrievalTask>(task.data);
  const Session base(kTinyBert, AtTemperature(1));
  EvaluationOptions options = Options();
  options.temperatures = {0.2F};
  options.sides = {Side::kBoth, Side::kDocuments, Side::kQueries};
  options.static_control = true;
  const std::vector<TaskResult> results = EvaluateTask(task, base, options);
  ASSERT_EQ(results.size(), 1U);
  ASSERT_EQ(results[0].runs.size(), 6U);
  const Session hot(kTinyBert, AtTemperature(0.2F));
  const auto score = [&](const std::string& name) {
    return *Find(results[0], name).metrics[0].score.estimate;
  };
  EXPECT_NEAR(score("model"), PlainNdcg(retrieval, base, base), 1e-9);
  EXPECT_NEAR(score("temperature 0.2"), PlainNdcg(retrieval, hot, hot), 1e-9);
  EXPECT_NEAR(score("temperature 0.2 documents"), PlainNdcg(retrieval, hot, base), 1e-9);
  EXPECT_NEAR(score("temperature 0.2 queries"), PlainNdcg(retrieval, base, hot), 1e-9);
  std::set<double> different = {score("model"), score("temperature 0.2"), score("temperature 0.2 documents"),
                                score("temperature 0.2 queries")};
  EXPECT_GT(different.size(), 2U);  // else the sides could be mixed up unseen
}

TEST(EvaluateTask, CutsDocumentsAloneInTheControlledArm) {
  const Task task = MakeRetrieval();
  const Session base(kTinyBert, AtTemperature(1));
  EvaluationOptions options = Options();
  options.cuts = {24, 40};
  const TaskResult result = EvaluateTask(task, base, options)[0];
  for (const std::size_t length : options.cuts) {
    const RunResult& run = Find(result, "cut to " + std::to_string(length) + " tokens");
    const Session cut = OfLength(length);
    EXPECT_NEAR(*run.metrics[0].score.estimate, PlainNdcg(std::get<RetrievalTask>(task.data), cut, base),
                1e-9);
    EXPECT_FALSE(run.description.repair.temperature);
  }
}

TEST(EvaluateTask, SetsTheSimilarityOfDocumentsBesideTheLoss) {
  const Session base(kTinyBert, AtTemperature(1));
  EvaluationOptions options = Options();
  options.static_control = true;
  const TaskResult result = EvaluateTask(MakeRetrieval(), base, options)[0];
  ASSERT_TRUE(result.collapse);
  EXPECT_EQ(result.collapse->loss_against, "bm25");
  const RunResult& bm25 = Find(result, "bm25");
  for (const CollapsePoint& point : result.collapse->points) {
    const RunResult& run = Find(result, point.run);
    for (std::size_t b = 0; b < run.by_length[0].buckets.size(); ++b) {
      if (run.by_length[0].buckets[b].from != point.from) continue;
      EXPECT_NEAR(point.loss,
                  *bm25.by_length[0].buckets[b].score.estimate - *run.by_length[0].buckets[b].score.estimate,
                  1e-12);
    }
  }
}

TEST(EvaluateTask, ComparesEveryRunWithTheModelQueryByQuery) {
  const Session base(kTinyBert, AtTemperature(1));
  EvaluationOptions options = Options();
  options.temperatures = {0.5F, 0.2F};
  const TaskResult result = EvaluateTask(MakeRetrieval(), base, options)[0];
  EXPECT_FALSE(result.runs[0].comparison);
  for (std::size_t r = 1; r < result.runs.size(); ++r) {
    const RunComparison& comparison = *result.runs[r].comparison;
    EXPECT_NEAR(*comparison.difference.estimate,
                *result.runs[r].metrics[0].score.estimate - *result.runs[0].metrics[0].score.estimate, 1e-12);
    EXPECT_LE(comparison.rescued.size(), comparison.better);
    EXPECT_LE(comparison.lost.size(), comparison.worse);
  }
  // Every query stands in one bucket of each kind.
  for (const BucketedScores& group : result.runs[0].by_length) {
    std::size_t count = 0;
    double sum = 0;
    for (const BucketScore& bucket : group.buckets) {
      count += bucket.count;
      sum += static_cast<double>(bucket.count) * *bucket.score.estimate;
      EXPECT_LE(static_cast<double>(bucket.from), bucket.length);
      EXPECT_GE(static_cast<double>(bucket.to), bucket.length);
    }
    EXPECT_EQ(count, 24U);
    EXPECT_NEAR(sum / 24, *result.runs[0].metrics[0].score.estimate, 1e-12);
  }
  ASSERT_TRUE(result.sweep);
  EXPECT_EQ(result.sweep->curves[0].temperatures.size(), 2U);
  EXPECT_LT(result.sweep->curves[0].temperatures[0], result.sweep->curves[0].temperatures[1]);
  ASSERT_EQ(result.sweep->choices.size(), 2U);
  EXPECT_EQ(result.sweep->choices[0].validation_units, result.sweep->choices[1].test_units);
  EXPECT_EQ(result.sweep->choices[0].validation_units + result.sweep->choices[0].test_units, 24U);
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

TEST(EvaluateTask, NamesEveryWayOfFittingAPostProcessing) {
  const Session base(kTinyBert, AtTemperature(1));
  EvaluationOptions options = Options();
  options.resampling.replicates = 10;
  options.post_processes = {ParsePostProcessSpec("center")};
  options.query_means = {ParseQueryMean("5"), ParseQueryMean("pseudo"), ParseQueryMean("documents")};
  options.temperatures = {0.5F};
  options.csls = {3};
  options.combine = true;
  const TaskResult result = EvaluateTask(MakeRetrieval(), base, options)[0];
  std::vector<std::string> names;
  for (const RunResult& run : result.runs) names.push_back(RunName(run.description));
  EXPECT_EQ(names,
            (std::vector<std::string>{"model", "csls:3", "csls:3 held out", "center", "center csls:3",
                                      "center held out", "center csls:3 held out",
                                      "center query mean 5 held out", "center query mean pseudo held out",
                                      "center query mean documents held out", "temperature 0.5",
                                      "temperature 0.5 center", "temperature 0.5 center held out", "bm25"}));
  // Of the sweep is the temperature alone.
  EXPECT_EQ(result.sweep->curves[0].temperatures.size(), 1U);
}

// Queries are words of documents of the other corpus; of the task's own, each is two of these joined.
TEST(EvaluateTask, ComparesTheSameContentAtTwoLengthsBesideBm25) {
  Task task = MakeRetrieval();
  auto& retrieval = std::get<RetrievalTask>(task.data);
  Corpus parts = std::move(retrieval.corpus);
  parts.name = "parts";
  retrieval.corpus = {};
  for (std::size_t d = 0; d < parts.documents.size(); d += 2) {
    retrieval.corpus.documents.push_back(
        {"w" + std::to_string(d), "", parts.documents[d].text + " " + parts.documents[d + 1].text});
  }
  for (std::uint32_t q = 0; q < 24; ++q) retrieval.corpus.judgements.push_back({{q / 2, 1}});
  retrieval.others.push_back(std::move(parts));
  const Session base(kTinyBert, AtTemperature(1));
  const TaskResult result = EvaluateTask(task, base, Options())[0];
  ASSERT_EQ(result.corpora.size(), 1U);
  const auto score = [&](const std::string& name) { return *Find(result, name).metrics[0].score.estimate; };
  // The other corpus alone, as a task of its own.
  EXPECT_NEAR(score("parts"),
              *EvaluateTask(MakeRetrieval(), base, Options())[0].runs[0].metrics[0].score.estimate, 1e-12);
  const CorpusComparison& found = result.corpora[0];
  EXPECT_NEAR(*found.model.estimate, score("model") - score("parts"), 1e-12);
  EXPECT_NEAR(*found.bm25.estimate, score("bm25") - score("parts bm25"), 1e-12);
  EXPECT_NEAR(*found.excess.estimate, *found.model.estimate - *found.bm25.estimate, 1e-12);
  EXPECT_EQ(found.documents, 40U);
  // Two special tokens a document: joined, a pair has two fewer.
  EXPECT_NEAR(found.own_length, 2 * found.length - 2, 1e-9);
}

TEST(EvaluateTask, RefusesOptionsThatSayNothing) {
  const Session base(kTinyBert, AtTemperature(1));
  EvaluationOptions options = Options();
  options.query_means = {ParseQueryMean("pseudo")};
  const auto says = [](const std::string& message, const char* part) {
    return message.find(part) != std::string::npos;
  };
  EXPECT_TRUE(
      says(testing::Refusal([&] { EvaluateTask(MakeRetrieval(), base, options); }), "none is asked for"));
  EXPECT_TRUE(says(testing::Refusal([] { ParseQueryMean("1"); }), "2 or more"));
  EXPECT_TRUE(says(testing::Refusal([] { ParseQueryMean("titles"); }), "titles"));
}

TEST(EvaluateTask, RefusesMoreNeighboursThanThereAreQueries) {
  const Session base(kTinyBert, AtTemperature(1));
  EvaluationOptions options = Options();
  options.csls = {24, 25};
  const std::string refusal =
      testing::Refusal([&] { CheckEvaluationOptions(options, base, MakeRetrieval()); });
  EXPECT_NE(refusal.find("25 neighbours, but made has 24 queries; ask for 24 or fewer"), std::string::npos)
      << refusal;
  options.csls = {24};
  CheckEvaluationOptions(options, base, MakeRetrieval());
}

TEST(EvaluateTask, SaysWhereAHalfOfTheQueriesIsTooFew) {
  std::size_t first = 0;
  for (std::size_t q = 0; q < 24; ++q) first += HalfOfQuery(q, 1) == 0 ? 1 : 0;
  const std::size_t half = std::min(first, 24 - first);
  const Session base(kTinyBert, AtTemperature(1));
  EvaluationOptions options = Options();
  options.resampling.seed = 1;
  options.post_processes = {ParsePostProcessSpec("center")};
  options.csls = {half};
  options.query_means = {ParseQueryMean(std::to_string(half))};
  EXPECT_TRUE(EvaluateTask(MakeRetrieval(), base, options)[0].notes.empty());
  options.csls = {half + 1};
  options.query_means = {ParseQueryMean(std::to_string(half + 1))};
  const std::vector<std::string> notes = EvaluateTask(MakeRetrieval(), base, options)[0].notes;
  ASSERT_EQ(notes.size(), 2U);
  EXPECT_NE(notes[0].find("CSLS with " + std::to_string(half + 1) + " neighbours"), std::string::npos);
  EXPECT_NE(notes[1].find("rests on the " + std::to_string(half)), std::string::npos);
}

TEST(EvaluateTask, RefusesToCombineNothing) {
  const Session base(kTinyBert, AtTemperature(1));
  const auto refuses = [&](const EvaluationOptions& options) {
    return testing::Refusal([&] { CheckEvaluationOptions(options, base, MakeRetrieval()); })
        .starts_with("nothing to combine");
  };
  EvaluationOptions options = Options();
  options.combine = true;
  EXPECT_TRUE(refuses(options));
  options.post_processes = {ParsePostProcessSpec("center")};
  EXPECT_TRUE(refuses(options));
  options.csls = {5};
  CheckEvaluationOptions(options, base, MakeRetrieval());
  options.csls = {};
  options.temperatures = {0.8F};
  CheckEvaluationOptions(options, base, MakeRetrieval());
  options.post_processes = {};
  EXPECT_TRUE(refuses(options));
}

TEST(EvaluateTask, RefusesToRemoveEveryDirection) {
  const Session base(kTinyBert, AtTemperature(1));
  EvaluationOptions options = Options();
  options.post_processes = {ParsePostProcessSpec("abtt:36")};
  const std::string refusal =
      testing::Refusal([&] { CheckEvaluationOptions(options, base, MakeRetrieval()); });
  EXPECT_NE(refusal.find("36 of 36 dimensions"), std::string::npos) << refusal;
  options.post_processes = {ParsePostProcessSpec("abtt:35")};
  CheckEvaluationOptions(options, base, MakeRetrieval());
}

// One run better by 1 on the units of one half only: that half chooses it, and the other half sees no gain;
// and the other way round, the other half keeps the model.
TEST(SummariseSweep, ReportsAChoiceOnTheUnitsThatDidNotMakeIt) {
  std::vector<std::string> ids;
  std::vector<std::optional<double>> base, swept;
  for (std::size_t u = 0; u < 60; ++u) {
    ids.push_back("unit " + std::to_string(u));
    base.push_back(0.5);
    swept.push_back(HalfOf(ids.back(), 9) == 0 ? 1.5 : 0.4);
  }
  std::vector<ScoredRun> runs(2);
  runs[0].metrics.push_back({"m", MeanOfUnits(base)});
  runs[1].metrics.push_back({"m", MeanOfUnits(swept)});
  runs[1].description.repair.temperature = 0.8F;
  ThreadPool pool(1);
  const Sweep sweep = *SummariseSweep(runs, ids, {}, {.seed = 9, .replicates = 50}, pool);
  ASSERT_EQ(sweep.choices.size(), 2U);
  EXPECT_DOUBLE_EQ(sweep.choices[0].temperature, double{0.8F});
  EXPECT_NEAR(sweep.choices[0].validation_difference, 1, 1e-12);
  EXPECT_NEAR(*sweep.choices[0].test_difference.estimate, -0.1, 1e-12);
  EXPECT_DOUBLE_EQ(sweep.choices[1].temperature, 1);
  EXPECT_NEAR(*sweep.choices[1].test_difference.estimate, 0, 1e-12);
}

TEST(HalfOf, SplitsIdsEvenlyAndBySeed) {
  std::size_t second = 0, moved = 0;
  for (std::size_t i = 0; i < 2000; ++i) {
    const std::string id = "q" + std::to_string(i);
    second += HalfOf(id, 1);
    moved += HalfOf(id, 1) != HalfOf(id, 2) ? 1 : 0;
  }
  // Standard deviation 22.
  EXPECT_NEAR(static_cast<double>(second), 1000, 112);
  EXPECT_NEAR(static_cast<double>(moved), 1000, 112);
}

TEST(EvaluateTask, IsTheSameAtAnyNumberOfThreads) {
  const Task task = MakeRetrieval();
  const Session one(kTinyBert, AtTemperature(1, 1));
  const Session three(kTinyBert, AtTemperature(1, 3));
  const TaskResult a = EvaluateTask(task, one, Options())[0];
  const TaskResult b = EvaluateTask(task, three, Options())[0];
  for (std::size_t r = 0; r < a.runs.size(); ++r) {
    for (std::size_t m = 0; m < a.runs[r].metrics.size(); ++m) {
      EXPECT_EQ(a.runs[r].metrics[m].score.estimate, b.runs[r].metrics[m].score.estimate);
      EXPECT_EQ(a.runs[r].metrics[m].score.low, b.runs[r].metrics[m].score.low);
    }
  }
}

TEST(EvaluateTask, GivesAFolderWithLabelsTwoResultsAndPairsOne) {
  Random random(2);
  LabelledTask labelled;
  labelled.labels = {"long", "short"};
  SimilarityTask similarity;
  for (std::uint32_t i = 0; i < 40; ++i) {
    labelled.label_of.push_back(i % 2);
    labelled.texts.push_back(Text(i % 2 == 0 ? 40 : 3, random));
    similarity.first.push_back(Text(5, random));
    similarity.second.push_back(i % 3 == 0 ? similarity.first.back() : Text(5, random));
    similarity.scores.push_back(i % 3 == 0 ? 5 : 1);
  }
  const Session base(kTinyBert, AtTemperature(1));
  EvaluationOptions options = Options();
  options.temperatures = {0.5F};
  options.sides = {Side::kDocuments, Side::kQueries};  // of no meaning here
  const std::vector<TaskResult> labels = EvaluateTask({"l", "l", labelled}, base, options);
  ASSERT_EQ(labels.size(), 2U);
  EXPECT_EQ(labels[0].kind, "classification");
  EXPECT_EQ(labels[0].units, 20U);
  EXPECT_EQ(labels[0].runs.size(), 2U);
  EXPECT_EQ(labels[1].kind, "clustering");
  EXPECT_EQ(labels[1].units, 40U);
  const TaskResult pairs = EvaluateTask({"p", "p", similarity}, base, options)[0];
  EXPECT_EQ(pairs.kind, "similarity");
  // Equal texts have cosine 1 and the higher score: ranks agree, but for ties among the lower scores.
  EXPECT_GT(*pairs.runs[0].metrics[0].score.estimate, 0.7);
}

}  // namespace
}  // namespace lengthwise
