#include "cli/report_summary.h"

#include <fmt/format.h>

#include <cctype>
#include <cstdio>
#include <filesystem>

#include "cli/console.h"

namespace lengthwise {
namespace {

// Of a file, as a browser takes it.
std::string FileUrl(const std::string& path) {
  std::string url = "file://";
  for (const char c : std::filesystem::absolute(path).lexically_normal().string()) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || std::string_view("/-._~").find(c) != std::string_view::npos) {
      url += c;
    } else {
      url += fmt::format("%{:02X}", byte);
    }
  }
  return url;
}

}  // namespace

void PrintAnswer(const ReportPlaces& places, const OrderedJson& document) {
  Say("\n{}\n", document["sentence"].get<std::string>());
  if (document.contains("advice")) Say("What to do: {}\n", document["advice"].get<std::string>());
  if (!places.statistics.empty()) Say("Statistics, to be merged: {}\n", places.statistics);
  Say("The numbers: {}\n", places.output);
  Say("Where to look: {}\n", places.html.empty() ? "--html FILE makes a page of them" : FileUrl(places.html));
}

void PrintReportSummary(const ReportPlaces& places, const OrderedJson& report) {
  for (const OrderedJson& note : report["notes"]) Say("note: {}\n", note.get<std::string>());
  for (const char* control : {"repeated", "mixed", "diluted", "attribution"}) {
    if (!report.contains("controls") || !report["controls"].contains(control)) continue;
    Say("{}: {}\n", control, report["controls"][control]["sentence"].get<std::string>());
  }
  if (report.contains("gains_sentence")) Say("gains: {}\n", report["gains_sentence"].get<std::string>());
  if (report.contains("ablation")) Say("ablation: {}\n", report["ablation"]["sentence"].get<std::string>());
  PrintAnswer(places, report);
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
      {"advice", report["advice"]},
      {"detail", report["detail"]},
      {"warnings", places.warnings},
  };
  fmt::print("{}\n", summary.dump());
}

}  // namespace lengthwise
