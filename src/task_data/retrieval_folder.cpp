#include "task_data/retrieval_folder.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/fail.h"
#include "base/file.h"
#include "base/parse_number.h"
#include "task_data/cluster_members.h"
#include "task_data/json_lines.h"

namespace lengthwise {
namespace {

namespace fs = std::filesystem;

// Ids, their index and the line that they stand on.
struct IdIndex {
  struct Place {
    std::uint32_t index = 0;
    std::size_t line = 0;
  };
  std::unordered_map<std::string, Place> places;
};

// `clusters`, if given, takes the member "cluster" of the lines.
std::vector<Document> ReadDocumentsWithIds(const fs::path& path, IdIndex& ids,
                                           ClusterMembers* clusters = nullptr) {
  std::vector<Document> documents;
  ForEachJsonLine(path, [&](const Json& object, std::size_t line) {
    const std::string where = LinePlace(path, line);
    Document document;
    document.id = RequiredJsonMember<std::string>(object, "_id", where, ErrorCode::kBadInput);
    document.title = JsonMember<std::string>(object, "title", "", where, ErrorCode::kBadInput);
    document.text = RequiredJsonMember<std::string>(object, "text", where, ErrorCode::kBadInput);
    const auto index = static_cast<std::uint32_t>(documents.size());
    const auto [seen, is_new] = ids.places.emplace(document.id, IdIndex::Place{index, line});
    if (!is_new)
      Fail(ErrorCode::kBadInput, "{}: \"_id\" {} stands on line {} already", where, document.id,
           seen->second.line);
    if (IsBlank(EmbeddedText(document))) {
      Fail(ErrorCode::kBadInput, "{}: the text of \"_id\" {} is empty; leave it out, with its judgements",
           where, document.id);
    }
    documents.push_back(std::move(document));
    if (clusters != nullptr) clusters->Add(object, where);
  });
  if (documents.empty()) Fail(ErrorCode::kBadInput, "{}: holds no text", path.string());
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
    Fail(ErrorCode::kBadInput, "{}: expected query id, document id and grade with tabs between", where);
  }
  return {text.substr(0, first), text.substr(first + 1, second - first - 1), text.substr(second + 1)};
}

std::uint32_t FindId(const IdIndex& ids, std::string_view id, const std::string& where,
                     const std::string& file) {
  const auto found = ids.places.find(std::string(id));
  if (found == ids.places.end())
    Fail(ErrorCode::kBadInput, "{}: {} is not the \"_id\" of a line of {}", where, id, file);
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
    const std::optional<int> grade = NumberOf<int>(judgement.grade);
    // A header is a first line whose grade is no number and whose ids are nobody's.
    if (std::exchange(first, false) && !grade && !queries.places.contains(std::string(judgement.query)))
      return;
    if (!grade)
      Fail(ErrorCode::kBadInput, "{}: the grade \"{}\" is not a whole number", where, judgement.grade);
    const std::uint32_t query = FindId(queries, judgement.query, where, "queries.jsonl");
    const std::uint32_t document = FindId(documents, judgement.document, where, corpus);
    const auto [seen, is_new] = judgements[query].emplace(document, std::pair(*grade, line));
    if (!is_new) {
      Fail(ErrorCode::kBadInput, "{}: query {} and document {} are judged on line {} already", where,
           judgement.query, judgement.document, seen->second.second);
    }
    ++count;
  });
  if (count == 0) Fail(ErrorCode::kBadInput, "{}: holds no judgement", path.string());
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
  if (!any_relevant)
    Fail(ErrorCode::kBadInput, "{}: no grade is above 0, so nothing is relevant", path.string());
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
    Fail(ErrorCode::kBadInput,
         "{}: corpus-{}.jsonl, which answers the same queries, needs it, and it is missing", qrels.string(),
         name);
  }
  Corpus corpus;
  corpus.name = name;
  IdIndex document_ids;
  const fs::path documents = folder / ("corpus-" + name + ".jsonl");
  corpus.documents = ReadDocumentsWithIds(documents, document_ids);
  const Judgements judgements = ReadJudgements(qrels, query_ids, document_ids, documents.filename().string());
  for (std::size_t q = 0; q < queries.size(); ++q) {
    if (judgements[q].empty() != judged[q]) continue;
    Fail(ErrorCode::kBadInput,
         "{}: query {} has {} judgement here and {} in the task's own; the same queries are compared",
         qrels.string(), queries[q].id, judged[q] ? "no" : "a", judged[q] ? "one" : "none");
  }
  corpus.judgements = Relevances(judgements, judged, qrels);
  return corpus;
}

}  // namespace

RetrievalTask ReadRetrieval(const std::filesystem::path& folder) {
  RetrievalTask task;
  IdIndex document_ids;
  IdIndex query_ids;
  task.corpus.documents = ReadDocumentsWithIds(folder / "corpus.jsonl", document_ids);
  ClusterMembers clusters;
  std::vector<Document> queries = ReadDocumentsWithIds(folder / "queries.jsonl", query_ids, &clusters);
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
      if (!clusters.clusters().empty()) task.clusters.push_back(clusters.clusters()[q]);
    } else {
      ++task.unjudged_queries;
    }
  }
  return task;
}

}  // namespace lengthwise
