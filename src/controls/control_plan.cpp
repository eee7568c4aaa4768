#include "controls/control_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/fail.h"

namespace lengthwise {
namespace {

constexpr std::size_t kPassagesOfPositions = 8;

// 1, 2, 3, 4, 6, 8, 12, ... up to `most`, and `most`.
std::vector<std::size_t> HalfOctaves(std::size_t most) {
  std::set<std::size_t> multiples = {1, most};
  for (std::size_t power = 2; power <= most; power *= 2) {
    multiples.insert(power);
    if (power * 3 / 2 <= most) multiples.insert(power * 3 / 2);
  }
  return {multiples.begin(), multiples.end()};
}

bool IsPowerOfTwo(std::size_t value) {
  return (value & (value - 1)) == 0;
}

std::vector<std::size_t> Octaves(const ControlFrame& frame, std::size_t most) {
  std::vector<std::size_t> octaves;
  for (const std::size_t multiple : frame.multiples) {
    const bool taken = IsPowerOfTwo(multiple) || multiple == frame.multiples.back();
    if (multiple > 1 && taken && multiple <= most) octaves.push_back(multiple);
  }
  return octaves;
}

// `room`: content tokens that the model has positions for.
void CheckPassage(std::size_t passage, std::size_t room) {
  if (room / passage >= 2) return;
  Fail(ErrorCode::kBadInput,
       "a passage of {} tokens: the model's positions have room for {}, and controls need that of two; ask "
       "for {} or fewer",
       passage, room, room / 2);
}

ControlFrame EmptyFrame(const Session& embedder, const ControlOptions& options) {
  ControlFrame frame;
  const LengthLimits limits = embedder.limits();
  const auto suffix = embedder.tokenizer().suffix();
  frame.prefix = embedder.Prefix();
  frame.suffix.assign(suffix.begin(), suffix.end());
  frame.positions = limits.positions;
  frame.trained_limit = limits.sentence_transformers;
  frame.passage =
      options.passage > 0 ? options.passage : DefaultPassage(limits.positions, embedder.special_tokens());
  const std::size_t room = limits.positions - embedder.special_tokens();
  CheckPassage(frame.passage, room);
  frame.multiples = HalfOctaves(room / frame.passage);
  return frame;
}

std::vector<std::size_t> ContentLengths(const ControlFrame& frame) {
  std::vector<std::size_t> lengths;
  for (const std::size_t multiple : frame.multiples) lengths.push_back(multiple * frame.passage);
  return lengths;
}

}  // namespace

std::size_t DefaultPassage(std::size_t positions, std::size_t special_tokens) {
  return std::max<std::size_t>(1, (positions - special_tokens) / kPassagesOfPositions);
}

void CheckControlOptions(const ControlOptions& options, const Session& embedder) {
  if (!options.passages() || options.passage == 0) return;
  CheckPassage(options.passage, embedder.limits().positions - embedder.special_tokens());
}

ControlSample::ControlSample(const Session& embedder, const ControlOptions& options, std::uint64_t seed)
    : frame_(EmptyFrame(embedder, options)), sample_(ContentLengths(frame_), options.documents, seed) {}

void ControlSample::Add(const TokenizedDocument& document) {
  sample_.Add(document);
}

ControlFrame ControlSample::Frame(std::size_t minimum_documents, std::vector<std::string>& notes) const {
  ControlFrame frame = frame_;
  const std::size_t all = frame.multiples.size();
  const std::size_t used = sample_.Reached(minimum_documents);
  const std::size_t longest = frame.Length(frame.multiples.back());
  if (used < 2) {
    notes.push_back(fmt::format(
        "The controls are empty: they need at least {} documents of two passages of {} tokens, but {} have "
        "that.",
        minimum_documents, frame.passage, sample_.eligible(1)));
    return frame;
  }
  if (used < all) {
    notes.push_back(
        fmt::format("The controls end at {} tokens instead of {}: {} documents have {}, and at least {} are "
                    "needed.",
                    frame.Length(frame.multiples[used - 1]), longest, sample_.eligible(all - 1), longest,
                    minimum_documents));
  }
  frame.multiples.resize(used);
  frame.eligible = sample_.eligible(used - 1);
  frame.documents = sample_.Documents(used - 1);
  if (frame.documents.size() < frame.eligible) {
    notes.push_back(
        fmt::format("The controls use {} of the {} documents that have {} tokens, drawn at random.",
                    frame.documents.size(), frame.eligible, frame.Length(frame.multiples.back())));
  }
  return frame;
}

std::vector<std::size_t> MixedMultiples(const ControlFrame& frame) {
  return Octaves(frame, frame.documents.size() / 2);
}

std::vector<std::size_t> DilutedMultiples(const ControlFrame& frame) {
  return Octaves(frame, frame.documents.empty() ? 0 : frame.documents.size() - 1);
}

std::size_t CopiesOf(const ControlFrame& frame) {
  return frame.positions / frame.Length(1);
}

std::size_t InterpolatedRange(const ControlFrame& frame, std::size_t passages) {
  return frame.trained_limit >= 2 && frame.Length(passages) > frame.trained_limit ? frame.trained_limit : 0;
}

std::size_t SqueezedRange(const ControlFrame& frame, std::size_t passages) {
  const std::size_t longest = frame.multiples.back();
  if (InterpolatedRange(frame, longest) == 0 || InterpolatedRange(frame, passages) > 0) return 0;
  const double factor = static_cast<double>(frame.trained_limit) / static_cast<double>(frame.Length(longest));
  const auto range =
      static_cast<std::size_t>(std::lround(factor * static_cast<double>(frame.Length(passages))));
  return range >= 2 && range < frame.Length(passages) ? range : 0;
}

FillerPassage FillerOf(const ControlFrame& frame, std::size_t document, std::size_t i) {
  return {(document + 1 + i) % frame.documents.size(), 1 + i % (frame.multiples.back() - 1)};
}

std::vector<ControlCondition> PlanControls(const ControlFrame& frame, const ControlOptions& options) {
  std::set<ControlCondition> conditions;
  if (frame.documents.empty()) return {};
  const auto add = [&](ControlSequence sequence, std::size_t count) { conditions.insert({sequence, count}); };
  const auto add_whole = [&](std::size_t count) {
    if (count > 1) add(ControlSequence::kWhole, count);
  };
  if (options.passages()) add(ControlSequence::kWindow, 0);
  if (options.repeated) {
    for (const std::size_t count : frame.multiples) {
      add_whole(count);
      if (count == 1) continue;
      add(ControlSequence::kRepeated, count);
      add(ControlSequence::kRepeatedEqual, count);
    }
    add(ControlSequence::kCopies, CopiesOf(frame));
  }
  if (options.mixed) {
    for (const std::size_t count : MixedMultiples(frame)) {
      add_whole(count);
      add(ControlSequence::kMixed, count);
    }
  }
  const bool all_windows = options.attribution || (options.diluted && !DilutedMultiples(frame).empty());
  for (std::size_t w = 1; w < frame.multiples.back() && all_windows; ++w) add(ControlSequence::kWindow, w);
  if (options.diluted) {
    for (const std::size_t count : DilutedMultiples(frame)) {
      for (const ControlSequence place : {ControlSequence::kDilutedBeginning, ControlSequence::kDilutedMiddle,
                                          ControlSequence::kDilutedEnd, ControlSequence::kFiller}) {
        add(place, count);
      }
    }
  }
  if (options.attribution) {
    for (const std::size_t count : frame.multiples) {
      add_whole(count);
      if (InterpolatedRange(frame, count) > 0) add(ControlSequence::kInterpolated, count);
      if (SqueezedRange(frame, count) > 0) add(ControlSequence::kSqueezed, count);
    }
  }
  return {conditions.begin(), conditions.end()};
}

}  // namespace lengthwise
