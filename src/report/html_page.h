// The report as a page that people read.
#pragma once

#include <string>

#include "base/json.h"

namespace lengthwise {

// One HTML file that opens offline: style, script (Vega-Lite) and the report itself stand inside it, nothing
// is loaded. `report` is a document of docs/report.schema.json or
// docs/evaluation.schema.json; the page shows what it holds and says what is
// absent. Text that is not valid UTF-8 appears as U+FFFD.
// Throws kUnsupported where this build has no page.
std::string HtmlPage(const OrderedJson& report);

// The same alone, before work whose page could not be made.
void CheckPage();

}  // namespace lengthwise
