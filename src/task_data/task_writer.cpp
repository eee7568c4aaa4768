#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/fail.h"
#include "base/file.h"
#include "base/json.h"
#include "lengthwise/generate.h"

namespace lengthwise {
namespace {

void CheckId(const std::string& id) {
  if (id.find_first_of("\t\r\n") == std::string::npos) return;
  Fail(ErrorCode::kBadInput,
       "the id \"{}\" holds a tab or a new line, which qrels.tsv cannot hold; change it", id);
}

OrderedJson LineOf(const Document& document) {
  CheckId(document.id);
  OrderedJson line = {{"_id", document.id}};
  if (!document.title.empty()) line["title"] = document.title;
  line["text"] = document.text;
  return line;
}

void Write(const OrderedJson& line, AtomicFile& file) {
  file.Write(line.dump() + "\n");
}

// `suffix`: empty, or "-NAME" for another corpus of the same queries.
void WriteCorpus(const Corpus& corpus, const std::vector<Document>& queries, const std::string& suffix,
                 const std::filesystem::path& folder) {
  AtomicFile documents(folder / fmt::format("corpus{}.jsonl", suffix));
  for (const Document& document : corpus.documents) Write(LineOf(document), documents);
  AtomicFile qrels(folder / fmt::format("qrels{}.tsv", suffix));
  qrels.Write("query-id\tcorpus-id\tscore\n");
  for (std::size_t q = 0; q < queries.size(); ++q) {
    for (const Relevance& relevance : corpus.judgements[q]) {
      qrels.Write(fmt::format("{}\t{}\t{}\n", queries[q].id, corpus.documents[relevance.document].id,
                              relevance.grade));
    }
  }
  documents.Commit();
  qrels.Commit();
}

// `query_members`: an object for each query whose members its line has too, or none at all.
void WriteRetrieval(const RetrievalTask& task, std::span<const OrderedJson> query_members,
                    const std::filesystem::path& folder) {
  AtomicFile queries(folder / "queries.jsonl");
  for (std::size_t q = 0; q < task.queries.size(); ++q) {
    OrderedJson line = LineOf(task.queries[q]);
    if (!task.clusters.empty()) line["cluster"] = task.clusters[q];
    if (!query_members.empty()) line.update(query_members[q]);
    Write(line, queries);
  }
  queries.Commit();
  WriteCorpus(task.corpus, task.queries, "", folder);
  for (const Corpus& other : task.others) WriteCorpus(other, task.queries, "-" + other.name, folder);
}

}  // namespace

void WriteTask(const RetrievalTask& task, const std::filesystem::path& folder) {
  WriteRetrieval(task, {}, folder);
}

void WriteTask(const NeedleTask& task, const std::filesystem::path& folder) {
  std::vector<OrderedJson> members;
  for (const double depth : task.depths) members.push_back({{"depth", depth}});
  WriteRetrieval(task.task, members, folder);
}

void WriteTask(const PseudoTask& task, const std::filesystem::path& folder) {
  std::vector<OrderedJson> members;
  for (const std::string& source : task.sources) members.push_back({{"source", source}});
  WriteRetrieval(task.task, members, folder);
}

}  // namespace lengthwise
