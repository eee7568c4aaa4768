#include "embedding/resume_file.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "base/temporary_folder.h"

namespace lengthwise {
namespace {

using Texts = std::vector<std::string>;

constexpr VectorKey kModel = {1, 2};
constexpr std::size_t kDimension = 3;

ResumeFile::Key KeyOf(VectorKey key) {
  return [key] { return key; };
}

Embeddings RowsOf(const Texts& texts) {
  Embeddings rows;
  rows.dimension = kDimension;
  for (const std::string& text : texts) {
    for (std::size_t c = 0; c < kDimension; ++c)
      rows.values.push_back(static_cast<float>(text.size()) / static_cast<float>(c + 3));
    rows.tokens.push_back({static_cast<std::uint32_t>(text.size()), 1, 2});
  }
  return rows;
}

void AddTo(ResumeFile& resume, const Texts& texts, const Embeddings& rows) {
  resume.Add(
      texts.size(), [&](std::size_t i) { return texts[i]; }, rows, 100);
}

// What a run over these texts finds, block by block, before it has to embed.
std::vector<std::size_t> Found(const std::filesystem::path& file, const Texts& texts,
                               VectorKey key = kModel) {
  ResumeFile resume(file, kDimension, KeyOf(key));
  std::vector<std::size_t> counts;
  std::size_t first = 0;
  while (const auto rows =
             resume.Next(texts.size() - first, [&](std::size_t i) { return texts[first + i]; })) {
    const Texts block(texts.begin() + static_cast<std::ptrdiff_t>(first),
                      texts.begin() + static_cast<std::ptrdiff_t>(first + rows->rows()));
    EXPECT_EQ(rows->values, RowsOf(block).values);
    EXPECT_EQ(rows->tokens[0].used, block[0].size());
    EXPECT_EQ(rows->tokens[0].windows, 2U);
    counts.push_back(rows->rows());
    first += rows->rows();
  }
  EXPECT_EQ(resume.found(), first);
  return counts;
}

// A run that has lasted long enough to be worth keeping, and is then broken off.
void BreakOff(const std::filesystem::path& file, const std::vector<Texts>& blocks) {
  ResumeFile resume(file, kDimension, KeyOf(kModel));
  std::this_thread::sleep_for(std::chrono::milliseconds(1050));
  for (const Texts& block : blocks) AddTo(resume, block, RowsOf(block));
}

TEST(ResumeFileTest, GivesBlocksBackUpToTheFirstOfOtherTexts) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "out.resume";
  BreakOff(file, {{"a", "bb"}, {"ccc"}, {"dddd", "e"}});
  EXPECT_EQ(Found(file, {"a", "bb", "ccc", "dddd", "e", "more"}), (std::vector<std::size_t>{2, 1, 2}));
  EXPECT_EQ(Found(file, {"a", "bb", "ccc", "changed", "e"}), (std::vector<std::size_t>{2, 1}));
  // What does not follow is forgotten.
  EXPECT_EQ(Found(file, {"a", "bb", "ccc", "dddd", "e"}), (std::vector<std::size_t>{2, 1}));
}

TEST(ResumeFileTest, GivesBackTextsOfSeveralRows) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "out.resume";
  const Texts texts = {"a", "bb"};
  Embeddings rows = RowsOf({"a", "a", "bb"});
  rows.parts = {{0, 0}, {0, 3}, {1, 0}};
  EXPECT_EQ(rows.texts(), 2U);
  {
    ResumeFile resume(file, kDimension, KeyOf(kModel));
    std::this_thread::sleep_for(std::chrono::milliseconds(1050));
    AddTo(resume, texts, rows);
    AddTo(resume, {"ccc"}, RowsOf({"ccc"}));
  }
  ResumeFile resume(file, kDimension, KeyOf(kModel));
  EXPECT_EQ(resume.waiting(), 2U);
  const auto found = resume.Next(3, [&](std::size_t i) { return texts[i]; });
  ASSERT_TRUE(found);
  EXPECT_EQ(found->parts, rows.parts);
  EXPECT_EQ(found->values, rows.values);
  EXPECT_EQ(found->rows(), 3U);
  EXPECT_EQ(resume.found(), 2U);
  EXPECT_EQ(resume.waiting(), 1U);
}

TEST(ResumeFileTest, IsGoneOnWith) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "out.resume";
  BreakOff(file, {{"a"}});
  {
    ResumeFile resume(file, kDimension, KeyOf(kModel));
    EXPECT_TRUE(resume.Next(1, [](std::size_t) { return "a"; }));
    EXPECT_FALSE(resume.Next(1, [](std::size_t) { return "b"; }));
    std::this_thread::sleep_for(std::chrono::milliseconds(1050));
    AddTo(resume, {"b", "c"}, RowsOf({"b", "c"}));
  }
  EXPECT_EQ(Found(file, {"a", "b", "c"}), (std::vector<std::size_t>{1, 2}));
}

TEST(ResumeFileTest, DamagedAndCutBlocksCountAsNotThere) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "out.resume";
  BreakOff(file, {{"a", "bb"}, {"ccc"}});
  const std::string whole = folder.Get("out.resume");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    folder.Put("out.resume", whole.substr(0, size));
    EXPECT_LE(Found(file, {"a", "bb", "ccc"}).size(), 1U);
  }
  for (std::size_t byte = 20; byte < whole.size(); ++byte) {
    std::string damaged = whole;
    damaged[byte] = static_cast<char>(damaged[byte] ^ 1);
    folder.Put("out.resume", damaged);
    EXPECT_LE(Found(file, {"a", "bb", "ccc"}).size(), 1U);
  }
}

TEST(ResumeFileTest, OfAnotherModelIsBegunAnew) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "out.resume";
  BreakOff(file, {{"a"}});
  EXPECT_TRUE(Found(file, {"a"}, {1, 3}).empty());
  EXPECT_TRUE(folder.List().empty());
}

TEST(ResumeFileTest, IsLeftAloneWhereItIsAnothersFile) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "out.resume";
  folder.Put("out.resume", "mine");
  BreakOff(file, {{"a"}});
  ResumeFile(file, kDimension, KeyOf(kModel)).Remove();
  EXPECT_EQ(folder.Get("out.resume"), "mine");
}

TEST(ResumeFileTest, TwoRunsAtOnceDoNotShareIt) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "out.resume";
  BreakOff(file, {{"a"}});
  ResumeFile first(file, kDimension, KeyOf(kModel));
  ResumeFile second(file, kDimension, KeyOf(kModel));
  EXPECT_FALSE(second.Next(1, [](std::size_t) { return "a"; }));
  second.Remove();
  EXPECT_TRUE(first.Next(1, [](std::size_t) { return "a"; }));
  first.Remove();
  EXPECT_TRUE(folder.List().empty());
}

TEST(ResumeFileTest, NothingIsWrittenInTheFirstSecond) {
  const TemporaryFolder folder;
  ResumeFile resume(folder.path() / "out.resume", kDimension, [] {
    ADD_FAILURE() << "the model is read for nothing";
    return kModel;
  });
  AddTo(resume, {"a"}, RowsOf({"a"}));
  EXPECT_TRUE(folder.List().empty());
}

}  // namespace
}  // namespace lengthwise
