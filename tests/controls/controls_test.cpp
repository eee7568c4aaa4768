#include "controls/controls.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "collapse/resampled_cosine.h"
#include "collapse/resampling.h"
#include "collapse/synthetic_vectors.h"

namespace lengthwise {
namespace {

const std::filesystem::path kData = LENGTHWISE_TEST_DATA;

// Vectors are float, statistics of them double.
constexpr double kTolerance = 1e-6;

Session Open(const char* model, std::size_t threads = 1) {
  EmbedderOptions options;
  options.threads = threads;
  return Session(kData / model, options);
}

// `count` documents of 72 tokens drawn from the small models' words.
ControlFrame FrameOf(const Session& embedder, std::size_t count) {
  Random random(7);
  ControlSample sample(embedder, {}, 1);
  for (std::size_t d = 0; d < count; ++d) {
    TokenizedDocument document{d, 80, {}};
    for (std::size_t t = 0; t < 78; ++t) {
      document.content.push_back(static_cast<std::int32_t>(5 + random.Below(40)));
    }
    sample.Add(document);
  }
  std::vector<std::string> notes;
  return sample.Frame(2, notes);
}

ControlResult Measured(const Session& embedder, std::size_t documents, std::size_t replicates = 60) {
  ControlOptions options;
  options.repeated = options.mixed = options.diluted = options.attribution = true;
  ResamplingOptions resampling;
  resampling.replicates = replicates;
  return MeasureControls(embedder, FrameOf(embedder, documents), options, resampling, {});
}

testing::Vectors Embed(const Session& embedder, const ControlFrame& frame, ControlSequence sequence,
                       std::size_t count) {
  const ControlSequences made = MakeSequences(frame, {sequence, count});
  testing::Vectors vectors(made.sequences.size());
  embedder.EmbedSequences(made.sequences, {.probe = false, .intervention = made.intervention},
                          [&](std::size_t s, std::span<const float> vector, const TextProbe*) {
                            vectors[s].assign(vector.begin(), vector.end());
                          });
  return vectors;
}

TEST(Repeated, IsTheCosineOfTheRepeatedTextsAndFallsIntoItsParts) {
  const Session embedder = Open("tiny_bert");
  const ControlFrame frame = FrameOf(embedder, 14);
  const RepeatedControl control = *Measured(embedder, 14).repeated;
  ASSERT_EQ(control.lengths.size(), 6U);
  const double single = testing::PairwiseCosine(Embed(embedder, frame, ControlSequence::kWindow, 0));
  for (const RepeatedLength& length : control.lengths) {
    EXPECT_EQ(length.length, 9 * length.copies + 2);
    EXPECT_NEAR(*length.cosine.estimate,
                testing::PairwiseCosine(Embed(embedder, frame, ControlSequence::kRepeated, length.copies)),
                kTolerance);
    EXPECT_NEAR(*length.read_on.estimate,
                testing::PairwiseCosine(Embed(embedder, frame, ControlSequence::kWhole, length.copies)),
                kTolerance);
    EXPECT_NEAR(*length.change.estimate, *length.cosine.estimate - single, kTolerance);
    EXPECT_NEAR(*length.from_positions.estimate + *length.from_rest.estimate, *length.change.estimate, 1e-12);
    EXPECT_TRUE(length.cosine.low);
  }
  EXPECT_EQ(*control.lengths[0].change.estimate, 0);
  EXPECT_NEAR(*control.lengths[0].own_cosine.estimate, 1, kTolerance);
  EXPECT_LT(*control.lengths.back().own_cosine.estimate, 0.9999) << "positions do move the vector";
}

TEST(Repeated, CopiesOfASequenceAtEqualPositionsAreTheSequence) {
  const CopiesCheck check = Measured(Open("tiny_bert"), 12).repeated->check;
  EXPECT_EQ(check.copies, 7U) << "11 tokens seven times in 80 positions";
  EXPECT_EQ(check.documents, 12U);
  // Sums over seven times as many keys, in float32.
  EXPECT_LT(check.largest_distance, 1e-5);
}

TEST(Repeated, ARelativePositionBiasTellsCopiesApart) {
  const RepeatedControl control = *Measured(Open("tiny_mpnet"), 12).repeated;
  EXPECT_TRUE(control.relative_positions);
  EXPECT_GT(control.check.largest_distance, 1e-3);
}

// Vectors for a frame of `documents` documents that nothing embeds.
struct Synthetic {
  Synthetic(std::size_t documents, std::vector<std::size_t> multiples) {
    frame.passage = 4;
    frame.multiples = std::move(multiples);
    frame.positions = 1000;
    frame.documents.assign(documents, std::vector<std::int32_t>(4 * frame.multiples.back()));
    weights = ResampleWeights(documents, 40, 3);
  }

  const testing::Vectors& Add(ControlSequence sequence, std::size_t count, double common,
                              std::size_t rows = 0) {
    const std::size_t size = rows > 0 ? rows : frame.documents.size();
    testing::Vectors& made = plain[{sequence, count}];
    made = testing::NoisyVectors(size, 6, common, random);
    FloatRowMatrix matrix(static_cast<Eigen::Index>(size), 6);
    for (std::size_t r = 0; r < size; ++r) {
      matrix.row(static_cast<Eigen::Index>(r)) = Eigen::Map<const Eigen::RowVectorXf>(made[r].data(), 6);
    }
    vectors[{sequence, count}] = matrix;
    return made;
  }

  Random random{11};
  ControlFrame frame;
  ControlVectors vectors;
  std::map<ControlCondition, testing::Vectors> plain;
  Eigen::MatrixXd weights;
};

// Mean cosine of vectors of different groups.
double AcrossGroups(const testing::Vectors& vectors, std::size_t group, std::size_t used) {
  double sum = 0;
  std::size_t pairs = 0;
  for (std::size_t i = 0; i < used; ++i) {
    for (std::size_t j = 0; j < used; ++j) {
      if (i / group == j / group) continue;
      sum += testing::Cosine(vectors[i], vectors[j]);
      ++pairs;
    }
  }
  return sum / static_cast<double>(pairs);
}

TEST(Mixed, ComparesOnlyTextsThatShareNoDocument) {
  Synthetic synthetic(38, {1, 2, 3});
  for (const std::size_t pieces : {2U, 3U}) {
    synthetic.Add(ControlSequence::kWhole, pieces, 1);
    synthetic.Add(ControlSequence::kMixed, pieces, 2, 38 / pieces * pieces);
  }
  ResamplingOptions resampling;
  resampling.replicates = 50;
  const std::vector<MixedLength> lengths = MeasureMixed(synthetic.frame, synthetic.vectors, resampling);
  ASSERT_EQ(lengths.size(), 2U);
  for (const MixedLength& length : lengths) {
    EXPECT_EQ(length.groups, 38 / length.pieces);
    const std::size_t used = length.groups * length.pieces;
    const double whole =
        AcrossGroups(synthetic.plain[{ControlSequence::kWhole, length.pieces}], length.pieces, used);
    const double mixed =
        AcrossGroups(synthetic.plain[{ControlSequence::kMixed, length.pieces}], length.pieces, used);
    EXPECT_NEAR(*length.whole.estimate, whole, kTolerance);
    EXPECT_NEAR(*length.mixed.estimate, mixed, kTolerance);
    EXPECT_NEAR(*length.difference.estimate, mixed - whole, kTolerance);
    EXPECT_LT(*length.difference.low, *length.difference.estimate);
    EXPECT_GT(*length.difference.high, *length.difference.estimate);
  }
}

TEST(Diluted, IsTheCosineWithThePassageBesideAveragingAndFloor) {
  Synthetic synthetic(12, {1, 2});
  const testing::Vectors passage = synthetic.Add(ControlSequence::kWindow, 0, 1);
  const testing::Vectors filler = synthetic.Add(ControlSequence::kWindow, 1, 1);
  double common = 1;
  for (const ControlSequence sequence : {ControlSequence::kDilutedBeginning, ControlSequence::kDilutedMiddle,
                                         ControlSequence::kDilutedEnd, ControlSequence::kFiller}) {
    synthetic.Add(sequence, 2, common++);
  }
  const std::vector<DilutedLength> lengths =
      MeasureDiluted(synthetic.frame, synthetic.vectors, synthetic.weights, 0.9);
  ASSERT_EQ(lengths.size(), 1U);
  const auto mean = [&](const testing::Vectors& vectors) {
    double sum = 0;
    for (std::size_t d = 0; d < 12; ++d) sum += testing::Cosine(vectors[d], passage[d]) / 12;
    return sum;
  };
  const double beginning = mean(synthetic.plain[{ControlSequence::kDilutedBeginning, 2}]);
  const double middle = mean(synthetic.plain[{ControlSequence::kDilutedMiddle, 2}]);
  const double end = mean(synthetic.plain[{ControlSequence::kDilutedEnd, 2}]);
  const double floor = mean(synthetic.plain[{ControlSequence::kFiller, 2}]);
  testing::Vectors averaged = passage;
  for (std::size_t d = 0; d < 12; ++d) {
    for (std::size_t c = 0; c < 6; ++c) averaged[d][c] += filler[(d + 1) % 12][c];
  }
  EXPECT_NEAR(*lengths[0].beginning.estimate, beginning, kTolerance);
  EXPECT_NEAR(*lengths[0].middle.estimate, middle, kTolerance);
  EXPECT_NEAR(*lengths[0].end.estimate, end, kTolerance);
  EXPECT_NEAR(*lengths[0].floor.estimate, floor, kTolerance);
  EXPECT_NEAR(*lengths[0].averaging.estimate, mean(averaged), kTolerance);
  EXPECT_NEAR(*lengths[0].above_floor.estimate, (beginning + middle + end) / 3 - floor, kTolerance);
  EXPECT_NEAR(*lengths[0].end_minus_beginning.estimate, end - beginning, kTolerance);
  EXPECT_NEAR(*lengths[0].middle_minus_beginning.estimate, middle - beginning, kTolerance);
  EXPECT_LT(*lengths[0].end.low, *lengths[0].end.high);
}

TEST(Controls, DoNotDependOnTheNumberOfThreads) {
  const ControlResult one = Measured(Open("tiny_bert", 1), 14);
  const ControlResult three = Measured(Open("tiny_bert", 3), 14);
  EXPECT_EQ(one.repeated->lengths.back().cosine.low, three.repeated->lengths.back().cosine.low);
  EXPECT_EQ(one.mixed->back().difference.estimate, three.mixed->back().difference.estimate);
  EXPECT_EQ(one.diluted->back().above_floor.high, three.diluted->back().above_floor.high);
  EXPECT_EQ(one.attribution->per_doubling.attention.low, three.attribution->per_doubling.attention.low);
}

TEST(Controls, OfFewDocumentsHaveNoIntervalsAndLeaveOutWhatNeedsMore) {
  const ControlResult result = Measured(Open("tiny_bert"), 3);
  EXPECT_FALSE(result.repeated->lengths.back().cosine.low);
  EXPECT_TRUE(result.mixed->empty());
  EXPECT_EQ(result.diluted->size(), 1U) << "filler for two passages only";
  EXPECT_FALSE(result.attribution->lengths.back().parts.rise.low);
}

TEST(ResampledValue, OfEveryDocumentOnceIsTheEstimate) {
  const Eigen::MatrixXd once = Eigen::MatrixXd::Ones(5, 1);
  const std::vector<double> values = {1, 2, 3, 4, 10};
  EXPECT_DOUBLE_EQ(ResampledMean(values, once).estimate, 4);
  EXPECT_DOUBLE_EQ(ResampledMean(values, once).replicates[0], 4);
  Eigen::MatrixXd twice = Eigen::MatrixXd::Zero(5, 1);
  twice(0, 0) = 3;
  twice(4, 0) = 2;
  EXPECT_DOUBLE_EQ(ResampledMean(values, twice).replicates[0], (3 * 1 + 2 * 10) / 5.0);
}

}  // namespace
}  // namespace lengthwise
