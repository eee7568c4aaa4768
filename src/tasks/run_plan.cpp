#include "tasks/run_plan.h"

namespace lengthwise {
namespace {

class Plan {
 public:
  Plan(const EvaluationOptions& options, bool sides) : options_(options), sides_(sides) {}

  std::vector<RunDescription> Runs() && {
    AddBase();
    for (const float temperature : options_.temperatures) AddTemperature(temperature);
    for (const std::size_t length : options_.cuts) {
      RunDescription run;
      run.cut = length;
      runs_.push_back(run);
    }
    for (const std::size_t window : options_.windows) AddWindow(window);
    return std::move(runs_);
  }

 private:
  // The run, and BM25 beside its vectors.
  void Add(const RunDescription& about) {
    runs_.push_back(about);
    if (!sides_) return;
    RunDescription run = about;
    for (const double weight : options_.hybrid) {
      run.matching.hybrid = weight;
      runs_.push_back(run);
    }
    run.matching.hybrid.reset();
    run.matching.fusion = true;
    if (options_.fusion) runs_.push_back(run);
  }

  // The run with a post-processing, fitted whole and held out.
  template <typename Use>
  void UseFits(const PostProcessSpec& spec, RunDescription run, Use&& use) {
    run.repair.post_process = spec;
    use(run);
    if (!sides_) return;
    run.held_out = true;
    use(run);
  }

  // With every post-processing.
  template <typename Use>
  void ForEachPostProcess(const RunDescription& about, Use&& use) {
    for (const PostProcessSpec& spec : options_.post_processes) {
      // Without windows there is no scatter within documents: AddWithinOfWindows.
      if (spec.within > 0 && !about.repair.long_input) continue;
      UseFits(spec, about, use);
    }
  }

  void AddCsls(RunDescription run) {
    if (!sides_) return;
    for (const std::size_t neighbours : options_.csls) {
      run.matching.csls = neighbours;
      // Where the vectors are held out, so is what CSLS sees; else both are shown.
      if (!run.held_out) runs_.push_back(run);
      RunDescription held_out = run;
      held_out.held_out = true;
      if (run.held_out || !run.repair.post_process) runs_.push_back(held_out);
    }
  }

  void AddBase() {
    Add({});
    AddCsls({});
    ForEachPostProcess({}, [&](const RunDescription& run) {
      Add(run);
      if (options_.combine) AddCsls(run);
    });
    if (!sides_) return;
    for (const PostProcessSpec& spec : options_.post_processes) {
      if (spec.within > 0) continue;
      for (const QueryMean& mean : options_.query_means) {
        RunDescription run;
        run.repair.post_process = spec;
        run.repair.query_mean = mean;
        run.held_out = true;
        runs_.push_back(run);
      }
    }
  }

  void AddTemperature(float temperature) {
    for (const Side side : PlannedSides(options_, sides_)) {
      RunDescription run;
      run.repair.temperature = temperature;
      run.side = side;
      runs_.push_back(run);
      if (!options_.combine) continue;
      ForEachPostProcess(run, [&](const RunDescription& processed) { runs_.push_back(processed); });
    }
  }

  // Each of the ways in which windows become vectors of a document.
  void AddShapes(RunDescription run) {
    Add(run);
    LongInput& policy = *run.repair.long_input;
    for (const double lead : options_.leads) {
      policy.kind = LongInputKind::kLeadBody;
      policy.lead = lead;
      Add(run);
    }
    if (!sides_) return;
    for (const std::size_t vectors : options_.vectors) {
      policy = {.kind = LongInputKind::kWindows,
                .window = policy.window,
                .stride = 0,
                .lead = kDefaultLead,
                .vectors = vectors};
      for (const std::size_t best : options_.best) {
        run.matching.best = best;
        Add(run);
      }
      run.matching.best = 1;
      policy.add_body = true;
      for (const double lead : options_.leads) {
        policy.lead = lead;
        Add(run);
      }
    }
  }

  // What varies within a document, damped in the vectors of whole texts: the windows just embedded tell what.
  void AddWithinOfWindows() {
    for (const PostProcessSpec& spec : options_.post_processes) {
      if (spec.within > 0) UseFits(spec, {}, [&](const RunDescription& run) { Add(run); });
    }
  }

  void AddWindow(std::size_t window) {
    RunDescription run;
    run.repair.long_input = {.kind = LongInputKind::kWindowMean, .window = window};
    AddShapes(run);
    ForEachPostProcess(run, [&](const RunDescription& processed) { AddShapes(processed); });
    if (window == options_.windows.front()) AddWithinOfWindows();
  }

  const EvaluationOptions& options_;
  bool sides_;
  std::vector<RunDescription> runs_;
};

}  // namespace

std::vector<Side> PlannedSides(const EvaluationOptions& options, bool sides) {
  return sides ? options.sides : std::vector<Side>{Side::kBoth};
}

std::vector<RunDescription> PlanRuns(const EvaluationOptions& options, bool sides) {
  return Plan(options, sides).Runs();
}

}  // namespace lengthwise
