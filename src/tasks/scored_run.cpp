#include "tasks/scored_run.h"

#include <fmt/format.h>

namespace lengthwise {

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

std::string RunName(const RunDescription& description) {
  std::string name = description.corpus;
  const auto add = [&](const std::string& part) { name += (name.empty() ? "" : " ") + part; };
  if (description.kind != RunKind::kModel) add(RunKindName(description.kind));
  if (description.temperature) {
    // Of single precision, as the encoder has it.
    add(fmt::format("temperature {}", static_cast<float>(*description.temperature)));
    if (description.side != Side::kBoth) add(SideName(description.side));
  }
  if (description.cut) add(fmt::format("cut to {} tokens", *description.cut));
  if (description.window && !description.best) add(fmt::format("window-mean {}", *description.window));
  if (description.window && description.best) {
    add(fmt::format("window-max {} best {}", *description.window, *description.best));
  }
  if (description.post_process) add(FormatPostProcessSpec(*description.post_process));
  if (description.query_mean) add("query mean " + FormatQueryMean(*description.query_mean));
  if (description.csls) add(fmt::format("csls:{}", *description.csls));
  if (description.held_out) add("held out");
  return name.empty() ? "model" : name;
}

}  // namespace lengthwise
