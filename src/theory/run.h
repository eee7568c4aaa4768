// Every simulated claim of the theory: experiments, numbers, verdicts.
#pragma once

#include <vector>

#include "math/thread_pool.h"
#include "theory/cosine.h"
#include "theory/filter_rate.h"
#include "theory/inequality.h"
#include "theory/options.h"
#include "theory/region.h"
#include "theory/repeated.h"

namespace lengthwise {

struct TheoryRun {
  TheoryOptions options;
  FilterRateResult filter_rate;
  std::vector<RepeatedCell> repeated;
  std::vector<InequalityCell> inequality;
  CosineResult cosine;
  std::vector<Verdict> verdicts;  // by JudgeTheory
};

// The same options give the same result at any number of threads. Throws kBadInput as CheckTheoryOptions
// does. Each thread holds two or three [n x n] matrices of doubles.
TheoryRun RunTheory(const TheoryOptions& options, ThreadPool& pool, const Progress& progress = {});

}  // namespace lengthwise
