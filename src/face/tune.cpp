#include "tuning/tune.h"

#include "collapse/description.h"
#include "report/document_json.h"
#include "report/tune_document.h"

namespace lengthwise {

TuneResult Tune(const RetrievalTask& task, const Embedder& base, const TuneOptions& options,
                const Progress& progress) {
  return TuneWith(task, SessionOf(base), options, progress);
}

std::string TuneDocument(const TuneResult& result, const Embedder& base, const TuneOptions& options) {
  return FormatDocument(
      TuneDocumentOf(result, {options.command, DescribeModel(SessionOf(base)), options.resampling}), {});
}

}  // namespace lengthwise
