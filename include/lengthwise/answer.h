// One answer from what was measured, tuned and evaluated: do embeddings of this text collapse, whom does that
// concern, what to do, and what that gains and costs; for one model, or several side by side.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace lengthwise {

// What was found about one model, as documents, and where what belongs to it stands.
struct ModelAnswer {
  std::string folder;     // of the model, as commands name it
  std::string measured;   // MeasureResult::document
  std::string tuned;      // TuneDocument
  std::string evaluated;  // EvaluationDocument; empty: no task
  std::string repair;     // the file of its repair, as commands name it
  std::string page;       // its own page, beside that of several models; empty: none
  bool exports = true;    // CanExport: commands may fold the repair into the model
};

struct AnswerContext {
  std::vector<std::string> command;  // program name first
  std::string documents;             // the file that commands are to name; empty: it is not known
  std::string queries;               // the same of queries; empty: there are none
  // What says how texts are read, as in {"--dimensions", "256"}: other commands need the same.
  std::vector<std::string> reading = {};
};

// JSON as docs/answer.schema.json says, for ReportPage and Describe. Throws kBadInput for parts that are no
// such documents, and for no model.
std::string AnswerDocument(std::span<const ModelAnswer> models, const AnswerContext& context);

}  // namespace lengthwise
