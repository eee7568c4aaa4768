#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/fail.h"
#include "lengthwise/task.h"
#include "text/document_checks.h"

namespace lengthwise {
namespace {

class Warnings {
 public:
  explicit Warnings(const Task& task) : task_(task.name) {}

  void Add(const std::vector<Document>& documents, std::string_view part) {
    DocumentChecks checks;
    for (const Document& document : documents) checks.Add(document.id, document.title, document.text);
    Add(checks, part);
  }
  void Add(const DocumentChecks& checks, std::string_view part) {
    for (InputWarning& warning : checks.Warnings()) {
      warning.message = fmt::format("{}, {}: {}", task_, part, warning.message);
      warnings.push_back(std::move(warning));
    }
  }

  std::vector<InputWarning> warnings;

 private:
  const std::string& task_;
};

}  // namespace

std::vector<InputWarning> CheckTaskTexts(const Task& task) {
  Warnings found(task);
  if (const auto* retrieval = std::get_if<RetrievalTask>(&task.data)) {
    found.Add(retrieval->corpus.documents, "corpus");
    for (const Corpus& corpus : retrieval->others) found.Add(corpus.documents, "corpus " + corpus.name);
    found.Add(retrieval->queries, "queries");
  } else if (const auto* labelled = std::get_if<LabelledTask>(&task.data)) {
    DocumentChecks checks;
    for (std::size_t i = 0; i < labelled->texts.size(); ++i)
      checks.Add(fmt::format("text {}", i + 1), "", labelled->texts[i]);
    found.Add(checks, "texts");
  } else {
    const auto& similarity = std::get<SimilarityTask>(task.data);
    DocumentChecks checks;
    for (std::size_t i = 0; i < similarity.first.size(); ++i) {
      for (const std::string* text : {&similarity.first[i], &similarity.second[i]})
        checks.Add(fmt::format("pair {}", i + 1), "", *text);
    }
    found.Add(checks, "pairs");
    std::erase_if(found.warnings, [](const InputWarning& w) { return w.kind == "repeated_texts"; });
  }
  return std::move(found.warnings);
}

}  // namespace lengthwise
