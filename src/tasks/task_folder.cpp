#include "tasks/task_folder.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/fail.h"
#include "tasks/json_lines.h"

namespace lengthwise {
namespace {

namespace fs = std::filesystem;
constexpr ErrorCode kBad = ErrorCode::kBadInput;

bool Exists(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

// Ids, their index and the line that they stand on.
struct IdIndex {
  struct Place {
    std::uint32_t index = 0;
    std::size_t line = 0;
  };
  std::unordered_map<std::string, Place> places;
};

std::vector<Document> ReadDocumentsWithIds(const fs::path& path, IdIndex& ids) {
  std::vector<Document> documents;
  ForEachJsonLine(path, [&](const Json& object, std::size_t line) {
    const std::string where = LinePlace(path, line);
    Document document;
    document.id = RequiredJsonMember<std::string>(object, "_id", where, kBad);
    document.title = JsonMember<std::string>(object, "title", "", where, kBad);
    document.text = RequiredJsonMember<std::string>(object, "text", where, kBad);
    const auto index = static_cast<std::uint32_t>(documents.size());
    const auto [seen, is_new] = ids.places.emplace(document.id, IdIndex::Place{index, line});
    if (!is_new)
      Fail(kBad, "{}: \"_id\" {} stands on line {} already", where, document.id, seen->second.line);
    if (IsBlank(EmbeddedText(document))) {
      Fail(kBad, "{}: the text of \"_id\" {} is empty; leave it out, with its judgements", where,
           document.id);
    }
    documents.push_back(std::move(document));
  });
  if (documents.empty()) Fail(kBad, "{}: holds no text", path.string());
  return documents;
}

struct Judgement {
  std::string_view query;
  std::string_view document;
  std::string_view grade;
};

Judgement SplitJudgement(std::string_view text, const std::string& where) {
  const std::size_t first = text.find('\t');
  const std::size_t second = first == std::string_view::npos ? first : text.find('\t', first + 1);
  if (second == std::string_view::npos || text.find('\t', second + 1) != std::string_view::npos) {
    Fail(kBad, "{}: expected query id, document id and grade with tabs between", where);
  }
  return {text.substr(0, first), text.substr(first + 1, second - first - 1), text.substr(second + 1)};
}

bool ParseGrade(std::string_view text, int& grade) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), grade);
  return error == std::errc() && end == text.data() + text.size();
}

std::uint32_t FindId(const IdIndex& ids, std::string_view id, const std::string& where,
                     const std::string& file) {
  const auto found = ids.places.find(std::string(id));
  if (found == ids.places.end()) Fail(kBad, "{}: {} is not the \"_id\" of a line of {}", where, id, file);
  return found->second.index;
}

// By query: document to grade and line.
using Judgements = std::vector<std::map<std::uint32_t, std::pair<int, std::size_t>>>;

Judgements ReadJudgements(const fs::path& path, const IdIndex& queries, const IdIndex& documents,
                          const std::string& corpus) {
  Judgements judgements(queries.places.size());
  bool first = true;
  std::size_t count = 0;
  ForEachLine(path, [&](std::string_view text, std::size_t line) {
    if (IsBlank(text)) return;
    const std::string where = LinePlace(path, line);
    const Judgement judgement = SplitJudgement(text, where);
    int grade = 0;
    const bool is_number = ParseGrade(judgement.grade, grade);
    // A header is a first line whose grade is no number and whose ids are nobody's.
    if (std::exchange(first, false) && !is_number && !queries.places.contains(std::string(judgement.query)))
      return;
    if (!is_number) Fail(kBad, "{}: the grade \"{}\" is not a whole number", where, judgement.grade);
    const std::uint32_t query = FindId(queries, judgement.query, where, "queries.jsonl");
    const std::uint32_t document = FindId(documents, judgement.document, where, corpus);
    const auto [seen, is_new] = judgements[query].emplace(document, std::pair(grade, line));
    if (!is_new) {
      Fail(kBad, "{}: query {} and document {} are judged on line {} already", where, judgement.query,
           judgement.document, seen->second.second);
    }
    ++count;
  });
  if (count == 0) Fail(kBad, "{}: holds no judgement", path.string());
  return judgements;
}

// Judgements of the queries that `chosen` keeps.
std::vector<std::vector<Relevance>> Relevances(const Judgements& judgements, const std::vector<bool>& chosen,
                                               const fs::path& path) {
  std::vector<std::vector<Relevance>> result;
  bool any_relevant = false;
  for (std::size_t q = 0; q < judgements.size(); ++q) {
    if (!chosen[q]) continue;
    std::vector<Relevance>& relevances = result.emplace_back();
    for (const auto& [document, judgement] : judgements[q]) {
      relevances.push_back({document, judgement.first});
      any_relevant = any_relevant || judgement.first > 0;
    }
  }
  if (!any_relevant) Fail(kBad, "{}: no grade is above 0, so nothing is relevant", path.string());
  return result;
}

// The names of the files corpus-NAME.jsonl, sorted.
std::vector<std::string> OtherCorpora(const fs::path& folder) {
  constexpr std::string_view kPrefix = "corpus-", kSuffix = ".jsonl";
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string file = entry.path().filename().string();
    if (file.size() <= kPrefix.size() + kSuffix.size() || !file.starts_with(kPrefix) ||
        !file.ends_with(kSuffix)) {
      continue;
    }
    names.push_back(file.substr(kPrefix.size(), file.size() - kPrefix.size() - kSuffix.size()));
  }
  std::sort(names.begin(), names.end());
  return names;
}

Corpus ReadOtherCorpus(const fs::path& folder, const std::string& name, const IdIndex& query_ids,
                       const std::vector<Document>& queries, const std::vector<bool>& judged) {
  const fs::path qrels = folder / ("qrels-" + name + ".tsv");
  if (!Exists(qrels)) {
    Fail(kBad, "{}: corpus-{}.jsonl, which answers the same queries, needs it, and it is missing",
         qrels.string(), name);
  }
  Corpus corpus;
  corpus.name = name;
  IdIndex document_ids;
  const fs::path documents = folder / ("corpus-" + name + ".jsonl");
  corpus.documents = ReadDocumentsWithIds(documents, document_ids);
  const Judgements judgements = ReadJudgements(qrels, query_ids, document_ids, documents.filename().string());
  for (std::size_t q = 0; q < queries.size(); ++q) {
    if (judgements[q].empty() != judged[q]) continue;
    Fail(kBad, "{}: query {} has {} judgement here and {} in the task's own; the same queries are compared",
         qrels.string(), queries[q].id, judged[q] ? "no" : "a", judged[q] ? "one" : "none");
  }
  corpus.judgements = Relevances(judgements, judged, qrels);
  return corpus;
}

RetrievalTask ReadRetrieval(const fs::path& folder) {
  RetrievalTask task;
  IdIndex document_ids;
  IdIndex query_ids;
  task.corpus.documents = ReadDocumentsWithIds(folder / "corpus.jsonl", document_ids);
  std::vector<Document> queries = ReadDocumentsWithIds(folder / "queries.jsonl", query_ids);
  const fs::path qrels = Exists(folder / "qrels.tsv") ? folder / "qrels.tsv" : folder / "qrels" / "test.tsv";
  const Judgements judgements = ReadJudgements(qrels, query_ids, document_ids, "corpus.jsonl");
  std::vector<bool> judged;
  for (const auto& of_query : judgements) judged.push_back(!of_query.empty());
  task.corpus.judgements = Relevances(judgements, judged, qrels);
  for (const std::string& name : OtherCorpora(folder)) {
    task.others.push_back(ReadOtherCorpus(folder, name, query_ids, queries, judged));
  }
  for (std::size_t q = 0; q < queries.size(); ++q) {
    if (judged[q]) {
      task.queries.push_back(std::move(queries[q]));
    } else {
      ++task.unjudged_queries;
    }
  }
  return task;
}

std::string RequiredText(const Json& object, const char* name, const std::string& where) {
  std::string text = RequiredJsonMember<std::string>(object, name, where, kBad);
  if (IsBlank(text)) Fail(kBad, "{}: \"{}\" is empty", where, name);
  return text;
}

std::string ReadLabel(const Json& object, const std::string& where) {
  const auto label = object.find("label");
  if (label == object.end() || label->is_null()) Fail(kBad, "{}: \"label\" is missing", where);
  if (label->is_number_integer()) return label->dump();
  if (label->is_string() && !IsBlank(label->get<std::string>())) return label->get<std::string>();
  Fail(kBad, "{}: \"label\" must be a text that is not empty or a whole number", where);
}

// What is known of a label.
struct LabelUse {
  std::uint32_t index = 0;
  std::size_t texts = 0;
  std::size_t training_texts = 0;
  std::size_t line = 0;  // of its first text
};

void CheckLabels(const fs::path& path, const std::map<std::string, LabelUse>& labels, bool has_split) {
  if (labels.size() < 2)
    Fail(kBad, "{}: holds {} label(s), and a task needs two", path.string(), labels.size());
  for (const auto& [label, use] : labels) {
    const std::string where = LinePlace(path, use.line);
    if (use.texts < 2) {
      Fail(kBad,
           "{}: this is the only text with label {}; a label needs two texts, one to learn from and one to "
           "test",
           where, label);
    }
    if (has_split && use.training_texts == 0) {
      Fail(kBad, "{}: no text with label {} has \"split\" train, so it cannot be learned", where, label);
    }
  }
}

LabelledTask ReadLabelled(const fs::path& path) {
  LabelledTask task;
  std::map<std::string, LabelUse> labels;
  std::vector<std::string> label_texts;
  std::vector<bool> is_test;
  std::size_t with_split = 0;
  std::size_t lines = 0;
  ForEachJsonLine(path, [&](const Json& object, std::size_t line) {
    const std::string where = LinePlace(path, line);
    std::string text = RequiredText(object, "text", where);
    std::string label = ReadLabel(object, where);
    const auto split = JsonMember<std::string>(object, "split", "", where, kBad);
    if (!split.empty() && split != "train" && split != "test" && split != "validation") {
      Fail(kBad, "{}: \"split\" is {}, not train, validation or test", where, split);
    }
    with_split += split.empty() ? 0 : 1;
    ++lines;
    if (with_split != 0 && with_split != lines) {
      Fail(kBad, "{}: some texts have a \"split\" and some have none", where);
    }
    if (split == "validation") return;
    LabelUse& use = labels[label];
    if (use.texts++ == 0) use.line = line;
    use.training_texts += split == "train" ? 1 : 0;
    task.texts.push_back(std::move(text));
    label_texts.push_back(std::move(label));
    is_test.push_back(split == "test");
  });
  const bool has_split = with_split > 0;
  if (task.texts.empty()) Fail(kBad, "{}: holds no text", path.string());
  CheckLabels(path, labels, has_split);
  if (has_split && std::find(is_test.begin(), is_test.end(), true) == is_test.end()) {
    Fail(kBad, "{}: no text has \"split\" test", path.string());
  }
  for (auto& [label, use] : labels) {
    use.index = static_cast<std::uint32_t>(task.labels.size());
    task.labels.push_back(label);
  }
  for (const std::string& label : label_texts) task.label_of.push_back(labels.at(label).index);
  if (has_split) task.is_test = std::move(is_test);
  return task;
}

SimilarityTask ReadSimilarity(const fs::path& path) {
  SimilarityTask task;
  ForEachJsonLine(path, [&](const Json& object, std::size_t line) {
    const std::string where = LinePlace(path, line);
    const bool sentences = object.contains("sentence1");
    task.first.push_back(RequiredText(object, sentences ? "sentence1" : "text1", where));
    task.second.push_back(RequiredText(object, sentences ? "sentence2" : "text2", where));
    const auto score = RequiredJsonMember<double>(object, "score", where, kBad);
    if (!std::isfinite(score)) Fail(kBad, "{}: \"score\" is not a finite number", where);
    task.scores.push_back(score);
  });
  if (task.scores.size() < 3) Fail(kBad, "{}: holds fewer than 3 pairs", path.string());
  const auto [least, most] = std::minmax_element(task.scores.begin(), task.scores.end());
  if (*least == *most)
    Fail(kBad, "{}: every score is {}, so nothing can correlate with them", path.string(), *least);
  return task;
}

}  // namespace

Task ReadTask(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) Fail(ErrorCode::kIo, "{} is not a folder", folder.string());
  const bool retrieval = Exists(folder / "corpus.jsonl");
  const bool labelled = Exists(folder / "docs.jsonl");
  const bool pairs = Exists(folder / "pairs.jsonl");
  if (retrieval + labelled + pairs != 1) {
    Fail(kBad,
         "{}: a task folder holds corpus.jsonl, queries.jsonl and qrels.tsv (retrieval), or docs.jsonl "
         "(classification and "
         "clustering), or pairs.jsonl (similarity); this one holds {}",
         folder.string(), retrieval + labelled + pairs == 0 ? "none of them" : "more than one");
  }
  Task task;
  task.folder = folder.string();
  const fs::path normal = folder.lexically_normal();
  task.name = (normal.has_filename() ? normal : normal.parent_path()).filename().string();
  if (retrieval) {
    task.data = ReadRetrieval(folder);
  } else if (labelled) {
    task.data = ReadLabelled(folder / "docs.jsonl");
  } else {
    task.data = ReadSimilarity(folder / "pairs.jsonl");
  }
  return task;
}

}  // namespace lengthwise
