// Several models side by side: which reads long documents best, before and after repair, at what cost.
#pragma once

#include "base/json.h"

namespace lengthwise {

// `models`: those of an answer's document. {"sentence", "advice", "rows": [{"model", "collapse", "limit",
// "unread", "repair", "before", "after", "longest_before", "longest_after" (intervals of nDCG@10, null where
// nothing tells), "vectors", "bytes", "seconds_document"}]}, in the order given.
OrderedJson ComparisonOf(const OrderedJson& models);

}  // namespace lengthwise
