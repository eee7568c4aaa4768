// Documents (reports of measurements, evaluations, theory) as people read them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lengthwise {

// One HTML file that opens offline: style, script and the document itself stand inside it. Throws kBadInput
// for what is no document, and kUnsupported where this build has no page.
std::string ReportPage(std::string_view document);

// The latter alone, before work whose page could not be made.
void CheckReportPage();

// What a document says, in sentences.
struct Description {
  std::vector<std::string> notes;  // what a reader must know
  // What parts of it found, each beginning with the part: "repeated: ...". Of a theory its verdicts, in two
  // lines each.
  std::vector<std::string> findings;
  std::string answer;
  std::string advice;   // what to do; empty: none
  std::string summary;  // the main numbers and sentences: one JSON object; empty for an evaluation
};

// Throws kBadInput for what is no document.
Description Describe(std::string_view document);

}  // namespace lengthwise
