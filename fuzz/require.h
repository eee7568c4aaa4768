// A promise that a fuzz target checks: the process stops where it is broken, which the fuzzer reports.
#pragma once

#include <cstdio>
#include <cstdlib>

#define LENGTHWISE_REQUIRE(condition)                                                      \
  do {                                                                                     \
    if (!(condition)) {                                                                    \
      std::fprintf(stderr, "%s:%d: broken promise: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                        \
    }                                                                                      \
  } while (false)
