// Runs a check once for every instruction set that this CPU has, so that the SSE4 and AVX2 kernels are tested
// on a machine with AVX-512 too.
#pragma once

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <cstdint>

namespace lengthwise {

template <typename Check>
void ForEveryTarget(Check&& check) {
  for (const auto target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    check();
  }
  hwy::SetSupportedTargetsForTest(0);
}

}  // namespace lengthwise
