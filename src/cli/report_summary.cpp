#include "cli/report_summary.h"

#include <fmt/format.h>

#include <cctype>
#include <cstdio>
#include <filesystem>

#include "cli/console.h"
#include "cli/input_options.h"
#include "usage/json_line.h"

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

void PrintAnswer(const ReportPlaces& places, const Description& description) {
  Say("\n{}\n", description.answer);
  if (!description.advice.empty()) Say("What to do: {}\n", description.advice);
  if (!places.statistics.empty()) Say("Statistics, to be merged: {}\n", places.statistics);
  Say("The numbers: {}\n", places.output);
  Say("Where to look: {}\n", places.html.empty() ? "--html FILE makes a page of them" : FileUrl(places.html));
}

void PrintReportSummary(const ReportPlaces& places, const Description& description) {
  for (const std::string& note : description.notes) Say("note: {}\n", note);
  for (const std::string& finding : description.findings) Say("{}\n", finding);
  PrintAnswer(places, description);
  if (!places.json) return;
  JsonLine summary;
  summary.Add("output", places.output)
      .AddPath("html", places.html)
      .AddPath("statistics", places.statistics)
      .AddMembers(description.summary)
      .Add("warnings", CountedWarnings(places.warnings));
  fmt::print("{}\n", summary.text());
}

}  // namespace lengthwise
