#include "tuning/map.h"

#include <gtest/gtest.h>

#include <numeric>

namespace lengthwise {
namespace {

// Points of a plane in three dimensions: along (0, 1, 0) by -2, 0 and 2, and along (0, 0, -1) by 1, -2 and 1.
TEST(PlaneOf, FindsTheDirectionsOfLargestVariance) {
  VectorSet documents;
  documents.dimension = 3;
  documents.values = {5, -2, -1, 5, 0, 2, 5, 2, -1};
  const std::vector<std::size_t> all = {0, 1, 2};
  const std::vector<float> plane = PlaneOf(documents, all);
  const std::vector<float> expected = {-2, -1, 0, 2, 2, -1};
  ASSERT_EQ(plane.size(), expected.size());
  for (std::size_t i = 0; i < plane.size(); ++i) EXPECT_NEAR(plane[i], expected[i], 1e-5) << i;
}

TEST(PlaneOf, TakesTheDocumentsChosen) {
  VectorSet documents;
  documents.dimension = 2;
  documents.values = {0, 1, 9, 9, 0, 3};
  const std::vector<std::size_t> two = {0, 2};
  const std::vector<float> plane = PlaneOf(documents, two);
  ASSERT_EQ(plane.size(), 4U);
  EXPECT_NEAR(plane[0], -1, 1e-5);
  EXPECT_NEAR(plane[2], 1, 1e-5);
}

}  // namespace
}  // namespace lengthwise
