#include "tuning/tune.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "base/fail.h"
#include "search/matching.h"
#include "search/ranking_metrics.h"
#include "statistics/halves.h"
#include "tasks/compare_runs.h"
#include "tasks/retrieval.h"
#include "tasks/unit_clusters.h"
#include "tuning/candidates.h"
#include "tuning/choice.h"
#include "tuning/judge.h"
#include "tuning/map.h"
#include "tuning/tuning_vectors.h"

namespace lengthwise {
namespace {

constexpr std::size_t kTuneDepth = 10;  // of nDCG@10

void CheckTune(const RetrievalTask& task, const Session& base, const TuneOptions& options) {
  const EmbedderOptions& of = base.options();
  if (of.long_input.kind != LongInputKind::kTruncate || !of.post_process.IsIdentity()) {
    Fail(ErrorCode::kBadInput,
         "tuning chooses how long texts are read and what is done to vectors, but the embedder has such a "
         "repair already; leave it out");
  }
  if (options.vectors < 2)
    Fail(ErrorCode::kBadInput, "several vectors a document are 2 or more, not {}", options.vectors);
  if (task.corpus.documents.size() < 2) {
    Fail(ErrorCode::kBadInput,
         "there is one document, and nothing to find it among; give the collection that is searched");
  }
  if (!task.queries.empty() && task.queries.size() < kLeastTuneQueries) {
    Fail(ErrorCode::kBadInput,
         "{} quer{} say nothing about a repair; give {} or more, or none, for the recipe, which needs none",
         task.queries.size(), task.queries.size() == 1 ? "y" : "ies", kLeastTuneQueries);
  }
}

void DescribeLengths(const TuningVectors& vectors, TuneResult& result) {
  double all = 0, beyond = 0;
  for (const std::size_t tokens : vectors.tokens()) {
    result.beyond_window += tokens > result.window ? 1 : 0;
    result.beyond_limit += tokens > result.limit ? 1 : 0;
    all += static_cast<double>(tokens);
    beyond += tokens > result.limit ? static_cast<double>(tokens - result.limit) : 0;
  }
  result.unread = all > 0 ? beyond / all : 0;
}

class Tuning {
 public:
  Tuning(const RetrievalTask& task, const Session& base, const TuneOptions& options, const Progress& progress)
      : task_(task),
        base_(base),
        options_(options),
        ids_(IdsOf(task.corpus.documents)),
        tie_order_(TieOrder(ids_)),
        documents_(EmbeddedTexts(task.corpus.documents)),
        words_(documents_, {.english_stems = options.english_stems}),
        judge_(task.queries.empty()
                   ? JudgedQueries{}
                   : JudgeQueries(task, documents_, words_, tie_order_, options.english_stems, base.pool())),
        vectors_(task.corpus.documents, documents_, judge_.texts, base,
                 options.one_pass
                     ? FartherPasses(base.spec().positions(), base.limits().in_force,
                                     base.spec().has_position_table() || !base.spec().rotary.empty())
                     : std::vector<OnePass>{},
                 options.resampling.seed, options.cache, progress) {}

  TuneResult Run() {
    result_.window = vectors_.window();
    result_.limit = base_.limits().in_force;
    result_.documents = task_.corpus.documents.size();
    result_.queries = judge_.queries.size();
    result_.judged = judge_.judged;
    result_.known_words = judge_.known_words;
    result_.notes = judge_.notes;
    DescribeLengths(vectors_, result_);
    candidates_ =
        Candidates(result_.window, options_.vectors, vectors_.recipe().post_process.spec, vectors_.Fitted());
    Score();
    Decide();
    WriteRepair();
    if (options_.one_pass) WriteOnePass();
    DrawMap();
    return std::move(result_);
  }

 private:
  bool CanJudge(const Candidate& candidate) const {
    return result_.queries > 0 && (judge_.judged || candidate.cost_class != CostClass::kWithBm25);
  }

  std::vector<Ranking> Rank(const Candidate& candidate, const TaskVectors& vectors) {
    const WordSearch words{&words_, judge_.texts, judge_.by_words};
    return MatchDocuments(vectors.documents, vectors.queries, tie_order_, kTuneDepth, candidate.run.matching,
                          std::nullopt, base_.pool(), words);
  }

  TuneCost CostOf(const Candidate& candidate, const TaskVectors& vectors, double speed) const {
    TuneCost cost;
    const auto documents = static_cast<double>(result_.documents);
    cost.vectors = static_cast<double>(vectors.documents.rows()) / documents;
    cost.bytes = static_cast<double>(vectors.documents.values.size() * sizeof(float)) / documents;
    cost.tokens = vectors_.TokensRead(candidate);
    cost.seconds_document = speed > 0 ? cost.tokens / speed : 0;
    return cost;
  }

  void Score() {
    const double speed = vectors_.Speed();
    std::vector<ScoredRun> runs;
    std::vector<std::size_t> judged;
    for (const Candidate& candidate : candidates_) {
      const TaskVectors& vectors = vectors_.Of(candidate);
      TuneCandidate tried;
      tried.title = candidate.title;
      tried.cost_class = candidate.cost_class;
      if (!candidate.run.repair.long_input) {
        tried.positions = vectors_.How(candidate.pass).positions;
        tried.max_length = vectors_.How(candidate.pass).length;
      }
      tried.cost = CostOf(candidate, vectors, speed);
      tried.run.description = candidate.run;
      evidence_.scores.emplace_back();
      if (result_.queries > 0) {
        const auto start = std::chrono::steady_clock::now();
        const std::vector<Ranking> rankings = Rank(candidate, vectors);
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
        tried.cost.seconds_query = taken.count() / static_cast<double>(result_.queries);
        if (CanJudge(candidate)) {
          judged.push_back(result_.candidates.size());
          runs.push_back(Judged(candidate, rankings, evidence_.scores.back()));
        }
      }
      result_.candidates.push_back(std::move(tried));
    }
    if (result_.queries == 0) return;
    const TaskVectors& windows = vectors_.Windows();
    if (!judge_.judged) {
      result_.agreement =
          AgreementOfFirst(judge_.by_words, Search(windows.documents, windows.queries, tie_order_,
                                                   {.depth = 1, .best = 1, .offsets = {}}, base_.pool()));
    }
    Compare(runs, judged);
  }

  ScoredRun Judged(const Candidate& candidate, std::span<const Ranking> rankings,
                   std::vector<double>& scores) const {
    for (std::size_t q = 0; q < rankings.size(); ++q)
      scores.push_back(NdcgAt(rankings[q], judge_.judgements[q], kTuneDepth));
    ScoredRun run;
    run.description = candidate.run;
    run.values = scores;
    run.metrics.push_back({"ndcg_at_10", MeanOfUnits(run.values)});
    return run;
  }

  void Compare(std::span<const ScoredRun> runs, std::span<const std::size_t> judged) {
    // Texts play no part here.
    RetrievalTask own;
    own.corpus.documents.resize(ids_.size());
    own.corpus.judgements = judge_.judgements;
    own.queries.resize(result_.queries);
    own.clusters = judge_.clusters;
    const UnitClusters clusters = ClusterQueries(own);
    evidence_.clusters = clusters.clusters;
    if (!clusters.note.empty()) result_.notes.push_back(clusters.note);
    const std::vector<std::size_t> query_tokens(result_.queries, 0);
    const std::vector<UnitLengths> lengths = {
        QueryLengths(own.corpus, vectors_.tokens(), query_tokens).front()};
    std::vector<RunResult> results = CompareRuns(runs, IdsOf(judge_.queries), lengths, options_.resampling,
                                                 base_.pool(), evidence_.clusters);
    for (std::size_t i = 0; i < judged.size(); ++i) result_.candidates[judged[i]].run = std::move(results[i]);
  }

  // Of judged queries the half that chooses (0) or proves (1), which share no document; else all.
  std::vector<std::uint32_t> Half(std::size_t half) const {
    std::vector<std::uint32_t> queries;
    const std::vector<std::uint32_t>& of = evidence_.clusters.of;
    for (std::uint32_t q = 0; q < result_.queries; ++q) {
      const std::size_t drawn = of.empty() ? q : of[q];
      if (!judge_.judged || HalfOfQuery(drawn, options_.resampling.seed) == half) queries.push_back(q);
    }
    return queries;
  }

  void Decide() {
    evidence_.judged = judge_.judged;
    evidence_.agreement = result_.agreement.value_or(1);
    if (result_.beyond_window == 0) {
      result_.answer = TuneAnswer::kNothingToRepair;
      result_.chosen = kModelCandidate;
      return;
    }
    if (result_.queries == 0) {
      result_.answer = TuneAnswer::kNoQueries;
      result_.chosen = kRecipeCandidate;
      return;
    }
    const Choice choice = Choose(candidates_, evidence_, Half(0), options_.resampling, base_.pool());
    result_.answer = choice.answer;
    result_.chosen = choice.candidate;
    if (choice.answer == TuneAnswer::kCannotTell) return;
    result_.gain = GainOf(choice.candidate, evidence_, Half(1), options_.resampling, base_.pool());
  }

  void WriteRepair() {
    const RunDescription& run = candidates_[result_.chosen].run;
    result_.repair = vectors_.recipe();
    if (result_.chosen == kModelCandidate) {
      result_.repair.long_input = base_.options().long_input;
      result_.repair.post_process = {};
      result_.repair.origin = {};
      return;
    }
    result_.repair.long_input = *run.repair.long_input;
  }

  void WriteOnePass() {
    const std::optional<std::size_t> chosen =
        ChooseOnePass(candidates_, evidence_, Half(0), options_.resampling, base_.pool());
    if (!chosen) return;
    result_.one_pass.emplace();
    result_.one_pass->candidate = *chosen;
    result_.one_pass->repair = vectors_.OnePassRepair(candidates_[*chosen].pass);
    if (!evidence_.scores[*chosen].empty() && result_.answer != TuneAnswer::kCannotTell)
      result_.one_pass->gain = GainOf(*chosen, evidence_, Half(1), options_.resampling, base_.pool());
  }

  // Of several vectors a document there is no one point: the recipe's stands for it.
  void DrawMap() {
    const bool one = result_.candidates[result_.chosen].cost_class == CostClass::kOneVector;
    const std::vector<std::size_t>& tokens = vectors_.tokens();
    const std::size_t step = (tokens.size() + kMapDocuments - 1) / kMapDocuments;
    std::vector<std::size_t> chosen;
    for (std::size_t d = 0; d < tokens.size(); d += step) chosen.push_back(d);
    const std::vector<float> before = PlaneOf(vectors_.Of(candidates_[kModelCandidate]).documents, chosen);
    const std::vector<float> after =
        PlaneOf(vectors_.Of(candidates_[one ? result_.chosen : kRecipeCandidate]).documents, chosen);
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      result_.map.push_back({ids_[chosen[i]],
                             tokens[chosen[i]],
                             {before[2 * i], before[2 * i + 1]},
                             {after[2 * i], after[2 * i + 1]}});
    }
  }

  const RetrievalTask& task_;
  const Session& base_;
  const TuneOptions& options_;
  std::vector<std::string> ids_;
  std::vector<std::uint32_t> tie_order_;
  std::vector<std::string> documents_;
  Bm25Index words_;
  JudgedQueries judge_;
  TuningVectors vectors_;
  std::vector<Candidate> candidates_;
  Evidence evidence_;
  TuneResult result_;
};

}  // namespace

TuneResult TuneWith(const RetrievalTask& task, const Session& base, const TuneOptions& options,
                    const Progress& progress) {
  CheckTune(task, base, options);
  return Tuning(task, base, options, progress).Run();
}

}  // namespace lengthwise
