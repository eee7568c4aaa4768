// What a command that writes a report prints.
#pragma once

#include <string>

#include "base/json.h"

namespace lengthwise {

struct ReportPlaces {
  std::string output;
  std::string html;                              // empty: none
  std::string statistics;                        // empty: none
  bool json = false;                             // also a summary on standard output
  OrderedJson warnings = OrderedJson::object();  // of the input, as WarningCounts gives them
};

// Notes, the sentence and the files on standard error.
void PrintReportSummary(const ReportPlaces& places, const OrderedJson& report);

}  // namespace lengthwise
