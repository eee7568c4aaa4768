#include <array>
#include <utility>

#include "lengthwise/evaluation_result.h"

namespace lengthwise {

std::string_view MetricTitle(std::string_view key) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kTitles = {{
      {"ndcg_at_10", "nDCG@10"},
      {"mrr_at_10", "MRR@10"},
      {"map_at_1000", "MAP@1000"},
      {"recall_at_10", "Recall@10"},
      {"recall_at_100", "Recall@100"},
      {"length_bias_at_10", "length bias@10"},
      {"hubness_at_10", "hubness@10"},
      {"accuracy", "accuracy"},
      {"accuracy_all_train", "accuracy, all texts"},
      {"knn_accuracy", "nearest-neighbour accuracy"},
      {"v_measure", "V-measure"},
      {"cosine_spearman", "Spearman correlation"},
  }};
  for (const auto& [name, title] : kTitles) {
    if (name == key) return title;
  }
  return key;
}

}  // namespace lengthwise
