#include "embedding/vector_key.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/temporary_folder.h"
#include "embedding/session.h"
#include "every_target.h"
#include "math/cpu.h"

namespace lengthwise {
namespace {

const std::filesystem::path kTinyBert = std::filesystem::path(LENGTHWISE_TEST_DATA) / "tiny_bert";

VectorKey KeyOf(const EmbedderOptions& options, VectorForm form = VectorForm::kText,
                Role role = Role::kDocument, std::string_view text = "a long text") {
  return VectorKeys(Session(kTinyBert, options), form, role).Of(text);
}

// Moves along the first axis.
PostProcess Shifted(float by, float by_of_queries) {
  PostProcess post;
  post.spec.kind = PostProcessKind::kCenter;
  post.dimension = 36;
  post.document_mean.assign(36, 0);
  post.query_mean.assign(36, 0);
  post.document_mean[0] = by;
  post.query_mean[0] = by_of_queries;
  return post;
}

TEST(VectorKeys, DifferWithWhateverChangesTheVector) {
  using Change = std::function<void(EmbedderOptions&)>;
  const std::vector<std::pair<const char*, Change>> changes = {
      {"nothing", [](EmbedderOptions&) {}},
      {"temperature", [](EmbedderOptions& o) { o.attention.temperature = 0.8F; }},
      {"temperature of one head",
       [](EmbedderOptions& o) {
         o.attention.by_head = {{1, 1, 0.8F}, {1}};
       }},
      {"temperature of another head",
       [](EmbedderOptions& o) {
         o.attention.by_head = {{1}, {1, 1, 0.8F}};
       }},
      {"temperature by length",
       [](EmbedderOptions& o) { o.attention.by_length = ParseLengthTemperature("log:30"); }},
      {"AttnScale", [](EmbedderOptions& o) { o.attention.attn_scale = 0.5F; }},
      {"AttnScale of a layer",
       [](EmbedderOptions& o) {
         o.attention.attn_scale_by_head = {{0.5F}, {0.0F}};
       }},
      {"top-k attention", [](EmbedderOptions& o) { o.attention.top_k = 5; }},
      {"calibration", [](EmbedderOptions& o) { o.attention.calibration.strength = 0.5F; }},
      {"position map", [](EmbedderOptions& o) { o.positions = ParsePositionMap("clamp:20"); }},
      {"another position map", [](EmbedderOptions& o) { o.positions = ParsePositionMap("clamp:21"); }},
      {"max length", [](EmbedderOptions& o) { o.max_length = 32; }},
      {"long input", [](EmbedderOptions& o) { o.long_input.kind = LongInputKind::kWindowMean; }},
      {"window",
       [](EmbedderOptions& o) {
         o.long_input = {LongInputKind::kWindowMean, 16, 0};
       }},
      {"stride",
       [](EmbedderOptions& o) {
         o.long_input = {LongInputKind::kWindowMean, 16, 8};
       }},
      {"windows at sentences",
       [](EmbedderOptions& o) {
         o.long_input = {LongInputKind::kWindowMean, 16, 0};
         o.long_input.window_ends = WindowEnds::kSentences;
       }},
      {"a title repeated",
       [](EmbedderOptions& o) {
         o.long_input = {LongInputKind::kWindowMean, 16, 0};
         o.long_input.repeat_title = true;
       }},
      {"late chunking",
       [](EmbedderOptions& o) {
         o.long_input = {LongInputKind::kWindowMean, 16, 0};
         o.long_input.late_chunking = true;
       }},
      {"several vectors",
       [](EmbedderOptions& o) {
         o.long_input = {LongInputKind::kWindows, 16, 0};
       }},
      {"three vectors",
       [](EmbedderOptions& o) {
         o.long_input = {LongInputKind::kWindows, 16, 0};
         o.long_input.vectors = 3;
       }},
      {"post-processing", [](EmbedderOptions& o) { o.post_process = Shifted(0.1F, 0.1F); }},
      {"its mean of queries", [](EmbedderOptions& o) { o.post_process = Shifted(0.1F, 0.2F); }},
      {"its place",
       [](EmbedderOptions& o) {
         o.long_input.kind = LongInputKind::kWindowMean;
         o.post_process = Shifted(0.1F, 0.1F);
         o.post_process.each_window = true;
       }},
      {"precision", [](EmbedderOptions& o) { o.precision = CpuHasAvx2() ? Precision::kInt8 : o.precision; }},
  };
  std::vector<std::pair<const char*, VectorKey>> keys;
  for (const auto& [name, change] : changes) {
    if (std::string_view(name) == "precision" && !CpuHasAvx2()) continue;
    EmbedderOptions options;
    change(options);
    keys.emplace_back(name, KeyOf(options));
  }
  keys.emplace_back("text", KeyOf({}, VectorForm::kText, Role::kDocument, "a long texT"));
  keys.emplace_back("form", KeyOf({}, VectorForm::kWindows));
  for (std::size_t a = 0; a < keys.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b)
      EXPECT_FALSE(keys[a].second == keys[b].second) << keys[a].first << " and " << keys[b].first;
  }
}

TEST(VectorKeys, AreTheSameForTheSameVector) {
  EmbedderOptions threads;
  threads.threads = 3;
  EXPECT_EQ(KeyOf({}), KeyOf(threads));
  EmbedderOptions spelt_out;
  spelt_out.max_length = 64;  // the model's own limit
  spelt_out.attention.by_head = {{1, 1, 1}, {1}};
  EXPECT_EQ(KeyOf({}), KeyOf(spelt_out));
}

TEST(VectorKeys, DifferByRoleWhereTheVectorDoes) {
  EXPECT_EQ(KeyOf({}), KeyOf({}, VectorForm::kText, Role::kQuery));
  EmbedderOptions options;
  options.post_process = Shifted(0.1F, 0.2F);
  EXPECT_FALSE(KeyOf(options) == KeyOf(options, VectorForm::kText, Role::kQuery));
  // A long query is not split as a long document is.
  EmbedderOptions lead_body;
  lead_body.long_input.kind = LongInputKind::kLeadBody;
  EXPECT_FALSE(KeyOf(lead_body) == KeyOf(lead_body, VectorForm::kText, Role::kQuery));
}

// They have none.
TEST(VectorKeys, OfWindowsDoNotDependOnPostProcessing) {
  EmbedderOptions options;
  options.post_process = Shifted(0.1F, 0.1F);
  EXPECT_EQ(KeyOf({}, VectorForm::kWindows), KeyOf(options, VectorForm::kWindows));
}

TEST(VectorKeys, DifferByModelAndNotByItsFolder) {
  const TemporaryFolder folder;
  const std::filesystem::path model = folder.path() / "model";
  std::filesystem::copy(kTinyBert, model, std::filesystem::copy_options::recursive);
  const auto key = [&] { return VectorKeys(Session(model, {}), VectorForm::kText, Role::kDocument).Of("a"); };
  const VectorKey before = key();
  EXPECT_EQ(before, KeyOf({}, VectorForm::kText, Role::kDocument, "a"));
  std::string weights = ReadFile(model / "model.safetensors");
  weights[weights.size() - 4] =
      static_cast<char>(weights[weights.size() - 4] ^ 1);  // a last bit of the last tensor
  WriteFile(model / "model.safetensors", weights);
  EXPECT_FALSE(key() == before);
}

TEST(VectorKeys, DifferByInstructionSet) {
  std::vector<VectorKey> keys;
  ForEveryTarget([&] {
    keys.push_back(KeyOf({}));
    for (std::size_t i = 0; i + 1 < keys.size(); ++i) EXPECT_FALSE(keys[i] == keys.back());
  });
}

}  // namespace
}  // namespace lengthwise
