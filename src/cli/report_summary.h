// What a command that writes a report prints.
#pragma once

#include <string>
#include <vector>

#include "lengthwise/documents.h"
#include "lengthwise/report.h"

namespace lengthwise {

struct ReportPlaces {
  std::string output;
  std::string html;                    // empty: none
  std::string statistics;              // empty: none
  bool json = false;                   // also a summary on standard output
  std::vector<InputWarning> warnings;  // of the input
};

// The last lines of a command, on standard error: what was found, what to do, where to look.
void PrintAnswer(const ReportPlaces& places, const Description& description);

// Notes, what the controls say, and the answer on standard error.
void PrintReportSummary(const ReportPlaces& places, const Description& description);

}  // namespace lengthwise
