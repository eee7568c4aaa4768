// What makes texts alike, by intervention: the same tokens at other positions, and with further tokens behind
// them; and what a pooled cosine is made of, and does under other poolings.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "controls/intervention_frame.h"
#include "statistics/interval.h"

namespace lengthwise {

// The first tokens of each document, as many as a part has with special tokens, moved: those before the
// content stay at position 0. Content, number of tokens and reach of attention are the same; only the rows of
// the position table differ.
struct MovedPart {
  std::size_t offset = 0;
  Interval cosine;  // mean pairwise, of the model's vectors
  Interval change;  // of it from offset 0
};

// The mean of the states of a part's first tokens, without the last, which is a special one where none
// follow.
struct FollowedPart {
  std::size_t further = 0;  // tokens behind it that are not pooled
  Interval own;             // cosine, everything at positions of its own
  Interval own_change;      // from none further
  // With the part's positions given again to what follows. Absent without a table of positions.
  std::optional<Interval> again;
  std::optional<Interval> again_change;
  std::optional<Interval> from_positions;  // own - again
};

// Changes of logarithms from a text of one part: of cross / within, and what each does to it, which add up.
// within's is also that of a token's likeness to itself, one n-th of it, beside that of different tokens. A
// logarithm is absent where a value, or a resample of it, is not above 0; a share, too, where it is not clear
// that anything changes.
struct IdentityChange {
  std::optional<Interval> rise;
  std::optional<Interval> cross;
  std::optional<Interval> within;  // minus the change of ln(within): above 0 where tokens grow less alike
  std::optional<Interval> different_tokens;                                   // the same of within_others
  std::optional<Interval> cross_share, within_share, different_tokens_share;  // of `rise`
};

// For token states scaled to unit length the cosine of two texts' means is the likeness of tokens of
// different texts over that of tokens of one text.
struct TokenIdentity {
  std::size_t length = 0;
  Interval pooled;                       // mean pairwise cosine of the means of unit states
  Interval cross;                        // mean cosine of a token of one text and a token of another
  Interval within;                       // of two tokens of one text, a token with itself included
  Interval within_others;                // of two different tokens of one text
  std::optional<IdentityChange> change;  // absent at the length of one part
};

// The same last states, pooled otherwise: mean pairwise cosine.
inline constexpr std::size_t kPoolings = 4;
inline constexpr const char* kPoolingNames[kPoolings] = {"mean", "cls", "max", "last"};
struct PooledOtherwise {
  std::size_t length = 0;
  Interval cosine[kPoolings];
  Interval change[kPoolings];  // from a text of one part
};

// The static control, of the mean of the word embeddings of a text's tokens: no attention, no positions. As
// it is, a mean of more tokens lies nearer to what all texts share, and so nearer to other such means; with
// the mean word embedding of the sample's longest texts taken away, that is gone, and what is left is whether
// the texts' beginnings share more, or less, than their whole.
struct StaticMean {
  std::size_t length = 0;
  Interval cosine;
  Interval change;  // from a text of one part
  Interval centred;
  Interval centred_change;
};

struct Interventions {
  InterventionFrame frame;  // without the documents' content
  std::size_t documents = 0;
  std::vector<MovedPart> offset;  // empty: the model has no table of positions
  std::vector<FollowedPart> further;
  std::vector<TokenIdentity> identity;
  std::vector<PooledOtherwise> pooling;
  std::vector<StaticMean> static_means;
};

// One resample of the documents serves every intervention and length. The same at any number of threads.
// Throws kBadInput for vectors that are not finite.
Interventions MeasureInterventions(const Session& embedder, const InterventionFrame& frame,
                                   const ResamplingOptions& resampling, const TokenProgress& progress);

}  // namespace lengthwise
