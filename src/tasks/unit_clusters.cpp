#include "tasks/unit_clusters.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <unordered_map>
#include <utility>

#include "base/fail.h"
#include "statistics/interval.h"

namespace lengthwise {
namespace {

// Names to numbers, in the order of their first use.
class Numbers {
 public:
  std::uint32_t operator()(const std::string& name) {
    const auto [found, is_new] = numbers_.emplace(name, static_cast<std::uint32_t>(names_.size()));
    if (is_new) names_.push_back(name);
    return found->second;
  }
  std::size_t size() const { return names_.size(); }
  std::vector<std::string> Take() { return std::move(names_); }

 private:
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::vector<std::string> names_;
};

UnitClusters Given(const std::vector<std::string>& names, std::size_t units, const char* of) {
  if (names.size() != units) {
    Fail(ErrorCode::kBadInput, "{} clusters are given for {} {}; give one for each, or none", names.size(),
         units, of);
  }
  UnitClusters found;
  found.by = "given";
  Numbers number;
  for (const std::string& name : names) found.clusters.of.push_back(number(name));
  found.clusters.names = number.Take();
  return found;
}

// `names` by cluster: that of its first unit.
UnitClusters Connected(std::vector<std::uint32_t> of, const char* by,
                       const std::function<std::string(std::size_t unit)>& name) {
  UnitClusters found;
  for (std::size_t unit = 0; unit < of.size(); ++unit) {
    if (of[unit] == found.clusters.names.size()) found.clusters.names.push_back(name(unit));
  }
  if (found.clusters.names.size() == of.size()) return {};
  found.clusters.of = std::move(of);
  found.by = by;
  return found;
}

// Of too few units there is no interval anyway.
bool AreEnough(const UnitClusters& found) {
  const std::vector<std::uint32_t>& of = found.clusters.of;
  return of.size() < kMinimumForInterval || EffectiveClusters(of) >= double{kMinimumForInterval};
}

std::size_t LargestOf(std::span<const std::uint32_t> of) {
  std::vector<std::size_t> sizes(of.size(), 0);
  for (const std::uint32_t cluster : of) ++sizes[cluster];
  return *std::max_element(sizes.begin(), sizes.end());
}

// By query: the relevant documents of all corpora, each with a number of its own. False: a query has several
// of one corpus.
bool AddRelevant(const Corpus& corpus, std::uint32_t first, std::vector<std::vector<std::uint32_t>>& causes) {
  bool one_each = true;
  for (std::size_t q = 0; q < causes.size(); ++q) {
    std::size_t relevant = 0;
    for (const Relevance& relevance : corpus.judgements[q]) {
      if (relevance.grade <= 0) continue;
      causes[q].push_back(first + relevance.document);
      ++relevant;
    }
    one_each = one_each && relevant <= 1;
  }
  return one_each;
}

}  // namespace

UnitClusters ClusterQueries(const RetrievalTask& task) {
  const std::size_t queries = task.queries.size();
  if (!task.clusters.empty()) return Given(task.clusters, queries, "queries");
  std::vector<std::vector<std::uint32_t>> causes(queries);
  std::size_t documents = task.corpus.documents.size();
  bool one_each = AddRelevant(task.corpus, 0, causes);
  for (const Corpus& other : task.others) {
    one_each = AddRelevant(other, static_cast<std::uint32_t>(documents), causes) && one_each;
    documents += other.documents.size();
  }
  // The name of a document is the same whatever else the set holds.
  const auto name = [&](std::size_t query) {
    for (const Relevance& relevance : task.corpus.judgements[query]) {
      if (relevance.grade > 0) return task.corpus.documents[relevance.document].id;
    }
    return task.queries[query].id;
  };
  UnitClusters found = Connected(ConnectedUnits(causes, documents), "relevant_document", name);
  if (one_each || AreEnough(found)) return found;
  const std::size_t largest = LargestOf(found.clusters.of);
  found = {};
  found.note = fmt::format(
      "Queries are resampled one by one, although they share relevant documents: over these, {} of {} hang "
      "together, and would be drawn as one. What such queries have in common is not in the intervals.",
      largest, queries);
  return found;
}

UnitClusters ClusterTexts(const LabelledTask& task) {
  if (!task.clusters.empty()) return Given(task.clusters, task.texts.size(), "texts");
  Numbers number;
  std::vector<std::uint32_t> of;
  for (const std::string& text : task.texts) of.push_back(number(text));
  return Connected(std::move(of), "text", [](std::size_t text) { return std::to_string(text + 1); });
}

UnitClusters ClusterPairs(const SimilarityTask& task) {
  const std::size_t pairs = task.scores.size();
  if (!task.clusters.empty()) return Given(task.clusters, pairs, "pairs");
  Numbers number;
  Clusters texts;
  std::vector<std::vector<std::uint32_t>> causes;
  for (std::size_t pair = 0; pair < pairs; ++pair) {
    texts.of.push_back(number(task.first[pair]));
    texts.second.push_back(number(task.second[pair]));
    causes.push_back({texts.of.back(), texts.second.back()});
  }
  UnitClusters found = Connected(ConnectedUnits(causes, number.size()), "text",
                                 [](std::size_t pair) { return std::to_string(pair + 1); });
  if (AreEnough(found)) return found;
  texts.names = number.Take();
  return {std::move(texts), "both_texts", ""};
}

}  // namespace lengthwise
