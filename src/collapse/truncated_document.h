// What the truncated arm keeps of a document.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "encoder/probe.h"

namespace lengthwise {

// One document of the truncated arm, cut to the first `lengths` of its lengths.
struct TruncatedDocument {
  std::uint64_t key = 0;
  std::size_t tokens = 0;  // of the whole document
  std::size_t lengths = 0;
  std::vector<float> model;           // [lengths x dimension]; empty: not asked for
  std::vector<float> static_control;  // the same
  std::vector<TextProbe> probes;      // [lengths]; empty: not asked for
};

}  // namespace lengthwise
