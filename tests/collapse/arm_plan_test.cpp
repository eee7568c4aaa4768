#include <gtest/gtest.h>

#include <algorithm>

#include "collapse/arms.h"

namespace lengthwise {
namespace {

std::vector<TokenizedDocument> OfLengths(const std::vector<std::size_t>& lengths) {
  std::vector<TokenizedDocument> documents;
  for (std::size_t i = 0; i < lengths.size(); ++i) documents.push_back({i, lengths[i], {}});
  return documents;
}

TEST(PlanNatural, PutsEveryDocumentIntoTheBucketOfItsLength) {
  const ArmPlan plan = PlanNatural(OfLengths({2, 16, 17, 33, 64, 65, 100}), 100);
  const std::vector<LengthBucket> buckets = {
      {1, 16, false}, {17, 32, false}, {33, 64, false}, {65, 100, false}};
  EXPECT_EQ(plan.buckets, buckets);
  std::vector<std::size_t> of_document;
  for (const PlannedSequence& sequence : plan.sequences) {
    of_document.push_back(sequence.bucket);
    EXPECT_FALSE(sequence.cut);
  }
  EXPECT_EQ(of_document, (std::vector<std::size_t>{0, 0, 1, 2, 2, 3, 3}));
}

TEST(PlanNatural, KeepsCutDocumentsApartFromThoseOfThatLength) {
  const ArmPlan plan = PlanNatural(OfLengths({256, 257, 9000}), 256);
  ASSERT_EQ(plan.buckets.back(), (LengthBucket{256, 256, true}));
  EXPECT_EQ(plan.buckets[plan.buckets.size() - 2], (LengthBucket{129, 256, false}));
  EXPECT_EQ(plan.sequences[0].bucket, plan.buckets.size() - 2);
  for (const std::size_t d : {1U, 2U}) {
    EXPECT_EQ(plan.sequences[d].bucket, plan.buckets.size() - 1);
    EXPECT_EQ(plan.sequences[d].length, 256U);
    EXPECT_TRUE(plan.sequences[d].cut);
  }
  EXPECT_EQ(plan.tokens(), 3U * 256U);
}

TEST(PlanNatural, TakesALengthInForceBelowTheFirstBucket) {
  EXPECT_EQ(PlanNatural(OfLengths({3, 20}), 8).buckets,
            (std::vector<LengthBucket>{{1, 8, false}, {8, 8, true}}));
}

TEST(TruncationLengths, AreHalfOctavesAndCloserAboveTheTrainedLimit) {
  EXPECT_EQ(TruncationLengths(256, 512),
            (std::vector<std::size_t>{16, 24, 32, 48, 64, 96, 128, 192, 256, 320, 384, 448, 512}));
  EXPECT_EQ(TruncationLengths(384, 512),
            (std::vector<std::size_t>{16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 480, 512}));
  EXPECT_EQ(TruncationLengths(0, 128), (std::vector<std::size_t>{16, 24, 32, 48, 64, 96, 128}));
}

TEST(TruncationLengths, HoldThePositionsAndNothingBeyond) {
  EXPECT_EQ(TruncationLengths(0, 100).back(), 100U);
  EXPECT_EQ(TruncationLengths(256, 300).back(), 300U);
  EXPECT_EQ(TruncationLengths(1024, 12), (std::vector<std::size_t>{12}));
}

TEST(DocumentKey, DependsOnIdAndTextAlone) {
  const Document document{"a", "", "text"};
  EXPECT_EQ(DocumentKey(document), DocumentKey({"a", "", "text"}));
  EXPECT_NE(DocumentKey(document), DocumentKey({"b", "", "text"}));
  EXPECT_NE(DocumentKey(document), DocumentKey({"a", "", "texts"}));
  EXPECT_NE(DocumentKey({"ab", "", "c"}), DocumentKey({"a", "", "bc"}));
}

}  // namespace
}  // namespace lengthwise
