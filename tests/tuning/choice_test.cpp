#include "tuning/choice.h"

#include <gtest/gtest.h>

#include <numeric>
#include <string>

#include "lengthwise/recipe.h"
#include "math/thread_pool.h"

namespace lengthwise {
namespace {

constexpr std::size_t kQueries = 60;

// A candidate scores `base` at every query, and by its index in the list `above` more where the query's
// number is odd: differences vary, and their mean is half of that.
class ChoiceOf {
 public:
  ChoiceOf() {
    std::vector<OnePass> ways = FartherPasses(512, 256);
    ways.insert(ways.begin(), OnePass{{}, 256});
    std::vector<FittedPass> passes;
    for (const OnePass& way : ways) passes.push_back({way, RecipePostProcess(), passes.size()});
    candidates_ = Candidates(128, 8, RecipePostProcess(), passes);
    evidence_.scores.assign(candidates_.size(), std::vector<double>(kQueries, 0.4));
    for (std::size_t c = 0; c < candidates_.size(); ++c) {
      if (candidates_[c].cost_class == CostClass::kWithBm25) evidence_.scores[c].clear();
    }
  }

  ChoiceOf& Better(const std::string& title, double by) {
    for (std::size_t c = 0; c < candidates_.size(); ++c) {
      if (candidates_[c].title != title) continue;
      for (std::size_t q = 0; q < kQueries; ++q) evidence_.scores[c][q] = 0.4 + (q % 2 == 1 ? 2 * by : 0);
      found_ = true;
    }
    EXPECT_TRUE(found_) << title;
    found_ = false;
    return *this;
  }
  ChoiceOf& Agreeing(double share) {
    evidence_.agreement = share;
    return *this;
  }

  Choice Made() {
    std::vector<std::uint32_t> queries(kQueries);
    std::iota(queries.begin(), queries.end(), 0U);
    return Choose(candidates_, evidence_, queries, {}, pool_);
  }
  std::string OnePassTitle() {
    std::vector<std::uint32_t> queries(kQueries);
    std::iota(queries.begin(), queries.end(), 0U);
    return candidates_[*ChooseOnePass(candidates_, evidence_, queries, {}, pool_)].title;
  }
  std::string Title() { return candidates_[Made().candidate].title; }

 private:
  ThreadPool pool_{2};
  std::vector<Candidate> candidates_;
  Evidence evidence_;
  bool found_ = false;
};

constexpr const char* kRecipe = "the recipe (one vector)";
constexpr const char* kEight = "at most 8 vectors a document";
constexpr const char* kAll = "a vector for every window";

constexpr const char* kOwnPass = "one pass, whitened (a checkpoint for any server)";
constexpr const char* kSqueezed = "one pass of 512 tokens, positions squeezed, whitened";

TEST(OnePassChoice, LeavesPositionsAloneUnlessQueriesShowThatAMapIsBetter) {
  EXPECT_EQ(ChoiceOf().OnePassTitle(), kOwnPass);
  EXPECT_EQ(ChoiceOf().Better(kSqueezed, 0.1).OnePassTitle(), kSqueezed);
  EXPECT_EQ(ChoiceOf().Better(kSqueezed, 0.1).Agreeing(0.05).OnePassTitle(), kOwnPass);
  // A checkpoint is another question than what to search with.
  EXPECT_EQ(ChoiceOf().Better(kSqueezed, 0.1).Title(), kRecipe);
}

TEST(FartherPasses, ReachAsFarAsPositionsDoAndNotBeyond) {
  EXPECT_TRUE(FartherPasses(0, 256).empty());
  EXPECT_TRUE(FartherPasses(512, 512).empty());
  EXPECT_EQ(FartherPasses(512, 256).size(), 3U);
  EXPECT_EQ(FartherPasses(8192, 256).front().length, kFarthestPass);
  // A table that ends before the rows that the maps begin from.
  ASSERT_EQ(FartherPasses(80, 64).size(), 1U);
  EXPECT_TRUE(FartherPasses(80, 64).front().positions.IsIdentity());
}

TEST(Choice, BeginsFromTheRecipe) {
  EXPECT_EQ(ChoiceOf().Title(), kRecipe);
  EXPECT_EQ(ChoiceOf().Made().answer, TuneAnswer::kNotShown);
}

TEST(Choice, SaysThatItRepairsWhereTheGainIsClear) {
  const Choice choice = ChoiceOf().Better(kRecipe, 0.1).Made();
  EXPECT_EQ(choice.answer, TuneAnswer::kRepair);
  EXPECT_EQ(choice.candidate, kRecipeCandidate);
}

TEST(Choice, MovesToAnotherVectorThatIsClearlyBetter) {
  EXPECT_EQ(ChoiceOf().Better(kRecipe, 0.1).Better("one vector, half of it the beginning", 0.2).Title(),
            "one vector, half of it the beginning");
}

TEST(Choice, TakesSeveralVectorsOnlyWhereTheyAreWorthIt) {
  EXPECT_EQ(ChoiceOf().Better(kRecipe, 0.1).Better(kEight, 0.12).Title(), kRecipe);
  EXPECT_EQ(ChoiceOf().Better(kRecipe, 0.1).Better(kEight, 0.14).Title(), kEight);
  EXPECT_EQ(ChoiceOf().Better(kRecipe, 0.1).Better(kEight, 0.14).Better(kAll, 0.16).Title(), kEight);
  EXPECT_EQ(ChoiceOf().Better(kRecipe, 0.1).Better(kEight, 0.14).Better(kAll, 0.2).Title(), kAll);
}

TEST(Choice, KeepsTheModelWhereTheRepairLoses) {
  const Choice choice = ChoiceOf().Better("the model as it is", 0.1).Made();
  EXPECT_EQ(choice.answer, TuneAnswer::kKeep);
  EXPECT_EQ(choice.candidate, kModelCandidate);
}

TEST(Choice, CannotTellWhereWordsAndWindowsDisagree) {
  EXPECT_EQ(ChoiceOf().Better(kEight, 0.3).Agreeing(0.1).Made().answer, TuneAnswer::kCannotTell);
  EXPECT_EQ(ChoiceOf().Better(kEight, 0.3).Agreeing(0.11).Made().answer, TuneAnswer::kRepair);
}

}  // namespace
}  // namespace lengthwise
