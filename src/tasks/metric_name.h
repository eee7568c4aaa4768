// How a metric is called where people read it.
#pragma once

#include <string_view>

namespace lengthwise {

// "nDCG@10" for "ndcg_at_10", the name that documents and MTEB use; of a name that is not known, itself.
// The page has the same names (web/src/evaluation/metrics.js).
std::string_view MetricTitle(std::string_view key);

}  // namespace lengthwise
