// The controls: token sequences that change one thing at a time, so that a rise of cosine with length can be
// traced to content, averaging, attention or positions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "collapse/arms.h"
#include "controls/length_sample.h"
#include "encoder/intervention.h"
#include "lengthwise/measure_options.h"

namespace lengthwise {

// An eighth of the positions.
std::size_t DefaultPassage(std::size_t positions, std::size_t special_tokens);

// Throws kBadInput for a passage of which the model's positions do not hold two.
void CheckControlOptions(const ControlOptions& options, const Session& embedder);

// What every control shares: the same documents, read in passages of the same size.
struct ControlFrame {
  std::size_t passage = 0;                   // content tokens
  std::vector<std::int32_t> prefix, suffix;  // special tokens
  std::size_t positions = 0;                 // of the model
  std::size_t trained_limit = 0;             // 0: not known
  // Sequences hold this many passages: 1, 2, 3, 4, 6, 8, ... and as many as the positions have room for. At
  // least two multiples, or no documents.
  std::vector<std::size_t> multiples;
  // Content of each document, multiples.back() passages of it, in an order drawn at random.
  std::vector<std::vector<std::int32_t>> documents;
  std::size_t eligible = 0;  // documents that are long enough

  // Tokens of `passages` passages, special tokens included.
  std::size_t Length(std::size_t passages) const {
    return passages * passage + prefix.size() + suffix.size();
  }
  std::span<const std::int32_t> Passages(std::size_t document, std::size_t first, std::size_t count) const {
    return std::span(documents[document]).subspan(first * passage, count * passage);
  }
};

// Gathers the documents of a frame one by one; holds no more than it will use, whatever the input holds.
class ControlSample {
 public:
  // Throws kBadInput for a passage of which the model's positions do not hold two.
  ControlSample(const Session& embedder, const ControlOptions& options, std::uint64_t seed);

  void Add(const TokenizedDocument& document);

  // Where fewer than `minimum_documents` have the longest sequences, those are given up until enough have
  // them; `notes` then says so. A frame without documents, and a note, where too few have two passages.
  ControlFrame Frame(std::size_t minimum_documents, std::vector<std::string>& notes) const;

 private:
  ControlFrame frame_;   // without documents
  LengthSample sample_;  // a length a multiple
};

// One set of sequences, one a document (of kMixed one a document of the whole groups).
enum class ControlSequence {
  kWindow,         // passage number `count` (from 0) alone
  kWhole,          // the first `count` passages
  kInterpolated,   // the same, positions interpolated into the trained range
  kSqueezed,       // the same where it lies within that range, positions interpolated by the factor that the
                   // longest sequence needs
  kRepeated,       // the first passage `count` times
  kRepeatedEqual,  // the same, every copy at the positions of the first, the suffix at those after it
  kCopies,         // the sequence of the first passage, special tokens too, `count` times at equal positions
  kMixed,   // documents in groups of `count`; sequence d holds passage i of document d + i of its group,
            // around
  kFiller,  // `count` passages of as many other documents, their first passages left out
  kDilutedBeginning,  // the first passage, then count - 1 passages of the filler
  kDilutedMiddle,     // in their middle
  kDilutedEnd,        // after them
};

struct ControlCondition {
  ControlSequence sequence = ControlSequence::kWindow;
  std::size_t count = 0;
  auto operator<=>(const ControlCondition&) const = default;
};

// Every condition that the controls asked for need, each once.
std::vector<ControlCondition> PlanControls(const ControlFrame& frame, const ControlOptions& options);

struct ControlSequences {
  std::vector<std::vector<std::int32_t>> sequences;  // special tokens included
  Intervention intervention;
};

ControlSequences MakeSequences(const ControlFrame& frame, ControlCondition condition);

// Tokens of these sequences.
std::size_t CountTokens(const ControlFrame& frame, ControlCondition condition);

// Texts of kCopies: a check, not a statistic.
inline constexpr std::size_t kCopiesDocuments = 16;

// How many copies of a whole sequence of one passage the model's longest control has room for.
std::size_t CopiesOf(const ControlFrame& frame);

// The powers of two above 1 among the multiples, and the last, at which at least two groups of documents can
// be mixed; at which filler comes from other documents alone.
std::vector<std::size_t> MixedMultiples(const ControlFrame& frame);
std::vector<std::size_t> DilutedMultiples(const ControlFrame& frame);

// Where passage `i` of the filler of a document comes from.
struct FillerPassage {
  std::size_t document = 0;
  std::size_t passage = 0;
};
FillerPassage FillerOf(const ControlFrame& frame, std::size_t document, std::size_t i);

// Range that `passages` passages are interpolated into for kInterpolated and kSqueezed; 0: not at all.
std::size_t InterpolatedRange(const ControlFrame& frame, std::size_t passages);
std::size_t SqueezedRange(const ControlFrame& frame, std::size_t passages);

}  // namespace lengthwise
