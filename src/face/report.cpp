#include "lengthwise/report.h"

#include <fmt/format.h>

#include "base/fail.h"
#include "base/json.h"
#include "report/html_page.h"

namespace lengthwise {
namespace {

OrderedJson ParseDocument(std::string_view text) {
  OrderedJson document = OrderedJson::parse(text, nullptr, false);
  if (!document.is_object() || !document.contains("sentence") || !document["sentence"].is_string())
    Fail(ErrorCode::kBadInput,
         "this is no document that Lengthwise writes: it is not JSON, or has no sentence");
  return document;
}

void AddFinding(const char* part, const OrderedJson& sentence, std::vector<std::string>& findings) {
  findings.push_back(fmt::format("{}: {}", part, sentence.get<std::string>()));
}

// Null where it is absent: not every report has it.
OrderedJson MemberOrNull(const OrderedJson& object, const char* name) {
  return object.is_object() && object.contains(name) ? object.at(name) : OrderedJson(nullptr);
}

void DescribeReport(const OrderedJson& report, Description& description) {
  description.notes = report.at("notes").get<std::vector<std::string>>();
  const OrderedJson controls = MemberOrNull(report, "controls");
  for (const char* control : {"repeated", "mixed", "diluted", "attribution", "interventions", "placement"}) {
    if (controls.contains(control))
      AddFinding(control, controls.at(control).at("sentence"), description.findings);
  }
  if (report.contains("gains_sentence"))
    AddFinding("gains", report.at("gains_sentence"), description.findings);
  if (report.contains("ablation"))
    AddFinding("ablation", report.at("ablation").at("sentence"), description.findings);
  const OrderedJson& shapes = report.at("shapes");
  description.summary =
      OrderedJson{
          {"documents", report.at("data").at("documents")},
          {"collapse_index", report.at("collapse_index")},
          {"preferred_shape", MemberOrNull(shapes, "preferred")},
          {"knee", MemberOrNull(shapes, "knee")},
          {"notes", report.at("notes")},
          {"sentence", report.at("sentence")},
          {"advice", MemberOrNull(report, "advice")},
          {"detail", MemberOrNull(report, "detail")},
      }
          .dump();
}

void DescribeTheory(const OrderedJson& theory, Description& description) {
  for (const OrderedJson& verdict : theory.at("verdicts")) {
    description.findings.push_back(
        fmt::format("{:<11} {}\n{:<11} {}", verdict.at("status").get<std::string>(),
                    verdict.at("statement").get<std::string>(), "", verdict.at("region").get<std::string>()));
  }
  description.summary =
      OrderedJson{{"verdicts", theory.at("verdicts")}, {"sentence", theory.at("sentence")}}.dump();
}

void DescribeTuning(const OrderedJson& tuning, Description& description) {
  description.notes = tuning.at("notes").get<std::vector<std::string>>();
  description.notes.push_back(tuning.at("trust").get<std::string>());
  for (const OrderedJson& candidate : tuning.at("candidates"))
    description.findings.push_back(candidate.at("line").get<std::string>());
  if (tuning.at("one_pass").is_object())
    description.findings.push_back("\n" + tuning["one_pass"].at("sentence").get<std::string>());
  OrderedJson summary;
  for (const char* member : {"answer", "sentence", "advice", "trust", "gain", "queries"})
    summary[member] = tuning.at(member);
  for (const OrderedJson& candidate : tuning.at("candidates")) {
    if (candidate.at("chosen").get<bool>()) summary["chosen"] = candidate.at("name");
  }
  description.summary = summary.dump();
}

void DescribeAnswer(const OrderedJson& document, Description& description) {
  description.notes = document.at("notes").get<std::vector<std::string>>();
  const OrderedJson& models = document.at("models");
  OrderedJson found = OrderedJson::array();
  for (const OrderedJson& model : models) {
    if (models.size() > 1) description.findings.push_back(model.at("sentence").get<std::string>());
    for (const OrderedJson& paragraph : model.at("paragraphs")) {
      if (models.size() > 1 || paragraph.at("about") == "advice") continue;
      AddFinding(paragraph.at("title").get<std::string>().c_str(), paragraph.at("text"),
                 description.findings);
    }
    OrderedJson own;
    for (const char* member : {"name", "sentence", "gain", "repair"}) own[member] = model.at(member);
    own["answer"] = model.at("tuned").at("answer");
    found.push_back(std::move(own));
  }
  description.summary = OrderedJson{
      {"sentence", document.at("sentence")},
      {"advice", document.at("advice")},
      {"models",
       std::move(found)}}.dump();
}

}  // namespace

std::string ReportPage(std::string_view document) {
  CheckPage();
  return HtmlPage(ParseDocument(document));
}

void CheckReportPage() {
  CheckPage();
}

Description Describe(std::string_view text) {
  const OrderedJson document = ParseDocument(text);
  Description description;
  description.answer = document["sentence"].get<std::string>();
  try {
    if (document.contains("advice")) description.advice = document.at("advice").get<std::string>();
    const std::string format = document.value("format", "");
    if (format == "lengthwise-report") DescribeReport(document, description);
    if (format == "lengthwise-theory") DescribeTheory(document, description);
    if (format == "lengthwise-answer") DescribeAnswer(document, description);
    if (format == "lengthwise-tune") DescribeTuning(document, description);
  } catch (const OrderedJson::exception& error) {
    Fail(ErrorCode::kBadInput, "this document lacks a part that it must have: {}", error.what());
  }
  return description;
}

}  // namespace lengthwise
