#include "tuning/tune.h"

#include "collapse/description.h"
#include "repair/export.h"
#include "report/document_json.h"
#include "report/tune_document.h"

namespace lengthwise {

TuneResult Tune(const RetrievalTask& task, const Embedder& base, const TuneOptions& options,
                const Progress& progress) {
  // Of a checkpoint that could not be made nothing is to be found out.
  if (options.one_pass) CheckExportable(SessionOf(base).checkpoint());
  return TuneWith(task, SessionOf(base), options, progress);
}

EvaluationOptions ProofOf(const TuneResult& result, const TuneOptions& options) {
  EvaluationOptions proof;
  proof.resampling = options.resampling;
  proof.cache = options.cache;
  proof.command = options.command;
  proof.english_stems = options.english_stems;
  proof.windows = {result.window};
  proof.vectors = {0, options.vectors};
  proof.best = {1};
  const LongInput& policy = result.repair.long_input;
  if (policy.kind == LongInputKind::kLeadBody && policy.lead != kDefaultLead)
    proof.leads.push_back(policy.lead);
  // All candidates of one vector have the recipe's.
  for (const TuneCandidate& candidate : result.candidates) {
    const std::optional<PostProcessSpec>& spec = candidate.run.description.repair.post_process;
    if (candidate.cost_class == CostClass::kOneVector && spec && proof.post_processes.empty())
      proof.post_processes.push_back(*spec);
  }
  return proof;
}

std::string TuneDocument(const TuneResult& result, const Embedder& base, const TuneOptions& options) {
  return FormatDocument(
      TuneDocumentOf(result, {options.command, DescribeModel(SessionOf(base)), options.resampling}), {"map"});
}

}  // namespace lengthwise
