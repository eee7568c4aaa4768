// What the sentence of an evaluation and its detail look up.
#pragma once

#include <string>

#include "lengthwise/evaluation_result.h"

namespace lengthwise {

// The first grouping into equal counts, where it has a shortest and a longest bucket; else null.
const BucketedScores* Quarters(const RunResult& run);

// Of the main metric. The two hold different units, so their errors are independent, and the interval of the
// difference is made from theirs (Zou and Donner 2008): the distances of their ends, added as squares.
// Without an interval where either has none.
Interval LongestLessShortest(const BucketedScores& quarters);

// Of a run, less the base run; of a sweep's run with the interval that allows for the number of temperatures.
Interval DifferenceOf(const TaskResult& task, const RunResult& run);

// A repair in words: "windows of 128 tokens, averaged, and whitening (whiten:0.3)".
std::string RepairInWords(const RunDescription& run);

}  // namespace lengthwise
