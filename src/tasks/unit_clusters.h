// What the units of a task have in common, and so are resampled by.
#pragma once

#include <string>
#include <vector>

#include "lengthwise/task.h"
#include "statistics/clusters.h"

namespace lengthwise {

struct UnitClusters {
  Clusters clusters;  // with names; empty where each unit is its own
  // What a cluster is: "given" (the member "cluster"), "relevant_document" (queries connected by a relevant
  // document), "text" (equal texts, pairs connected by a text), "both_texts" (a pair is drawn by both of its
  // texts), or "unit": each by itself.
  std::string by = "unit";
  std::string note;  // what a reader should know of it; may be empty
};

// Queries of one document, directly or over queries that have several; over all corpora of the task. Where
// such chains tie almost all queries together (fewer than kMinimumForInterval effective clusters, as in
// collections whose queries have many relevant documents each) there would be next to nothing left to draw:
// then each query by itself, and a note. Not where every query has one relevant document: few documents are
// then few clusters.
UnitClusters ClusterQueries(const RetrievalTask& task);

// Equal texts.
UnitClusters ClusterTexts(const LabelledTask& task);

// Pairs connected by a text that they share. Where that ties almost all together, as when every text is
// compared with every other, each pair is drawn by both of its texts: it counts as often as both were drawn
// (the bootstrap of a U-statistic of degree two).
UnitClusters ClusterPairs(const SimilarityTask& task);

}  // namespace lengthwise
