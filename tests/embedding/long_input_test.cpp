#include "embedding/long_input.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "lengthwise/error.h"

namespace lengthwise {
namespace {

constexpr std::size_t kSpecials = 2;

LongInput WindowMean(std::size_t window = 0, std::size_t stride = 0) {
  return {.kind = LongInputKind::kWindowMean, .window = window, .stride = stride};
}

std::string Refusal(const LongInput& policy, std::size_t specials, std::size_t length) {
  try {
    CheckLongInput(policy, specials, length);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadInput);
    return error.what();
  }
  ADD_FAILURE() << "accepted";
  return "";
}

TEST(LongInput, NamesAreReadBack) {
  for (const LongInputKind kind :
       {LongInputKind::kError, LongInputKind::kTruncate, LongInputKind::kWindowMean, LongInputKind::kLeadBody,
        LongInputKind::kWindows}) {
    EXPECT_EQ(ParseLongInputKind(LongInputKindName(kind)), kind);
  }
  EXPECT_STREQ(LongInputKindName(LongInputKind::kWindowMean), "window-mean");
}

TEST(LongInput, AnUnknownNameIsRefusedWithTheChoices) {
  for (const char* name : {"", "mean", "Truncate", "window_mean", "truncate "}) {
    try {
      ParseLongInputKind(name);
      ADD_FAILURE() << "accepted: " << name;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kBadInput);
      EXPECT_NE(std::string(error.what()).find("error, truncate, window-mean, lead-body or windows"),
                std::string::npos);
    }
  }
}

TEST(LongInput, ATextThatFitsIsOneWindowWhateverThePolicy) {
  for (const LongInput& policy :
       {LongInput{.kind = LongInputKind::kError}, LongInput{}, WindowMean(), WindowMean(10, 1)}) {
    EXPECT_EQ(MakeWindows(0, kSpecials, 10, policy, 0), (std::vector<Window>{{0, 0}}));
    EXPECT_EQ(MakeWindows(8, kSpecials, 10, policy, 0), (std::vector<Window>{{0, 8}}));
  }
}

TEST(LongInput, AWindowShorterThanTheLengthInForceCutsTextsThatWouldFit) {
  EXPECT_EQ(MakeWindows(8, kSpecials, 10, WindowMean(6), 0), (std::vector<Window>{{0, 4}, {4, 8}}));
  EXPECT_EQ(MakeWindows(4, kSpecials, 10, WindowMean(6), 0), (std::vector<Window>{{0, 4}}));
}

TEST(LongInput, TruncatingKeepsTheFirstTokens) {
  const std::vector<Window> windows = MakeWindows(9, kSpecials, 10, {}, 0);
  EXPECT_EQ(windows, (std::vector<Window>{{0, 8}}));
  EXPECT_EQ(CoveredTokens(windows), 8U);
}

TEST(LongInput, RefusingNamesTheTextAndBothLengths) {
  try {
    MakeWindows(9, kSpecials, 10, {.kind = LongInputKind::kError}, 4);
    ADD_FAILURE() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadInput);
    EXPECT_NE(
        std::string(error.what()).find("text 5 has 11 tokens, special tokens included, but 10 are in force"),
        std::string::npos)
        << error.what();
  }
}

TEST(LongInput, WindowsFollowEachOtherWithoutAStride) {
  EXPECT_EQ(MakeWindows(20, kSpecials, 10, WindowMean(), 0),
            (std::vector<Window>{{0, 8}, {8, 16}, {16, 20}}));
  EXPECT_EQ(MakeWindows(16, kSpecials, 10, WindowMean(), 0), (std::vector<Window>{{0, 8}, {8, 16}}));
  EXPECT_EQ(MakeWindows(9, kSpecials, 10, WindowMean(5), 0), (std::vector<Window>{{0, 3}, {3, 6}, {6, 9}}));
}

TEST(LongInput, AStrideMakesWindowsOverlapAndStopAtTheEnd) {
  EXPECT_EQ(MakeWindows(20, kSpecials, 10, WindowMean(0, 4), 0),
            (std::vector<Window>{{0, 8}, {4, 12}, {8, 16}, {12, 20}}));
  // One more window {16, 20} would hold only what {12, 20} holds already.
  EXPECT_EQ(MakeWindows(21, kSpecials, 10, WindowMean(0, 4), 0),
            (std::vector<Window>{{0, 8}, {4, 12}, {8, 16}, {12, 20}, {16, 21}}));
}

TEST(LongInput, WindowsHoldEveryTokenAndEachHoldsANewOne) {
  // Every small case, against the definition.
  for (std::size_t length = kSpecials + 1; length <= 9; ++length) {
    for (std::size_t window = kSpecials + 1; window <= length; ++window) {
      for (std::size_t stride = 0; stride <= window - kSpecials; ++stride) {
        for (std::size_t content = 0; content <= 25; ++content) {
          const LongInput policy = WindowMean(window, stride);
          ASSERT_NO_THROW(CheckLongInput(policy, kSpecials, length));
          const std::vector<Window> windows = MakeWindows(content, kSpecials, length, policy, 0);
          std::vector<int> holders(content, 0);
          for (const Window& w : windows) {
            ASSERT_LE(w.size() + kSpecials, length);
            bool holds_new = content == 0;
            for (std::size_t token = w.begin; token < w.end; ++token) holds_new |= holders.at(token)++ == 0;
            ASSERT_TRUE(holds_new) << content << " tokens, window " << window << ", stride " << stride;
          }
          for (const int count : holders) ASSERT_GE(count, 1);
          ASSERT_EQ(CoveredTokens(windows), content);
        }
      }
    }
  }
}

TEST(LongInput, SeveralVectorsAreRefusedWhereOneIsExpected) {
  EXPECT_NO_THROW(CheckLongInput({.kind = LongInputKind::kWindows}, 2, 10));
  EXPECT_THROW(CheckOneVector({.kind = LongInputKind::kWindows}), Error);
  EXPECT_NO_THROW(CheckOneVector(WindowMean(10)));
}

LongInput AtSentences(std::size_t window, std::size_t stride = 0) {
  LongInput policy = WindowMean(window, stride);
  policy.window_ends = WindowEnds::kSentences;
  return policy;
}

TEST(LongInput, WindowsEndAfterTheLastSentenceThatTheyHoldWhole) {
  EXPECT_EQ(MakeWindows(20, kSpecials, 10, AtSentences(0), 0, {{3, 7, 13, 20}, 0}),
            (std::vector<Window>{{0, 7}, {7, 13}, {13, 20}}));
  // A sentence of 12 tokens is cut, and what is left of it is the beginning of the next window.
  EXPECT_EQ(MakeWindows(20, kSpecials, 10, AtSentences(0), 0, {{2, 14, 15, 20}, 0}),
            (std::vector<Window>{{0, 2}, {2, 10}, {10, 15}, {15, 20}}));
  // An overlap of 4 tokens at most, of whole sentences: the one of 5 tokens is too long.
  EXPECT_EQ(MakeWindows(20, kSpecials, 10, AtSentences(0, 4), 0, {{2, 7, 9, 12, 20}, 0}),
            (std::vector<Window>{{0, 7}, {7, 12}, {12, 20}}));
  EXPECT_EQ(MakeWindows(14, kSpecials, 10, AtSentences(0, 4), 0, {{4, 6, 8, 10, 14}, 0}),
            (std::vector<Window>{{0, 8}, {4, 10}, {6, 14}}));
}

TEST(LongInput, ATitleTakesItsPlaceInEveryWindowButTheFirst) {
  EXPECT_EQ(RepeatedTitle(3, kSpecials, 10, WindowMean()), 3U);
  EXPECT_EQ(RepeatedTitle(9, kSpecials, 10, WindowMean()), 4U);
  EXPECT_EQ(RepeatedTitle(9, kSpecials, 10, WindowMean(3)), 0U);
  EXPECT_EQ(MakeWindows(20, kSpecials, 10, WindowMean(), 0, {{}, 3}),
            (std::vector<Window>{{0, 8}, {8, 13}, {13, 18}, {18, 20}}));
  // Half of a window, half of what is left of it.
  EXPECT_EQ(MakeWindows(16, kSpecials, 10, WindowMean(0, 4), 0, {{}, 4}),
            (std::vector<Window>{{0, 8}, {6, 10}, {8, 12}, {10, 14}, {12, 16}}));
}

// Every small case, with sentences and a title, against what is promised of windows.
TEST(LongInput, WindowsAtSentencesHoldEveryTokenAndEndWhereTheyCan) {
  constexpr std::size_t kContent = 12;
  for (std::size_t size = 1; size <= 6; ++size) {
    for (std::size_t stride = 0; stride <= size; ++stride) {
      for (std::size_t title = 0; title <= size / 2; ++title) {
        for (std::uint32_t mask = 0; mask < (1U << (kContent - 1)); mask += 3) {
          TextStructure structure{{}, title};
          for (std::size_t token = 1; token <= kContent; ++token) {
            if (token == kContent || ((mask >> (token - 1)) & 1U) != 0)
              structure.sentence_ends.push_back(token);
          }
          const auto is_end = [&](std::size_t token) {
            return token == kContent || (token > 0 && ((mask >> (token - 1)) & 1U) != 0);
          };
          const std::vector<Window> windows =
              MakeWindows(kContent, kSpecials, 10, AtSentences(size + kSpecials, stride), 0, structure);
          std::size_t covered = 0;
          for (const Window& window : windows) {
            const std::size_t room = window.begin == 0 && covered == 0 ? size : size - title;
            ASSERT_LE(window.size(), room);
            ASSERT_LE(window.begin, covered);
            ASSERT_GT(window.end, covered);
            if (stride == 0) {
              ASSERT_EQ(window.begin, covered);
            }
            // One that is cut within a sentence is full, and the sentence does not end in what it adds.
            if (!is_end(window.end)) {
              ASSERT_EQ(window.size(), room);
              for (std::size_t token = covered + 1; token < window.end; ++token) ASSERT_FALSE(is_end(token));
            } else {
              for (std::size_t token = window.end + 1; token <= std::min(window.begin + room, kContent);
                   ++token)
                ASSERT_FALSE(is_end(token));
            }
            covered = window.end;
          }
          ASSERT_EQ(covered, kContent);
        }
      }
    }
  }
}

TEST(LongInput, PoliciesThatCannotBeCarriedOutAreRefused) {
  EXPECT_NE(Refusal({}, 2, 2).find("the least is 3"), std::string::npos);
  EXPECT_NE(Refusal({.kind = LongInputKind::kLeadBody, .window = 11}, 2, 10).find("longer than the 10"),
            std::string::npos);
  for (const double lead : {-0.1, 1.1, std::nan("")}) {
    LongInput policy{.kind = LongInputKind::kLeadBody};
    policy.lead = lead;
    EXPECT_NE(Refusal(policy, 2, 10).find("from 0 to 1"), std::string::npos);
  }
  LongInput sentences;
  sentences.window_ends = WindowEnds::kSentences;
  EXPECT_NE(Refusal(sentences, 2, 10).find("where windows end has no effect"), std::string::npos);
  LongInput title;
  title.repeat_title = true;
  EXPECT_NE(Refusal(title, 2, 10).find("a title before every window has no effect"), std::string::npos);
  LongInput late = WindowMean(6);
  late.late_chunking = true;
  EXPECT_NO_THROW(CheckLongInput(late, 2, 10));
  late.repeat_title = true;
  EXPECT_NE(Refusal(late, 2, 10).find("leave one of them out"), std::string::npos);
  late = {};
  late.late_chunking = true;
  EXPECT_NE(Refusal(late, 2, 10).find("late chunking has no effect"), std::string::npos);
  LongInput several = WindowMean(6);
  several.vectors = 3;
  EXPECT_NE(Refusal(several, 2, 10).find("one vector a text"), std::string::npos);
  LongInput mean = WindowMean(6);
  mean.lead = 0.5;
  EXPECT_NE(Refusal(mean, 2, 10).find("choose lead-body"), std::string::npos);
  EXPECT_NE(Refusal(WindowMean(2), 2, 10).find("the least is 3"), std::string::npos);
  EXPECT_NE(Refusal(WindowMean(11), 2, 10).find("longer than the 10 in force"), std::string::npos);
  EXPECT_NE(Refusal(WindowMean(0, 9), 2, 10).find("would skip tokens"), std::string::npos);
  EXPECT_NE(Refusal(WindowMean(6, 5), 2, 10).find("a window of 6 holds 4"), std::string::npos);
  EXPECT_NE(Refusal({.kind = LongInputKind::kTruncate, .window = 5}, 2, 10).find("no effect"),
            std::string::npos);
  EXPECT_NE(Refusal({.kind = LongInputKind::kError, .stride = 5}, 2, 10).find("no effect"),
            std::string::npos);
  EXPECT_NO_THROW(CheckLongInput(WindowMean(10, 8), 2, 10));
  EXPECT_NO_THROW(CheckLongInput(WindowMean(3, 1), 2, 3));
}

}  // namespace
}  // namespace lengthwise
