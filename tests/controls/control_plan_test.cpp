#include "controls/control_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <set>

#include "lengthwise/error.h"

namespace lengthwise {
namespace {

using Tokens = std::vector<std::int32_t>;
using Sequences = std::vector<Tokens>;

const std::filesystem::path kTinyBert = std::filesystem::path(LENGTHWISE_TEST_DATA) / "tiny_bert";

// Four documents of three passages of two tokens: 1 to 6, 11 to 16, 21 to 26, 31 to 36.
ControlFrame Small() {
  ControlFrame frame;
  frame.passage = 2;
  frame.prefix = {100};
  frame.suffix = {200};
  frame.positions = 8;
  frame.trained_limit = 6;
  frame.multiples = {1, 2, 3};
  for (const std::int32_t first : {1, 11, 21, 31}) {
    Tokens content(6);
    std::iota(content.begin(), content.end(), first);
    frame.documents.push_back(content);
  }
  frame.eligible = 4;
  return frame;
}

Sequences Made(ControlSequence sequence, std::size_t count) {
  return MakeSequences(Small(), {sequence, count}).sequences;
}

TEST(ControlSequences, WindowAndWholeAreReadFromTheDocument) {
  EXPECT_EQ(Made(ControlSequence::kWindow, 1)[0], (Tokens{100, 3, 4, 200}));
  EXPECT_EQ(Made(ControlSequence::kWhole, 2)[1], (Tokens{100, 11, 12, 13, 14, 200}));
  EXPECT_EQ(Made(ControlSequence::kInterpolated, 3), Made(ControlSequence::kWhole, 3));
  EXPECT_EQ(Made(ControlSequence::kSqueezed, 2), Made(ControlSequence::kWhole, 2));
}

TEST(ControlSequences, RepeatedHoldsTheFirstPassageAlone) {
  EXPECT_EQ(Made(ControlSequence::kRepeated, 3)[0], (Tokens{100, 1, 2, 1, 2, 1, 2, 200}));
  EXPECT_EQ(Made(ControlSequence::kRepeatedEqual, 3), Made(ControlSequence::kRepeated, 3));
}

TEST(ControlSequences, EqualPositionsAreThoseOfTheSingleCopy) {
  using Positions = std::vector<std::size_t>;
  const auto positions = [](ControlSequence sequence, std::size_t count) {
    return MakeSequences(Small(), {sequence, count}).intervention.positions;
  };
  // The suffix stands where it stands after one copy.
  EXPECT_EQ(positions(ControlSequence::kRepeatedEqual, 3), (Positions{0, 1, 2, 1, 2, 1, 2, 3}));
  EXPECT_EQ(positions(ControlSequence::kCopies, 2), (Positions{0, 1, 2, 3, 0, 1, 2, 3}));
  EXPECT_TRUE(positions(ControlSequence::kRepeated, 3).empty());
  EXPECT_EQ(Made(ControlSequence::kCopies, 2)[0], (Tokens{100, 1, 2, 200, 100, 1, 2, 200}));
}

TEST(ControlSequences, MixedShufflesPassagesInTheirPlacesWithinAGroup) {
  EXPECT_EQ(Made(ControlSequence::kMixed, 2), (Sequences{{100, 1, 2, 13, 14, 200},
                                                         {100, 11, 12, 3, 4, 200},
                                                         {100, 21, 22, 33, 34, 200},
                                                         {100, 31, 32, 23, 24, 200}}));
  // The fourth document fills no group of three.
  EXPECT_EQ(Made(ControlSequence::kMixed, 3), (Sequences{{100, 1, 2, 13, 14, 25, 26, 200},
                                                         {100, 11, 12, 23, 24, 5, 6, 200},
                                                         {100, 21, 22, 3, 4, 15, 16, 200}}));
}

TEST(ControlSequences, MixedHoldsEveryPlaceOfTheWholeTextsOnce) {
  for (std::size_t place = 1; place + 1 < 8; ++place) {
    std::multiset<std::int32_t> whole;
    std::multiset<std::int32_t> mixed;
    for (std::size_t d = 0; d < 3; ++d) {
      whole.insert(Made(ControlSequence::kWhole, 3)[d][place]);
      mixed.insert(Made(ControlSequence::kMixed, 3)[d][place]);
    }
    EXPECT_EQ(whole, mixed) << place;
  }
}

TEST(ControlSequences, DilutedPutsTheFirstPassageIntoPassagesOfOthers) {
  // Filler of the first document: passage 1 of the second, passage 2 of the third, passage 1 of the fourth.
  EXPECT_EQ(Made(ControlSequence::kFiller, 3)[0], (Tokens{100, 13, 14, 25, 26, 33, 34, 200}));
  EXPECT_EQ(Made(ControlSequence::kDilutedBeginning, 3)[0], (Tokens{100, 1, 2, 13, 14, 25, 26, 200}));
  EXPECT_EQ(Made(ControlSequence::kDilutedMiddle, 3)[0], (Tokens{100, 13, 14, 1, 2, 25, 26, 200}));
  EXPECT_EQ(Made(ControlSequence::kDilutedEnd, 3)[0], (Tokens{100, 13, 14, 25, 26, 1, 2, 200}));
  // An odd number of filler tokens before and after: the middle of two tokens is after the first.
  EXPECT_EQ(Made(ControlSequence::kDilutedMiddle, 2)[3], (Tokens{100, 3, 31, 32, 4, 200}));
}

TEST(ControlSequences, FillerHoldsNothingOfTheDocument) {
  const Sequences filler = Made(ControlSequence::kFiller, 3);
  for (std::size_t d = 0; d < 4; ++d) {
    for (const std::int32_t token : filler[d]) {
      EXPECT_NE(static_cast<std::size_t>(token) / 10, d) << token;
    }
  }
}

TEST(ControlPlan, TakesOnlyMultiplesThatEnoughDocumentsServe) {
  using Multiples = std::vector<std::size_t>;
  EXPECT_EQ(MixedMultiples(Small()), (Multiples{2})) << "two groups of three need six documents";
  EXPECT_EQ(DilutedMultiples(Small()), (Multiples{2, 3}));
  ControlFrame pair = Small();
  pair.documents.resize(2);
  EXPECT_TRUE(MixedMultiples(pair).empty());
  EXPECT_TRUE(DilutedMultiples(pair).empty()) << "filler of two passages would come back to the document";
}

TEST(ControlPlan, InterpolatesBeyondTheTrainedLengthAndChecksWithinIt) {
  // Lengths are 4, 6 and 8 tokens, the trained limit 6.
  EXPECT_EQ(InterpolatedRange(Small(), 2), 0U);
  EXPECT_EQ(InterpolatedRange(Small(), 3), 6U);
  EXPECT_EQ(SqueezedRange(Small(), 1), 3U);
  EXPECT_EQ(SqueezedRange(Small(), 2), 5U) << "4.5 rounded";
  EXPECT_EQ(SqueezedRange(Small(), 3), 0U);
  EXPECT_EQ(MakeSequences(Small(), {ControlSequence::kInterpolated, 3}).intervention.position_range, 6U);
  EXPECT_EQ(MakeSequences(Small(), {ControlSequence::kSqueezed, 1}).intervention.position_range, 3U);
  ControlFrame unknown = Small();
  unknown.trained_limit = 0;
  EXPECT_EQ(InterpolatedRange(unknown, 3), 0U);
  EXPECT_EQ(SqueezedRange(unknown, 1), 0U);
}

TEST(ControlPlan, NamesEveryConditionOnceAndCountsItsTokens) {
  ControlOptions options;
  options.repeated = options.mixed = options.diluted = options.attribution = true;
  const std::vector<ControlCondition> conditions = PlanControls(Small(), options);
  EXPECT_EQ(std::set<ControlCondition>(conditions.begin(), conditions.end()).size(), conditions.size());
  for (const ControlCondition condition : conditions) {
    const Sequences sequences = MakeSequences(Small(), condition).sequences;
    std::size_t tokens = 0;
    for (const Tokens& sequence : sequences) tokens += sequence.size();
    EXPECT_EQ(CountTokens(Small(), condition), tokens);
  }
  // Windows 0 to 2; whole, repeated and equal at 2 and 3; copies; mixed at 2; diluted four ways at 2 and 3;
  // interpolated at 3; squeezed at 1 and 2.
  EXPECT_EQ(conditions.size(), 3U + 3U * 2U + 1U + 1U + 4U * 2U + 1U + 2U);
  EXPECT_TRUE(PlanControls(Small(), {}).empty());
}

// Documents whose content is their number, over and over.
TokenizedDocument OfTokens(std::uint64_t key, std::size_t content) {
  return {key, content + 2, Tokens(content, static_cast<std::int32_t>(key))};
}

struct Sampled {
  ControlFrame frame;
  std::vector<std::string> notes;
};

Sampled SampleOf(const std::vector<TokenizedDocument>& documents, const ControlOptions& options,
                 std::size_t minimum, std::uint64_t seed = 1) {
  static const Session embedder(kTinyBert, {});
  ControlSample sample(embedder, options, seed);
  for (const TokenizedDocument& document : documents) sample.Add(document);
  Sampled sampled;
  sampled.frame = sample.Frame(minimum, sampled.notes);
  return sampled;
}

std::vector<TokenizedDocument> Documents(std::size_t count, std::size_t content) {
  std::vector<TokenizedDocument> documents;
  for (std::size_t d = 0; d < count; ++d) documents.push_back(OfTokens(d, content));
  return documents;
}

TEST(ControlSample, TakesEighthsOfThePositionsUnlessAskedOtherwise) {
  // 80 positions, 2 special tokens: passages of 9 tokens, 8 of them.
  const Sampled sampled = SampleOf(Documents(5, 78), {}, 5);
  EXPECT_EQ(sampled.frame.passage, 9U);
  EXPECT_EQ(sampled.frame.multiples, (std::vector<std::size_t>{1, 2, 3, 4, 6, 8}));
  EXPECT_EQ(sampled.frame.Length(8), 74U);
  EXPECT_EQ(sampled.frame.documents.size(), 5U);
  EXPECT_EQ(sampled.frame.documents[0].size(), 72U);
  EXPECT_TRUE(sampled.notes.empty());
  ControlOptions options;
  options.passage = 11;
  EXPECT_EQ(SampleOf(Documents(5, 78), options, 5).frame.multiples,
            (std::vector<std::size_t>{1, 2, 3, 4, 6, 7}));
  options.passage = 40;
  EXPECT_THROW(SampleOf({}, options, 5), Error);
  options.passage = 39;
  EXPECT_NO_THROW(SampleOf({}, options, 5));
}

TEST(ControlSample, GivesUpLengthsThatTooFewDocumentsHaveAndSaysSo) {
  std::vector<TokenizedDocument> documents = Documents(6, 40);
  documents.push_back(OfTokens(6, 78));
  const Sampled sampled = SampleOf(documents, {}, 3);
  EXPECT_EQ(sampled.frame.multiples, (std::vector<std::size_t>{1, 2, 3, 4}));
  EXPECT_EQ(sampled.frame.documents.size(), 7U);
  for (const Tokens& content : sampled.frame.documents) EXPECT_EQ(content.size(), 36U);
  ASSERT_EQ(sampled.notes.size(), 1U);
  EXPECT_NE(sampled.notes[0].find("end at 38 tokens instead of 74: 1 documents have 74"), std::string::npos)
      << sampled.notes[0];
  const Sampled none = SampleOf(Documents(6, 17), {}, 3);
  EXPECT_TRUE(none.frame.documents.empty());
  ASSERT_EQ(none.notes.size(), 1U);
  EXPECT_NE(none.notes[0].find("controls are empty"), std::string::npos) << none.notes[0];
}

TEST(ControlSample, DrawsTheSameDocumentsWhateverTheirOrder) {
  std::vector<TokenizedDocument> documents = Documents(300, 78);
  ControlOptions options;
  options.documents = 10;
  const Sampled forward = SampleOf(documents, options, 5);
  std::reverse(documents.begin(), documents.end());
  const Sampled backward = SampleOf(documents, options, 5);
  EXPECT_EQ(forward.frame.documents, backward.frame.documents);
  EXPECT_EQ(forward.frame.documents.size(), 10U);
  EXPECT_EQ(forward.frame.eligible, 300U);
  EXPECT_EQ(forward.notes.size(), 1U);
  EXPECT_NE(SampleOf(documents, options, 5, 2).frame.documents, forward.frame.documents);
}

}  // namespace
}  // namespace lengthwise
