#include "tasks/scored_run.h"

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

}  // namespace lengthwise
