// What needle tasks hide in their documents.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lengthwise/generate.h"

namespace lengthwise {

// What is hidden, and the query that asks for it.
struct Needle {
  std::string statement;
  std::string question;
};

// `count` different ones, at most NeedleCount; a larger count only adds to a smaller one's.
std::vector<Needle> DrawNeedles(NeedleKind kind, std::size_t count, std::uint64_t seed);

}  // namespace lengthwise
