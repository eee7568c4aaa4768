#include "controls/placement_frame.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/fail.h"

namespace lengthwise {
namespace {

constexpr std::size_t kLongest = 512;
constexpr std::size_t kLengths = 3;  // halved each time
constexpr std::size_t kPassagesOfText = 8;

// Ascending.
std::vector<std::size_t> PlacementLengths(std::size_t positions) {
  const std::size_t longest = std::min(kLongest, positions);
  std::vector<std::size_t> lengths;
  for (std::size_t shift = kLengths; shift-- > 0;) lengths.push_back(longest >> shift);
  return lengths;
}

std::vector<std::size_t> Less(std::vector<std::size_t> lengths, std::size_t specials) {
  for (std::size_t& length : lengths) length = length > specials ? length - specials : 0;
  return lengths;
}

std::size_t Specials(const Session& embedder) {
  return std::max(embedder.special_tokens(Role::kDocument), embedder.special_tokens(Role::kQuery));
}

}  // namespace

void CheckPlacement(const ControlOptions& options, const Session& embedder) {
  if (!options.placement) return;
  const std::size_t shortest = PlacementLengths(embedder.limits().positions).front();
  if (shortest / kPassagesOfText > 0 && shortest >= Specials(embedder) + 3 * (shortest / kPassagesOfText))
    return;
  Fail(ErrorCode::kBadInput,
       "placement puts passages into texts of {} tokens, a quarter of what the model reads, which leaves no "
       "room beside {} "
       "special tokens{}",
       shortest, Specials(embedder),
       embedder.prompt(Role::kDocument).ids.empty() && embedder.prompt(Role::kQuery).ids.empty()
           ? ""
           : ", those of the prompt included; ask for a shorter one");
}

std::vector<std::vector<std::int32_t>> PlacementFrame::Queries() const {
  std::vector<std::vector<std::int32_t>> queries;
  for (std::size_t p = 0; p < passages(); ++p) {
    const auto begin = documents[p].begin() + static_cast<std::ptrdiff_t>(passage);
    queries.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(passage));
  }
  return queries;
}

std::vector<std::vector<std::int32_t>> PlacementFrame::Texts(std::size_t place) const {
  std::vector<std::vector<std::int32_t>> texts;
  for (std::size_t p = 0; p < passages(); ++p) {
    const std::vector<std::int32_t>& from = documents[p];
    const std::vector<std::int32_t>& around = documents[passages() + p];
    const auto filler = static_cast<std::ptrdiff_t>(around.size() - passage);
    const auto before = static_cast<std::ptrdiff_t>(kPlaces[place] * static_cast<double>(filler));
    std::vector<std::int32_t>& text = texts.emplace_back(around.begin(), around.begin() + before);
    text.insert(text.end(), from.begin(), from.begin() + static_cast<std::ptrdiff_t>(passage));
    text.insert(text.end(), around.begin() + before, around.begin() + filler);
  }
  return texts;
}

PlacementSample::PlacementSample(const Session& embedder, const ControlOptions& options, std::uint64_t seed)
    : lengths_(PlacementLengths(embedder.limits().positions)),
      specials_(embedder.special_tokens(Role::kDocument)),
      sample_(Less(lengths_, specials_), options.documents, seed) {}

PlacementFrame PlacementSample::Frame(std::size_t minimum_documents, std::vector<std::string>& notes) const {
  PlacementFrame frame;
  const std::size_t needed = 2 * minimum_documents;
  const std::size_t used = sample_.Reached(needed);
  if (used == 0) {
    notes.push_back(
        fmt::format("Placement is empty: it needs at least {} documents of {} tokens, half of them to stand "
                    "around passages of the others, but "
                    "{} have that.",
                    needed, lengths_.front(), sample_.eligible(0)));
    return frame;
  }
  frame.length = lengths_[used - 1];
  frame.passage = frame.length / kPassagesOfText;
  frame.eligible = sample_.eligible(used - 1);
  frame.documents = sample_.Documents(used - 1);
  if (frame.documents.size() % 2 != 0) frame.documents.pop_back();
  if (used < lengths_.size()) {
    notes.push_back(fmt::format(
        "Passages stand in texts of {} tokens instead of {}: {} documents have {}, and at least {} are "
        "needed.",
        frame.length, lengths_.back(), sample_.eligible(lengths_.size() - 1), lengths_.back(), needed));
  }
  return frame;
}

}  // namespace lengthwise
