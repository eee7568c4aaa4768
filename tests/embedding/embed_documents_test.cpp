// From documents to a file of vectors.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "base/file.h"
#include "base/temporary_folder.h"
#include "lengthwise/vectors.h"

namespace lengthwise {
namespace {

const std::filesystem::path kModelFolder = std::filesystem::path(LENGTHWISE_TEST_DATA) / "tiny_bert";

TEST(EmbedDocuments, WritesTheRowsThatTheEmbedderGives) {
  const TemporaryFolder folder;
  WriteFile(folder.path() / "in.txt", "the model of text\n\na head of text\n");
  const Embedder embedder(kModelFolder);
  std::size_t told = 0;
  EmbedOptions options;
  options.on_findings = [&](const InputFindings& findings) { told += findings.warnings.size(); };
  std::size_t last = 0;
  const EmbedSummary summary =
      EmbedDocuments(embedder, {.path = (folder.path() / "in.txt").string()}, folder.path() / "made.npy",
                     options, [&](std::size_t done, std::size_t total) {
                       EXPECT_EQ(total, 3U);
                       last = done;
                     });
  EXPECT_EQ(summary.texts, 3U);
  EXPECT_EQ(last, 3U);
  EXPECT_EQ(told, 1U);  // a blank text
  VectorWriter writer(folder.path() / "expected.npy", embedder.dimension());
  writer.Append(std::vector<std::string>{"1", "2", "3"},
                embedder.Embed(std::vector<std::string>{"the model of text", "", "a head of text"}));
  writer.Commit();
  EXPECT_EQ(ReadFile(folder.path() / "made.npy"), ReadFile(folder.path() / "expected.npy"));
}

TEST(EmbedDocuments, LeavesNothingWhereItIsCancelled) {
  const TemporaryFolder folder;
  WriteFile(folder.path() / "in.txt", "the model of text\na head of text\n");
  const Embedder embedder(kModelFolder);
  try {
    EmbedDocuments(embedder, {.path = (folder.path() / "in.txt").string()}, folder.path() / "made.npy", {},
                   [](std::size_t done, std::size_t) { return done == 0; });
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kCancelled);
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
    EXPECT_EQ(entry.path().filename(), "in.txt");
}

}  // namespace
}  // namespace lengthwise
