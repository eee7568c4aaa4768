#include "cli/open_session.h"

#include <optional>

#include "cli/console.h"
#include "usage/checks.h"

namespace lengthwise {
namespace {

Session MakeSession(const Model& model, const ModelOptions& options, const Repair& repair) {
  EmbedderOptions embedder;
  embedder.max_length = options.max_length;
  embedder.threads = options.threads;
  embedder.precision = ParsePrecision(options.precision);
  ApplyRepair(repair, &embedder);
  CheckOrigin(repair, model);
  // Of a model that can be read, these alone are refused as bad input.
  const bool lengths_given = options.max_length > 0 || !options.long_input.empty() || options.window ||
                             options.stride || options.lead;
  if (!lengths_given) return Session(LoadedModelOf(model), ThreadPoolOf(model), embedder);
  return AsUsage([&] { return Session(LoadedModelOf(model), ThreadPoolOf(model), embedder); });
}

}  // namespace

Session OpenEmbedder(const ModelOptions& options, const Repair& repair) {
  return MakeSession(LoadModel(options), options, repair);
}

void PrintWarnings(const Checkpoint& checkpoint) {
  PrintWarnings(checkpoint.warnings);
}

void PrintUnknownTokens(const Session& embedder, InputFindings& findings) {
  const std::optional<InputWarning> warning = embedder.unknown_tokens().Warning();
  if (!warning) return;
  Say("warning: {}\n", warning->message);
  findings.warnings.push_back(*warning);
}

OrderedJson WarningCounts(const InputFindings& findings) {
  OrderedJson counts = OrderedJson::object();
  for (const auto& [kind, count] : CountedWarnings(findings.warnings)) counts[kind] = count;
  return counts;
}

}  // namespace lengthwise
