#include "tasks/metric_name.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace lengthwise {
namespace {

using Name = std::pair<std::string_view, std::string_view>;

constexpr std::array kWhole = {
    Name{"map_at_1000", "MAP"},
    Name{"accuracy_all_train", "accuracy with all training texts"},
    Name{"knn_accuracy", "accuracy of nearest neighbours"},
    Name{"v_measure", "V-measure"},
    Name{"cosine_spearman", "Spearman"},
};

// Of what is cut at a rank.
constexpr std::array kCut = {
    Name{"ndcg", "nDCG"},     Name{"mrr", "MRR"},         Name{"map", "MAP"},
    Name{"recall", "Recall"}, Name{"hubness", "hubness"}, Name{"length_bias", "length bias"},
};

std::string_view Find(std::span<const Name> names, std::string_view metric) {
  const auto found =
      std::find_if(names.begin(), names.end(), [&](const Name& name) { return name.first == metric; });
  return found == names.end() ? std::string_view() : found->second;
}

}  // namespace

std::string MetricForPeople(std::string_view metric) {
  if (const std::string_view name = Find(kWhole, metric); !name.empty()) return std::string(name);
  constexpr std::string_view kAt = "_at_";
  if (const std::size_t at = metric.rfind(kAt); at != std::string_view::npos) {
    if (const std::string_view name = Find(kCut, metric.substr(0, at)); !name.empty())
      return std::string(name) + "@" + std::string(metric.substr(at + kAt.size()));
  }
  std::string plain(metric);
  std::replace(plain.begin(), plain.end(), '_', ' ');
  return plain;
}

}  // namespace lengthwise
