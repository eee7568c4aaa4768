#include "report/evaluation_words.h"

#include <fmt/format.h>

#include <cmath>
#include <vector>

namespace lengthwise {

const BucketedScores* Quarters(const RunResult& run) {
  for (const BucketedScores& group : run.by_length) {
    if (group.kind == BucketKind::kEqualCount && group.buckets.size() >= 2) return &group;
  }
  return nullptr;
}

Interval LongestLessShortest(const BucketedScores& quarters) {
  const Interval& shortest = quarters.buckets.front().score;
  const Interval& longest = quarters.buckets.back().score;
  if (!shortest.estimate || !longest.estimate) return {};
  const double difference = *longest.estimate - *shortest.estimate;
  if (!shortest.low || !longest.low) return {difference, std::nullopt, std::nullopt};
  return {difference,
          difference - std::hypot(*longest.estimate - *longest.low, *shortest.high - *shortest.estimate),
          difference + std::hypot(*longest.high - *longest.estimate, *shortest.estimate - *shortest.low)};
}

Interval DifferenceOf(const TaskResult& task, const RunResult& run) {
  if (run.description.IsSwept() && task.sweep) {
    for (const SweepCurve& curve : task.sweep->curves) {
      if (curve.from || curve.side != run.description.side) continue;
      for (std::size_t i = 0; i < curve.temperatures.size(); ++i) {
        if (curve.temperatures[i] == double{*run.description.repair.temperature}) return curve.differences[i];
      }
    }
    return {};
  }
  return run.comparison ? run.comparison->difference : Interval{};
}

namespace {

std::string PostProcessInWords(const PostProcessSpec& spec) {
  const std::string name = FormatPostProcessSpec(spec);
  switch (spec.kind) {
    case PostProcessKind::kCenter:
      return fmt::format("the mean taken away ({})", name);
    case PostProcessKind::kWhiten:
      return fmt::format("whitening ({})", name);
    case PostProcessKind::kRemoveTop:
      return fmt::format("the strongest directions taken away ({})", name);
    case PostProcessKind::kNone:
      break;
  }
  return name;
}

}  // namespace

std::string RepairInWords(const RunDescription& run) {
  std::vector<std::string> parts;
  const RepairChange& repair = run.repair;
  if (repair.long_input) {
    std::string how = "averaged";
    if (repair.long_input->kind == LongInputKind::kLeadBody) how = "averaged, the first of them beside that";
    if (run.matching.best == 1) how = "the best of which counts";
    if (run.matching.best > 1) how = fmt::format("the best {} of which count", *run.matching.best);
    if (repair.long_input->add_body) how += " beside the whole";
    const std::string merged = repair.long_input->vectors > 0
                                   ? fmt::format(" merged to {} vectors", repair.long_input->vectors)
                                   : "";
    parts.push_back(fmt::format("windows of {} tokens{}, {}", repair.long_input->window, merged, how));
  }
  if (repair.post_process) parts.push_back(PostProcessInWords(*repair.post_process));
  if (repair.temperature) {
    parts.push_back(fmt::format("attention temperature {}", *repair.temperature));
    if (run.side != Side::kBoth) parts.back() += fmt::format(" ({})", SideName(run.side));
  }
  if (run.matching.csls) parts.push_back(fmt::format("CSLS over {} neighbours", *run.matching.csls));
  if (run.matching.hybrid || run.matching.fusion) parts.emplace_back("BM25 beside the vectors");
  // A repair that this does not know has its own name.
  if (parts.empty()) return RunName(run);
  std::string text = parts.front();
  for (std::size_t i = 1; i < parts.size(); ++i) text += (i + 1 == parts.size() ? ", and " : ", ") + parts[i];
  return text;
}

}  // namespace lengthwise
