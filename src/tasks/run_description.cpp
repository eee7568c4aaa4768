#include "tasks/run_description.h"

#include <fmt/format.h>

namespace lengthwise {
namespace {

std::string LongInputPart(const LongInput& policy, const Matching& matching) {
  if (matching.best) return fmt::format("window-max {} best {}", policy.window, *matching.best);
  std::string part = fmt::format("{} {}", LongInputKindName(policy.kind), policy.window);
  if (policy.kind == LongInputKind::kLeadBody && policy.lead != kDefaultLead) {
    part += fmt::format(" lead {}", policy.lead);
  }
  return part;
}

}  // namespace

const char* RunKindName(RunKind kind) {
  switch (kind) {
    case RunKind::kModel:
      return "model";
    case RunKind::kStatic:
      return "static";
    case RunKind::kBm25:
      return "bm25";
  }
  return "";
}

const char* SideName(Side side) {
  switch (side) {
    case Side::kBoth:
      return "both";
    case Side::kDocuments:
      return "documents";
    case Side::kQueries:
      return "queries";
  }
  return "";
}

bool RunDescription::IsSwept() const {
  RunDescription hot;
  hot.kind = kind;
  hot.repair.temperature = repair.temperature;
  hot.side = side;
  return repair.temperature && *this == hot;
}

std::string RunName(const RunDescription& run) {
  std::string name = run.corpus;
  const auto add = [&](const std::string& part) { name += (name.empty() ? "" : " ") + part; };
  if (run.kind != RunKind::kModel) add(RunKindName(run.kind));
  if (run.repair.temperature) {
    add(fmt::format("temperature {}", *run.repair.temperature));
    if (run.side != Side::kBoth) add(SideName(run.side));
  }
  if (run.cut) add(fmt::format("cut to {} tokens", *run.cut));
  if (run.repair.long_input) add(LongInputPart(*run.repair.long_input, run.matching));
  if (run.repair.post_process) add(FormatPostProcessSpec(*run.repair.post_process));
  if (run.repair.query_mean) add("query mean " + FormatQueryMean(*run.repair.query_mean));
  if (run.matching.csls) add(fmt::format("csls:{}", *run.matching.csls));
  if (run.held_out) add("held out");
  return name.empty() ? "model" : name;
}

}  // namespace lengthwise
