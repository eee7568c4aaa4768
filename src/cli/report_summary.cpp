#include "cli/report_summary.h"

#include <fmt/format.h>

#include <cstdio>

namespace lengthwise {

void PrintReportSummary(const ReportPlaces& places, const OrderedJson& report) {
  for (const OrderedJson& note : report["notes"]) fmt::print(stderr, "note: {}\n", note.get<std::string>());
  fmt::print(stderr, "{}\n", report["sentence"].get<std::string>());
  for (const char* control : {"repeated", "mixed", "diluted", "attribution"}) {
    if (!report.contains("controls") || !report["controls"].contains(control)) continue;
    fmt::print(stderr, "{}: {}\n", control, report["controls"][control]["sentence"].get<std::string>());
  }
  if (report.contains("gains_sentence"))
    fmt::print(stderr, "gains: {}\n", report["gains_sentence"].get<std::string>());
  if (report.contains("ablation"))
    fmt::print(stderr, "ablation: {}\n", report["ablation"]["sentence"].get<std::string>());
  fmt::print(stderr, "report: {}\n", places.output);
  if (!places.html.empty()) fmt::print(stderr, "page: {}\n", places.html);
  if (!places.statistics.empty()) fmt::print(stderr, "statistics: {}\n", places.statistics);
  if (!places.json) return;
  const auto place = [](const std::string& path) {
    return path.empty() ? OrderedJson(nullptr) : OrderedJson(path);
  };
  const OrderedJson summary = {
      {"output", places.output},
      {"html", place(places.html)},
      {"statistics", place(places.statistics)},
      {"documents", report["data"]["documents"]},
      {"collapse_index", report["collapse_index"]},
      {"preferred_shape", report["shapes"].is_null() ? OrderedJson(nullptr) : report["shapes"]["preferred"]},
      {"knee", report["shapes"].is_null() ? OrderedJson(nullptr) : report["shapes"]["knee"]},
      {"notes", report["notes"]},
      {"sentence", report["sentence"]},
      {"warnings", places.warnings},
  };
  fmt::print("{}\n", summary.dump());
}

}  // namespace lengthwise
