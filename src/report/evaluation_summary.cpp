#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "lengthwise/evaluate.h"
#include "report/document_json.h"

namespace lengthwise {
namespace {

OrderedJson Ends(const Interval& interval) {
  if (!interval.low) return nullptr;
  return OrderedJson::array({JsonNumber(interval.low), JsonNumber(interval.high)});
}

// ", in 48 clusters that are resampled"
std::string ResampledBy(const TaskResult& result) {
  if (result.clustered_by == "unit") return "";
  if (result.clustered_by == "both_texts")
    return fmt::format(", resampled by both of their texts, of {}", result.clusters);
  return fmt::format(", in {} clusters that are resampled", result.clusters);
}

std::string SignedRange(const Interval& interval) {
  if (!interval.estimate) return "not defined";
  const auto number = [](double value) { return SignedDecimals(value, 4); };
  if (!interval.low) return number(*interval.estimate);
  return fmt::format("{} [{}, {}]", number(*interval.estimate), number(*interval.low),
                     number(*interval.high));
}

}  // namespace

std::string TaskSummary(const TaskResult& result) {
  const RunResult& base = result.runs[0];
  OrderedJson buckets = OrderedJson::array();
  for (const BucketedScores& group : base.by_length) {
    for (const BucketScore& bucket : group.buckets) {
      buckets.push_back({{"length_of", group.length_of},
                         {"kind", BucketKindName(group.kind)},
                         {"from", bucket.from},
                         {"to", bucket.to},
                         {"count", bucket.count},
                         {"score", JsonNumber(bucket.score.estimate)},
                         {"interval", Ends(bucket.score)}});
    }
  }
  OrderedJson runs = OrderedJson::array();
  for (const RunResult& run : result.runs) {
    const Interval difference = run.comparison ? run.comparison->difference : Interval{};
    runs.push_back({{"run", RunName(run.description)},
                    {"score", JsonNumber(run.metrics[0].score.estimate)},
                    {"interval", Ends(run.metrics[0].score)},
                    {"difference", JsonNumber(difference.estimate)},
                    {"difference_interval", Ends(difference)}});
  }
  const OrderedJson summary = {{"task", result.task},
                               {"kind", result.kind},
                               {"metric", base.metrics[0].name},
                               {"score", JsonNumber(base.metrics[0].score.estimate)},
                               {"interval", Ends(base.metrics[0].score)},
                               {"units", result.units},
                               {"clusters", result.clusters},
                               {"buckets", std::move(buckets)},
                               {"runs", std::move(runs)}};
  return summary.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

std::string DescribeTask(const TaskResult& result) {
  std::string text = fmt::format("{} ({}), {} by {}, {} in all{}\n", result.task, result.kind,
                                 MetricTitle(result.runs[0].metrics[0].name), result.unit, result.units,
                                 ResampledBy(result));
  std::size_t width = 28;
  for (const RunResult& run : result.runs) width = std::max(width, RunName(run.description).size());
  for (const RunResult& run : result.runs) {
    const std::optional<double>& score = run.metrics[0].score.estimate;
    text += fmt::format("  {:<{}} {}", RunName(run.description), width,
                        score ? Decimals(*score, 4) : "not defined");
    if (run.comparison) {
      text += fmt::format("   {}", SignedRange(run.comparison->difference));
      if (run.comparison->by_unit) {
        text +=
            fmt::format("; rescued {}, lost {}", run.comparison->rescued.size(), run.comparison->lost.size());
      }
    }
    text += '\n';
  }
  for (const CorpusComparison& corpus : result.corpora) {
    text += fmt::format(
        "  documents of {:.0f} tokens instead of {:.0f} ({}): model {}, bm25 {}, model less bm25 {}\n",
        corpus.own_length, corpus.length, corpus.corpus, SignedRange(corpus.model), SignedRange(corpus.bm25),
        SignedRange(corpus.excess));
  }
  if (!result.sweep) return text;
  for (const SweepChoice& choice : result.sweep->choices) {
    text += fmt::format("  temperature {:.4g} ({}) chosen on {} units; on the other {}: {}\n",
                        choice.temperature, SideName(choice.side), choice.validation_units, choice.test_units,
                        SignedRange(choice.test_difference));
  }
  return text;
}

}  // namespace lengthwise
