#include "lengthwise/theory.h"

#include <utility>

#include "math/thread_pool.h"
#include "report/theory_document.h"
#include "theory/run.h"

namespace lengthwise {

TheoryResult RunTheory(const TheoryOptions& options, const Progress& progress) {
  ThreadPool pool(options.threads);
  TheoryRun run = RunTheory(options, pool, progress);
  std::string document = FormatTheory(TheoryDocument(run, options.command));
  return {std::move(run.verdicts), std::move(document)};
}

}  // namespace lengthwise
