// One model shared: by threads with options of their own, by precisions, and its fingerprint.
#include "embedding/loaded_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/file.h"
#include "base/temporary_folder.h"
#include "embedding/session.h"
#include "math/cpu.h"
#include "math/thread_pool.h"

namespace lengthwise {
namespace {

const std::filesystem::path kTinyBert = std::filesystem::path(LENGTHWISE_TEST_DATA) / "tiny_bert";

// Of 0 to 90 words: some fit every length, some none.
std::vector<std::string> Texts() {
  const std::vector<std::string> words = {"the", "model", "of", "text", "head", "and", "long", "cosine", "a"};
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < 40; ++i) {
    std::string text;
    for (std::size_t w = 0; w < i * i % 91; ++w) text += words[(i * 5 + w * (w + 3)) % words.size()] + " ";
    texts.push_back(text);
  }
  return texts;
}

// Stretches by component and moves queries elsewhere than documents.
PostProcess Stretched() {
  PostProcess post;
  post.spec = ParsePostProcessSpec("whiten:0.1");
  post.dimension = 36;
  post.document_mean.assign(36, 0.01F);
  post.query_mean.assign(36, -0.02F);
  post.map.assign(36 * 36, 0.0F);
  for (std::size_t i = 0; i < 36; ++i) post.map[i * 36 + i] = 1 + 0.1F * static_cast<float>(i);
  return post;
}

struct Call {
  const char* name;
  EmbedderOptions options;
  Role role = Role::kDocument;
};

std::vector<Call> Calls() {
  std::vector<Call> calls = {
      {"plain", {}},       {"length", {}}, {"temperature", {}},           {"heads", {}},
      {"window mean", {}}, {"stride", {}}, {"queries", {}, Role::kQuery}, {"each window", {}}};
  calls[1].options.max_length = 12;
  calls[2].options.attention.temperature = 0.7F;
  calls[3].options.attention.by_head = {{1, 0.5F, 1.5F}, {0.8F}};
  calls[4].options.long_input = {LongInputKind::kWindowMean, 20, 0};
  calls[5].options.long_input = {LongInputKind::kWindowMean, 16, 5};
  calls[5].options.attention.temperature = 0.9F;
  calls[6].options.post_process = Stretched();
  calls[7].options.long_input = {LongInputKind::kWindowMean, 10, 0};
  calls[7].options.post_process = Stretched();
  calls[7].options.post_process.each_window = true;
  return calls;
}

// All texts at once, and one alone, which the threads of a pool share.
std::vector<float> EmbedAll(const Session& embedder, Role role) {
  const std::vector<std::string> texts = Texts();
  std::vector<float> values = embedder.Embed(texts, {}, 0, role).values;
  const std::vector<float> alone = embedder.Embed(std::vector<std::string>{texts[9]}, {}, 0, role).values;
  values.insert(values.end(), alone.begin(), alone.end());
  return values;
}

TEST(LoadedModel, GivesEachOfEightThreadsTheBitsOfOneAlone) {
  const std::vector<Call> calls = Calls();
  std::vector<std::vector<float>> expected;
  for (const Call& call : calls) {
    EmbedderOptions options = call.options;
    options.threads = 1;
    expected.push_back(EmbedAll(Session(kTinyBert, options), call.role));
    for (std::size_t i = 0; i + 1 < expected.size(); ++i)
      ASSERT_NE(expected[i], expected.back()) << calls[i].name << " and " << call.name;
  }
  for (const std::size_t pool_threads : {1, 3}) {
    const auto model = std::make_shared<const LoadedModel>(kTinyBert);
    const auto pool = std::make_shared<ThreadPool>(pool_threads);
    const std::string fingerprint = Fingerprint(OpenCheckpoint(kTinyBert));
    std::vector<std::size_t> differences(calls.size());
    std::atomic<std::size_t> ready = 0;
    std::vector<std::thread> threads;
    for (std::size_t c = 0; c < calls.size(); ++c) {
      threads.emplace_back([&, c] {
        // All ask for the packed weights, and for the fingerprint, at the same time.
        ++ready;
        while (ready < calls.size()) std::this_thread::yield();
        const Session embedder(model, pool, calls[c].options);
        differences[c] += model->fingerprint() == fingerprint ? 0 : 1;
        for (int round = 0; round < 4; ++round)
          differences[c] += EmbedAll(embedder, calls[c].role) == expected[c] ? 0 : 1;
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (std::size_t c = 0; c < calls.size(); ++c)
      EXPECT_EQ(differences[c], 0U) << calls[c].name << ", pool of " << pool_threads;
  }
}

TEST(LoadedModel, PacksItsWeightsOnceForEachPrecision) {
  const LoadedModel model(kTinyBert);
  ThreadPool pool(2);
  const Encoder* const full = &model.encoder(Precision::kFp32, pool);
  EXPECT_EQ(&model.encoder(Precision::kFp32, pool), full);
  if (!CpuHasAvx2()) GTEST_SKIP() << "int8 needs AVX2";
  const Encoder* const narrow = &model.encoder(Precision::kInt8, pool);
  EXPECT_NE(narrow, full);
  EXPECT_EQ(&model.encoder(Precision::kInt8, pool), narrow);
  EXPECT_EQ(&model.encoder(Precision::kFp32, pool), full);
}

TEST(LoadedModel, ServesTwoPrecisionsSideBySide) {
  if (!CpuHasAvx2()) GTEST_SKIP() << "int8 needs AVX2";
  const auto model = std::make_shared<const LoadedModel>(kTinyBert);
  const auto pool = std::make_shared<ThreadPool>(2);
  EmbedderOptions narrow;
  narrow.precision = Precision::kInt8;
  const Session a(model, pool, {}), b(model, pool, narrow);
  const std::vector<float> full = EmbedAll(a, Role::kDocument), rounded = EmbedAll(b, Role::kDocument);
  EXPECT_NE(full, rounded);
  EXPECT_EQ(full, EmbedAll(Session(kTinyBert, {}), Role::kDocument));
  EXPECT_EQ(rounded, EmbedAll(Session(kTinyBert, narrow), Role::kDocument));
}

TEST(LoadedModel, OutlivesWhoeverLoadedIt) {
  auto first = std::make_unique<Session>(kTinyBert, EmbedderOptions{});
  const std::vector<float> expected = EmbedAll(*first, Role::kDocument);
  const Session second(first->shared_model(), first->shared_pool(), {});
  first.reset();
  EXPECT_EQ(EmbedAll(second, Role::kDocument), expected);
}

// Files that change afterwards are not those it was loaded from, and are not read again.
TEST(LoadedModel, KeepsTheFingerprintItHadAtFirst) {
  const TemporaryFolder folder;
  const std::filesystem::path copy = folder.path() / "model";
  std::filesystem::copy(kTinyBert, copy, std::filesystem::copy_options::recursive);
  const LoadedModel model(copy);
  const std::string before = model.fingerprint();
  EXPECT_EQ(before, Fingerprint(OpenCheckpoint(kTinyBert)));
  WriteFile(copy / "config.json", ReadFile(copy / "config.json") + "\n");
  ASSERT_NE(Fingerprint(OpenCheckpoint(copy)), before);
  EXPECT_EQ(model.fingerprint(), before);
}

TEST(LoadedModel, RefusesOptionsThatDoNotFitItBeforeTheWeightsArePacked) {
  const auto model = std::make_shared<const LoadedModel>(kTinyBert);
  const auto pool = std::make_shared<ThreadPool>(1);
  EmbedderOptions options;
  options.attention.by_head = {{1}};
  EXPECT_THROW(Session(model, pool, options), Error);
  options = {};
  options.max_length = 81;
  EXPECT_THROW(Session(model, pool, options), Error);
  EXPECT_NO_THROW(Session(model, pool, {}));
}

}  // namespace
}  // namespace lengthwise
