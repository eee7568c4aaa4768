#include <algorithm>

#include "base/fail.h"
#include "controls/control_plan.h"

namespace lengthwise {
namespace {

using Tokens = std::vector<std::int32_t>;

void Append(Tokens& tokens, std::span<const std::int32_t> more) {
  tokens.insert(tokens.end(), more.begin(), more.end());
}

std::size_t SequenceCount(const ControlFrame& frame, ControlCondition condition) {
  const std::size_t documents = frame.documents.size();
  if (condition.sequence == ControlSequence::kCopies) return std::min(documents, kCopiesDocuments);
  if (condition.sequence == ControlSequence::kMixed) return documents / condition.count * condition.count;
  return documents;
}

Tokens Repeat(std::span<const std::int32_t> unit, std::size_t count) {
  Tokens tokens;
  for (std::size_t c = 0; c < count; ++c) Append(tokens, unit);
  return tokens;
}

Tokens Filler(const ControlFrame& frame, std::size_t document, std::size_t count) {
  Tokens tokens;
  for (std::size_t i = 0; i < count; ++i) {
    const FillerPassage from = FillerOf(frame, document, i);
    Append(tokens, frame.Passages(from.document, from.passage, 1));
  }
  return tokens;
}

Tokens Mixed(const ControlFrame& frame, std::size_t document, std::size_t count) {
  const std::size_t first = document / count * count;
  Tokens tokens;
  for (std::size_t i = 0; i < count; ++i) {
    Append(tokens, frame.Passages(first + (document - first + i) % count, i, 1));
  }
  return tokens;
}

// The first passage of a document with `before` tokens of its filler before it and the others after it.
Tokens Diluted(const ControlFrame& frame, std::size_t document, std::size_t count, std::size_t before) {
  const Tokens filler = Filler(frame, document, count - 1);
  Tokens tokens(filler.begin(), filler.begin() + static_cast<std::ptrdiff_t>(before));
  Append(tokens, frame.Passages(document, 0, 1));
  Append(tokens, std::span(filler).subspan(before));
  return tokens;
}

Tokens Content(const ControlFrame& frame, ControlCondition condition, std::size_t d) {
  const std::size_t count = condition.count;
  switch (condition.sequence) {
    case ControlSequence::kWindow: {
      const auto window = frame.Passages(d, count, 1);
      return {window.begin(), window.end()};
    }
    case ControlSequence::kWhole:
    case ControlSequence::kInterpolated:
    case ControlSequence::kSqueezed: {
      const auto whole = frame.Passages(d, 0, count);
      return {whole.begin(), whole.end()};
    }
    case ControlSequence::kRepeated:
    case ControlSequence::kRepeatedEqual:
    case ControlSequence::kCopies:
      return Repeat(frame.Passages(d, 0, 1), count);
    case ControlSequence::kMixed:
      return Mixed(frame, d, count);
    case ControlSequence::kFiller:
      return Filler(frame, d, count);
    case ControlSequence::kDilutedBeginning:
      return Diluted(frame, d, count, 0);
    case ControlSequence::kDilutedMiddle:
      return Diluted(frame, d, count, (count - 1) * frame.passage / 2);
    case ControlSequence::kDilutedEnd:
      return Diluted(frame, d, count, (count - 1) * frame.passage);
  }
  Fail(ErrorCode::kInternal, "no such control");
}

Tokens WithSpecials(const ControlFrame& frame, std::span<const std::int32_t> content) {
  Tokens tokens(frame.prefix);
  Append(tokens, content);
  Append(tokens, frame.suffix);
  return tokens;
}

std::vector<std::size_t> EqualPositions(const ControlFrame& frame, std::size_t count) {
  const std::size_t prefix = frame.prefix.size();
  std::vector<std::size_t> positions;
  for (std::size_t p = 0; p < prefix; ++p) positions.push_back(p);
  for (std::size_t t = 0; t < count * frame.passage; ++t) positions.push_back(prefix + t % frame.passage);
  for (std::size_t s = 0; s < frame.suffix.size(); ++s) positions.push_back(prefix + frame.passage + s);
  return positions;
}

}  // namespace

ControlSequences MakeSequences(const ControlFrame& frame, ControlCondition condition) {
  ControlSequences made;
  for (std::size_t d = 0; d < SequenceCount(frame, condition); ++d) {
    if (condition.sequence == ControlSequence::kCopies) {
      made.sequences.push_back(Repeat(WithSpecials(frame, frame.Passages(d, 0, 1)), condition.count));
    } else {
      made.sequences.push_back(WithSpecials(frame, Content(frame, condition, d)));
    }
  }
  switch (condition.sequence) {
    case ControlSequence::kInterpolated:
      made.intervention.position_range = InterpolatedRange(frame, condition.count);
      break;
    case ControlSequence::kSqueezed:
      made.intervention.position_range = SqueezedRange(frame, condition.count);
      break;
    case ControlSequence::kRepeatedEqual:
      made.intervention.positions = EqualPositions(frame, condition.count);
      break;
    case ControlSequence::kCopies:
      for (std::size_t t = 0; t < condition.count * frame.Length(1); ++t) {
        made.intervention.positions.push_back(t % frame.Length(1));
      }
      break;
    default:
      break;
  }
  return made;
}

std::size_t CountTokens(const ControlFrame& frame, ControlCondition condition) {
  const std::size_t sequences = SequenceCount(frame, condition);
  if (condition.sequence == ControlSequence::kCopies) return sequences * condition.count * frame.Length(1);
  const bool window = condition.sequence == ControlSequence::kWindow;
  return sequences * frame.Length(window ? 1 : condition.count);
}

}  // namespace lengthwise
