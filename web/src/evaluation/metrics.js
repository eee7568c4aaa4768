// How metrics and runs are called where people read them.

// As src/tasks/metric_name.cpp has them.
const kMetrics = {
  ndcg_at_10: "nDCG@10",
  mrr_at_10: "MRR@10",
  map_at_1000: "MAP@1000",
  recall_at_10: "Recall@10",
  recall_at_100: "Recall@100",
  length_bias_at_10: "length bias@10",
  hubness_at_10: "hubness@10",
  accuracy: "accuracy",
  accuracy_all_train: "accuracy, all texts",
  knn_accuracy: "nearest-neighbour accuracy",
  v_measure: "V-measure",
  cosine_spearman: "Spearman correlation",
};

export function metricTitle(name) {
  return kMetrics[name] ?? name;
}

export function runTitle(name) {
  return name.replace(/\bbm25\b/, "BM25");
}
