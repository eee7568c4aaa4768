#include "lengthwise/answer.h"

#include "base/fail.h"
#include "base/json.h"
#include "report/answer_document.h"
#include "report/document_json.h"

namespace lengthwise {

std::string AnswerDocument(std::span<const ModelAnswer> models, const AnswerContext& context) {
  try {
    return FormatDocument(AnswerDocumentOf(models, context), {"models"});
  } catch (const OrderedJson::exception& error) {
    Fail(ErrorCode::kBadInput, "a part of the answer lacks what it must have: {}", error.what());
  }
}

}  // namespace lengthwise
