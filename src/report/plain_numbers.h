// Numbers as sentences have them.
#pragma once

#include <string>

#include "base/json.h"
#include "lengthwise/interval.h"

namespace lengthwise {

// Back from JsonInterval.
Interval IntervalOf(const OrderedJson& json);

// A difference in nDCG@10 points, hundredths: "+5.9 [+5.0, +6.9]"; "unknown" where there is none.
std::string Points(const Interval& interval);
std::string Percent(double share);
// "38 % [31, 45]".
std::string PercentRange(const Interval& share);
// Of a cosine or another number near 1: "0.123"; a change of it, "+0.012 [0.003, 0.021]".
std::string ThreeDecimals(const Interval& interval);
std::string ChangeInDecimals(const Interval& change);
std::string Milliseconds(double seconds);

}  // namespace lengthwise
