// The statements that needle tasks hide.
#include "task_data/needles.h"

#include <fmt/format.h>

#include <iterator>
#include <set>
#include <utility>

#include "base/random.h"
#include "base/shuffle.h"

namespace lengthwise {
namespace {

constexpr const char* kNouns[] = {
#include "task_data/needle_nouns.inc"
};

struct Fact {
  const char* statement;
  const char* question;
};
constexpr Fact kFacts[] = {
#include "task_data/needle_facts.inc"
};

Needle PasskeyOf(const char* noun, std::uint64_t key) {
  return {fmt::format("The pass key for the {0} is {1}. Keep it in mind: {1} opens the {0}.", noun, key),
          fmt::format("What is the pass key for the {}?", noun)};
}

}  // namespace

std::size_t NeedleCount(NeedleKind kind) {
  return kind == NeedleKind::kPasskey ? std::size(kNouns) : std::size(kFacts);
}

std::vector<Needle> DrawNeedles(NeedleKind kind, std::size_t count, std::uint64_t seed) {
  Random random(seed);
  const std::vector<std::size_t> order = RandomOrder(NeedleCount(kind), random);
  std::set<std::uint64_t> keys;
  std::vector<Needle> needles;
  for (std::size_t i = 0; i < count; ++i) {
    if (kind == NeedleKind::kFact) {
      needles.push_back({kFacts[order[i]].statement, kFacts[order[i]].question});
      continue;
    }
    // Five digits, no key twice.
    std::uint64_t key = 0;
    do key = 10000 + random.Below(90000);
    while (!keys.insert(key).second);
    needles.push_back(PasskeyOf(kNouns[order[i]], key));
  }
  return needles;
}

}  // namespace lengthwise
