// The report: a measurement as a versioned JSON document, described by docs/report.schema.json.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "measure/measure.h"

namespace lengthwise {

inline constexpr int kReportVersion = 1;

struct ReportContext {
  std::vector<std::string> command;  // program name first
  std::string source;                // the input as the user named it
};

// Members in the schema's order; numbers that are not integers rounded to 7 significant digits, and to 0
// below 1e-12, so that rounding noise does not change the bytes. Throws kInternal for a number that is not
// finite.
OrderedJson ReportDocument(const Measurement& result, const ReportContext& context);

// Text of the file: indented, each row of the tables `layers`, `heads`, `gains` and `ablated_heads` on one
// line. Invalid UTF-8 becomes U+FFFD.
std::string FormatReport(const OrderedJson& report);

}  // namespace lengthwise
