// Reading documents from what is open already.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lengthwise/documents.h"
#include "text/byte_source.h"
#include "text/document_checks.h"
#include "text/document_readers.h"

namespace lengthwise {

// As ForEachDocument, from an open source. `name` names it in messages; `input.path` is looked at for its
// ending alone.
InputFindings ForEachDocumentIn(std::unique_ptr<ByteSource> source, const InputOptions& input,
                                const std::string& name, const DocumentCallback& callback);

// What one reading of an input told.
struct InputSurvey {
  std::size_t documents = 0;
  InputFindings findings;
};

// Reads it all once, so that faults are found, and the number is known, before it is read for work. Nothing
// for what cannot be read twice, such as a pipe. Throws as ForEachDocument.
std::optional<InputSurvey> SurveyDocuments(const InputOptions& input);

}  // namespace lengthwise
