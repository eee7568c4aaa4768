// A measurement in plain words: the answer, and what to do.
#pragma once

#include <string>

#include "measure/measure.h"

namespace lengthwise {

// Whether embeddings of this text grow alike with length, from which length on, and by how much; or why that
// is not known. No intervals: these stand in ReportDetail. That cosine rises or falls is said only where the
// interval of the collapse index excludes 0.
std::string ReportSentence(const Measurement& result);

// What a user can do with the answer.
std::string ReportAdvice(const Measurement& result);

}  // namespace lengthwise
