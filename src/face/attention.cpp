#include "lengthwise/attention.h"

#include <utility>

#include "attention/attention_report.h"
#include "attention/attention_summary.h"
#include "embedding/session.h"
#include "lengthwise/evaluate.h"

namespace lengthwise {

void CheckAttentionOptions(const AttentionOptions& options, const Embedder& embedder) {
  RequireLayers(SessionOf(embedder).spec(), "a spectrum of attention");
  CheckAttentionOptions(options, SessionOf(embedder));
}

AttentionResult MeasureAttention(const Embedder& embedder, std::span<const Document> documents,
                                 const AttentionOptions& options, const AttentionLine& line,
                                 const Progress& progress) {
  const Session& session = SessionOf(embedder);
  RequireLayers(session.spec(), "a spectrum of attention");
  AttentionSummary summary(session.spec().layers, session.spec().heads, !options.lengths.empty());
  const AttentionTotals totals = MeasureAttention(
      session, documents, options,
      [&](const HeadRecord& record) {
        line(HeadLine(record, options.local_window).dump() + "\n");
        summary.Add(record);
      },
      progress);
  AttentionResult result;
  result.texts = totals.texts;
  result.sequences = totals.sequences;
  result.cut = totals.cut;
  result.too_short = totals.too_short;
  result.heads = summary.records();
  result.not_converged = summary.not_converged();
  result.table = summary.Table();
  result.document = summary.ToJson().dump();
  result.token_warnings = TokenWarnings(embedder);
  return result;
}

}  // namespace lengthwise
