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
  const auto place = [](const std::string& path) {
    return path.empty() ? OrderedJson(nullptr) : OrderedJson(path);
  };
  OrderedJson summary = {
      {"output", places.output}, {"html", place(places.html)}, {"statistics", place(places.statistics)}};
  summary.update(OrderedJson::parse(description.summary));
  summary["warnings"] = places.warnings;
  fmt::print("{}\n", summary.dump());
}

}  // namespace lengthwise
