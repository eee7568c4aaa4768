#include "controls/intervention_frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <span>

#include "base/fail.h"

namespace lengthwise {
namespace {

constexpr std::size_t kPart = 128;
constexpr std::size_t kPartsOfPositions = 4;
constexpr std::size_t kMostFurther = 3;  // parts
constexpr std::size_t kMostOffsets = 8;  // about
constexpr std::size_t kShortestLength = 32;
constexpr std::size_t kLeastContent = 2;  // of a part, one of which is pooled whatever follows

std::size_t PartOf(std::size_t positions) {
  return std::min(kPart, positions / kPartsOfPositions);
}

InterventionFrame EmptyFrame(const Session& embedder) {
  InterventionFrame frame;
  const auto suffix = embedder.tokenizer().suffix();
  frame.prefix = embedder.Prefix();
  frame.suffix.assign(suffix.begin(), suffix.end());
  frame.positions = embedder.limits().positions;
  frame.part = PartOf(frame.positions);
  frame.position_table = embedder.spec().has_position_table();
  frame.architecture = embedder.spec().architecture;
  return frame;
}

// Those that documents are drawn for: 2, 3, 4, 8, 16, ... parts, and all positions.
std::vector<std::size_t> SampledLengths(const InterventionFrame& frame) {
  std::set<std::size_t> lengths = {frame.positions};
  for (std::size_t parts = 2; parts * frame.part <= frame.positions; parts += parts < 4 ? 1 : parts)
    lengths.insert(parts * frame.part);
  return {lengths.begin(), lengths.end()};
}

std::vector<std::size_t> ContentOf(std::span<const std::size_t> lengths, const InterventionFrame& frame) {
  std::vector<std::size_t> content;
  for (const std::size_t length : lengths)
    content.push_back(length - frame.prefix.size() - frame.suffix.size());
  return content;
}

}  // namespace

void CheckInterventions(const ControlOptions& options, const Session& embedder) {
  if (!options.interventions) return;
  const std::size_t positions = embedder.limits().positions;
  if (PartOf(positions) >= embedder.special_tokens() + kLeastContent) return;
  Fail(ErrorCode::kBadInput,
       "interventions move a quarter of the model's {} positions, which leaves no room for text beside {} "
       "special "
       "tokens{}",
       positions, embedder.special_tokens(),
       embedder.prompt(Role::kDocument).ids.empty()
           ? ""
           : ", those of the prompt included; ask for a shorter one");
}

std::vector<std::vector<std::int32_t>> InterventionFrame::Cut(std::size_t length) const {
  const auto content = static_cast<std::ptrdiff_t>(length - prefix.size() - suffix.size());
  std::vector<std::vector<std::int32_t>> sequences;
  for (const std::vector<std::int32_t>& document : documents) {
    std::vector<std::int32_t>& sequence = sequences.emplace_back(prefix);
    sequence.insert(sequence.end(), document.begin(), document.begin() + content);
    sequence.insert(sequence.end(), suffix.begin(), suffix.end());
  }
  return sequences;
}

std::vector<std::size_t> InterventionFrame::Offsets() const {
  std::vector<std::size_t> offsets;
  if (!position_table || documents.empty()) return offsets;
  const std::size_t step = std::max(part / 2, positions / kMostOffsets);
  for (std::size_t offset = 0; offset + part <= positions; offset += step) offsets.push_back(offset);
  return offsets;
}

std::vector<std::size_t> InterventionFrame::Further() const {
  std::vector<std::size_t> further;
  for (std::size_t parts = 0; parts <= kMostFurther && (parts + 1) * part <= longest; ++parts)
    further.push_back(parts * part);
  return further;
}

std::vector<std::size_t> InterventionFrame::Lengths() const {
  if (documents.empty()) return {};
  std::set<std::size_t> lengths = {longest};
  for (const std::size_t further : Further()) lengths.insert(part + further);
  const std::size_t least = prefix.size() + suffix.size() + kLeastContent;
  for (std::size_t length = kShortestLength; length <= longest; length *= 2) {
    if (length >= least) lengths.insert(length);
  }
  return {lengths.begin(), lengths.end()};
}

std::size_t InterventionFrame::CountTokens() const {
  std::size_t tokens = 0;
  for (const std::size_t length : Lengths()) tokens += length;
  // The first of each is a text as it is.
  for (const std::size_t offset : Offsets()) tokens += offset > 0 ? part : 0;
  for (const std::size_t further : Further()) tokens += further > 0 ? part + further : 0;
  return tokens * documents.size();
}

InterventionSample::InterventionSample(const Session& embedder, const ControlOptions& options,
                                       std::uint64_t seed)
    : frame_(EmptyFrame(embedder)),
      lengths_(SampledLengths(frame_)),
      sample_(ContentOf(lengths_, frame_), options.documents, seed) {}

InterventionFrame InterventionSample::Frame(std::size_t minimum_documents,
                                            std::vector<std::string>& notes) const {
  InterventionFrame frame = frame_;
  const std::size_t used = sample_.Reached(minimum_documents);
  if (used == 0) {
    notes.push_back(fmt::format(
        "The interventions are empty: they need at least {} documents of {} tokens, but {} have that.",
        minimum_documents, lengths_.front(), sample_.eligible(0)));
    return frame;
  }
  frame.longest = lengths_[used - 1];
  frame.eligible = sample_.eligible(used - 1);
  frame.documents = sample_.Documents(used - 1);
  if (used < lengths_.size()) {
    notes.push_back(fmt::format(
        "The interventions read {} tokens instead of {}: {} documents have {}, and at least {} are needed.",
        frame.longest, lengths_.back(), sample_.eligible(lengths_.size() - 1), lengths_.back(),
        minimum_documents));
  }
  if (frame.documents.size() < frame.eligible) {
    notes.push_back(
        fmt::format("The interventions use {} of the {} documents that have {} tokens, drawn at random.",
                    frame.documents.size(), frame.eligible, frame.longest));
  }
  if (!frame.position_table) {
    notes.push_back(
        fmt::format("A {} model has no table of positions, so its texts are not moved (offset), nor are "
                    "positions given again (further).",
                    frame.architecture));
  }
  return frame;
}

}  // namespace lengthwise
