#include "controls/length_sample.h"

#include <utility>

#include "base/random.h"
#include "collapse/document_stream.h"

namespace lengthwise {

LengthSample::LengthSample(std::span<const std::size_t> tokens, std::size_t documents, std::uint64_t seed)
    : capacity_(documents), stream_(Random(seed ^ 0x636F6E74726F6CU).Next()) {
  for (const std::size_t length : tokens) levels_.push_back({length, 0, {}});
}

void LengthSample::Add(const TokenizedDocument& document) {
  for (Level& level : levels_) {
    if (document.content.size() < level.tokens) return;
    ++level.eligible;
    const auto end = document.content.begin() + static_cast<std::ptrdiff_t>(level.tokens);
    level.candidates.push_back({document.key ^ stream_, {document.content.begin(), end}});
    KeepSample(level.candidates, capacity_, true);
  }
}

std::size_t LengthSample::Reached(std::size_t minimum) const {
  std::size_t used = levels_.size();
  while (used > 0 && levels_[used - 1].eligible < minimum) --used;
  return used;
}

std::vector<std::vector<std::int32_t>> LengthSample::Documents(std::size_t length) const {
  std::vector<Candidate> chosen = levels_[length].candidates;
  KeepSample(chosen, capacity_, false);
  std::vector<std::vector<std::int32_t>> documents;
  for (Candidate& candidate : chosen) documents.push_back(std::move(candidate.content));
  return documents;
}

}  // namespace lengthwise
