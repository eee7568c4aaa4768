// What people call the metrics.
#pragma once

#include <string>
#include <string_view>

namespace lengthwise {

// For text that people read: "nDCG@10" for ndcg_at_10, "Recall@100" for recall_at_100, "V-measure", ... The
// documents for programs keep the names of the metrics as they are. A metric that is not known here: its own
// name, with spaces.
std::string MetricForPeople(std::string_view metric);

}  // namespace lengthwise
