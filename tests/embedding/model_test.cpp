// The handle on a model, and what its embedders share.
#include "lengthwise/model.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "embedding/session.h"
#include "lengthwise/embedder.h"

namespace lengthwise {
namespace {

const std::filesystem::path kTinyBertFolder = std::filesystem::path(LENGTHWISE_TEST_DATA) / "tiny_bert";
const std::vector<std::string> kSomeTexts = {"the model of text", "", "a long cosine and a head of text",
                                             "the length of the text"};

TEST(Model, TellsWhatItsFolderHolds) {
  const Model model = Model::Load(kTinyBertFolder, 2);
  EXPECT_EQ(model.name(), "tiny_bert");
  EXPECT_EQ(Model::Load(kTinyBertFolder / "").name(), "tiny_bert");
  EXPECT_EQ(model.dimension(), 36U);
  EXPECT_EQ(model.limits().in_force, 64U);
  EXPECT_EQ(model.limits().positions, 80U);
  EXPECT_EQ(model.fingerprint(), Fingerprint(OpenCheckpoint(kTinyBertFolder)));
  const std::vector<std::size_t> lengths = model.TokenLengths(kSomeTexts);
  const Embeddings rows = Embedder(model).Embed(kSomeTexts);
  for (std::size_t i = 0; i < lengths.size(); ++i) EXPECT_EQ(lengths[i], rows.tokens[i].used);
}

TEST(Model, IsSharedByEmbeddersThatWorkAtTheSameTime) {
  const Model model = Model::Load(kTinyBertFolder, 2);
  EmbedderOptions sharpened;
  sharpened.attention.temperature = 0.5F;
  const Embedder plain(model), repaired(model, sharpened);
  EXPECT_EQ(&SessionOf(plain).model(), &SessionOf(repaired).model());
  EXPECT_EQ(&SessionOf(plain).pool(), &SessionOf(repaired).pool());
  EXPECT_EQ(&SessionOf(Embedder(plain.model())).model(), &SessionOf(plain).model());
  Embeddings a, b;
  std::thread other([&] { b = repaired.Embed(kSomeTexts); });
  a = plain.Embed(kSomeTexts);
  other.join();
  EXPECT_EQ(a.values, Embedder(kTinyBertFolder).Embed(kSomeTexts).values);
  EXPECT_EQ(b.values, Embedder(kTinyBertFolder, sharpened).Embed(kSomeTexts).values);
  EXPECT_NE(a.values, b.values);
}

TEST(Progress, EndsTheWorkWhereItSaysSo) {
  const Embedder embedder(kTinyBertFolder);
  std::size_t calls = 0;
  try {
    embedder.Embed(kSomeTexts, [&](std::size_t, std::size_t total) {
      EXPECT_EQ(total, kSomeTexts.size());
      return ++calls < 2;
    });
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kCancelled);
  }
  EXPECT_EQ(calls, 2U);
  // As good as before.
  EXPECT_EQ(embedder.Embed(kSomeTexts).values, Embedder(kTinyBertFolder).Embed(kSomeTexts).values);
}

TEST(Progress, MayReturnNothing) {
  std::size_t last = 0;
  Embedder(kTinyBertFolder).Embed(kSomeTexts, [&](std::size_t done, std::size_t) { last = done; });
  EXPECT_EQ(last, kSomeTexts.size());
}

}  // namespace
}  // namespace lengthwise
