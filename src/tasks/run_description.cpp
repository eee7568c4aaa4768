#include <fmt/format.h>

#include "lengthwise/run.h"

namespace lengthwise {
namespace {

std::string LongInputPart(const LongInput& policy, const Matching& matching) {
  const auto lead = [&] { return policy.lead == kDefaultLead ? "" : fmt::format(" lead {}", policy.lead); };
  if (matching.best) {
    std::string part = fmt::format("window-max {}", policy.window);
    if (policy.vectors > 0) part += fmt::format(" of {} vectors", policy.vectors);
    part += fmt::format(" best {}", *matching.best);
    return policy.add_body ? part + " + lead-body" + lead() : part;
  }
  std::string part = fmt::format("{} {}", LongInputKindName(policy.kind), policy.window);
  return part + lead();
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
  if (run.matching.hybrid) add(fmt::format("+ bm25 weight {}", *run.matching.hybrid));
  if (run.matching.fusion) add("+ bm25 fused");
  if (run.held_out) add("held out");
  if (name.empty()) return "model";
  return name.starts_with('+') ? "model " + name : name;
}

}  // namespace lengthwise
