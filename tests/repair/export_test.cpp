#include "repair/export.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "embedding/session.h"
#include "lengthwise/error.h"
#include "repair/fold_attention.h"

namespace lengthwise {
namespace {

namespace fs = std::filesystem;

const fs::path kData = LENGTHWISE_TEST_DATA;
const std::vector<std::string> kTexts = {
    "the long text", "a", "", "words of a model and words of another",
    "words of a model and words of another and of a long text, of words"};

class ExportTest : public testing::Test {
 protected:
  ExportTest() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ =
        fs::path(testing::TempDir()) / (std::string("export_") + test->name() + std::to_string(::getpid()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~ExportTest() override { fs::remove_all(folder_); }

  ExportSummary Export(const char* model, const Repair& repair,
                       std::optional<Role> role = std::nullopt) const {
    const Checkpoint checkpoint = OpenCheckpoint(kData / model);
    return ExportModel(checkpoint, MakeModelSpec(checkpoint), repair, role, folder_ / "out");
  }

  std::string Refusal(const char* model, const Repair& repair, ErrorCode code,
                      std::optional<Role> role = std::nullopt) const {
    try {
      Export(model, repair, role);
    } catch (const Error& error) {
      EXPECT_STREQ(ErrorCodeName(error.code()), ErrorCodeName(code)) << error.what();
      // Nothing is left behind, under whatever name.
      EXPECT_TRUE(fs::is_empty(folder_));
      return error.what();
    }
    ADD_FAILURE() << "accepted";
    return "";
  }

  // The exported folder's vectors against those of the repair applied while running.
  void ExpectSameVectors(const char* model, const Repair& repair, Role role) const {
    EmbedderOptions options;
    ApplyRepair(repair, &options);
    const Embeddings expected = Session(kData / model, options).Embed(kTexts, {}, 0, role);
    const Embeddings found = Session(folder_ / "out", {}).Embed(kTexts, {}, 0, role);
    ASSERT_EQ(found.values.size(), expected.values.size());
    for (std::size_t i = 0; i < found.values.size(); ++i) {
      // Components are at most 1; scores are scaled before the product in one and after it in the other.
      ASSERT_NEAR(found.values[i], expected.values[i], 5e-6) << i;
    }
  }

  fs::path folder_;
};

// Each head its own temperature; in MPNet's table that needs the same in every layer.
AttentionPolicy HeadPolicy(const ModelSpec& spec, bool by_layer) {
  AttentionPolicy policy;
  for (std::size_t layer = 0; layer < spec.layers; ++layer) {
    std::vector<float>& heads = policy.by_head.emplace_back();
    for (std::size_t head = 0; head < spec.heads; ++head) {
      heads.push_back(0.6F + 0.2F * static_cast<float>(head) +
                      (by_layer ? 0.1F * static_cast<float>(layer) : 0));
    }
  }
  return policy;
}

ModelSpec SpecOf(const char* model) {
  return MakeModelSpec(OpenCheckpoint(kData / model));
}

PostProcess SomePostProcess(std::size_t dimension, bool two_means) {
  PostProcess post;
  post.spec = ParsePostProcessSpec("whiten:0.3");
  post.dimension = dimension;
  for (std::size_t i = 0; i < dimension; ++i) {
    post.document_mean.push_back(0.01F * static_cast<float>(i % 7));
    post.query_mean.push_back(two_means ? -0.02F * static_cast<float>(i % 5) : post.document_mean.back());
    for (std::size_t j = 0; j < dimension; ++j) {
      post.map.push_back(i == j ? 1.5F : 0.1F * static_cast<float>(std::cos(static_cast<double>(i * j))));
    }
  }
  return post;
}

TEST_F(ExportTest, TemperaturesAreFoldedIntoTheWeights) {
  for (const char* model : {"tiny_bert", "tiny_mpnet"}) {
    SCOPED_TRACE(model);
    Repair repair;
    repair.attention.temperature = 0.7F;
    Export(model, repair);
    ExpectSameVectors(model, repair, Role::kDocument);
    fs::remove_all(folder_ / "out");
  }
}

TEST_F(ExportTest, TemperaturesOfHeadsAreFoldedHeadByHead) {
  Repair repair;
  repair.attention = HeadPolicy(SpecOf("tiny_bert"), true);
  Export("tiny_bert", repair);
  ExpectSameVectors("tiny_bert", repair, Role::kDocument);
}

TEST_F(ExportTest, ATableOfBiasesTakesOneTemperatureAHead) {
  Repair repair;
  repair.attention = HeadPolicy(SpecOf("tiny_mpnet"), false);
  Export("tiny_mpnet", repair);
  ExpectSameVectors("tiny_mpnet", repair, Role::kDocument);
}

TEST_F(ExportTest, ATableOfBiasesThatLayersDisagreeOnIsRefusedByName) {
  Repair repair;
  repair.attention = HeadPolicy(SpecOf("tiny_mpnet"), true);
  const std::string message = Refusal("tiny_mpnet", repair, ErrorCode::kUnsupported);
  EXPECT_NE(message.find("head 0 has temperature 0.6 in layer 0 and 0.7"), std::string::npos) << message;
  EXPECT_NE(message.find("relative_attention_bias"), std::string::npos) << message;
  // Left as they are, the biases stand in nobody's way.
  repair.attention.reading = TemperatureReading::kLogits;
  Export("tiny_mpnet", repair);
  ExpectSameVectors("tiny_mpnet", repair, Role::kDocument);
}

TEST_F(ExportTest, PostProcessingBecomesADenseAndANormalize) {
  Repair repair;
  repair.attention.temperature = 0.8F;
  repair.post_process = SomePostProcess(SpecOf("tiny_bert").hidden, false);
  EXPECT_FALSE(Export("tiny_bert", repair).router);
  ExpectSameVectors("tiny_bert", repair, Role::kDocument);
  ExpectSameVectors("tiny_bert", repair, Role::kQuery);
}

TEST_F(ExportTest, DocumentsAndQueriesAreKeptApartByARouter) {
  Repair repair;
  repair.post_process = SomePostProcess(SpecOf("tiny_bert").hidden, true);
  EXPECT_TRUE(Export("tiny_bert", repair).router);
  EXPECT_TRUE(Session(folder_ / "out", {}).NeedsRole());
  ExpectSameVectors("tiny_bert", repair, Role::kDocument);
  ExpectSameVectors("tiny_bert", repair, Role::kQuery);
}

TEST_F(ExportTest, OneSideAloneNeedsNoRouter) {
  Repair repair;
  repair.post_process = SomePostProcess(SpecOf("tiny_bert").hidden, true);
  EXPECT_FALSE(Export("tiny_bert", repair, Role::kQuery).router);
  EXPECT_FALSE(Session(folder_ / "out", {}).NeedsRole());
  ExpectSameVectors("tiny_bert", repair, Role::kQuery);
}

TEST_F(ExportTest, APositionMapIsFoldedIntoTheTable) {
  for (const char* model : {"tiny_bert", "tiny_mpnet"}) {
    for (const char* map : {"squeeze:4:9", "interpolate:10", "repeat:2:5@300"}) {
      SCOPED_TRACE(std::string(model) + " " + map);
      Repair repair;
      repair.positions = ParsePositionMap(map);
      EXPECT_EQ(Export(model, repair).folded, (std::vector<std::string>{std::string("position map ") + map}));
      ExpectSameVectors(model, repair, Role::kDocument);
      EXPECT_EQ(Session(folder_ / "out", {}).limits().positions,
                repair.positions.rows > 0 ? repair.positions.rows : SpecOf(model).positions());
      fs::remove_all(folder_ / "out");
    }
  }
}

TEST_F(ExportTest, AMaximumLengthBecomesTheFoldersLimit) {
  Repair repair;
  repair.positions = ParsePositionMap("repeat:2:5@300");
  const Checkpoint checkpoint = OpenCheckpoint(kData / "tiny_bert");
  const ModelSpec spec = MakeModelSpec(checkpoint);
  EXPECT_THROW(ExportModel(checkpoint, spec, repair, std::nullopt, folder_ / "out", 301), Error);
  EXPECT_TRUE(fs::is_empty(folder_));
  ExportModel(checkpoint, spec, repair, std::nullopt, folder_ / "out", 300);
  EXPECT_EQ(Session(folder_ / "out", {}).limits().in_force, 300U);
}

TEST_F(ExportTest, WhatDependsOnTheTextIsRefusedByName) {
  Repair by_length;
  by_length.attention.by_length = ParseLengthTemperature("log:128");
  EXPECT_NE(Refusal("tiny_bert", by_length, ErrorCode::kUnsupported).find("a temperature by length"),
            std::string::npos);
  Repair scaled;
  scaled.attention.attn_scale = 0.5F;
  EXPECT_NE(Refusal("tiny_bert", scaled, ErrorCode::kUnsupported).find("AttnScale"), std::string::npos);
  Repair top;
  top.attention.top_k = 9;
  EXPECT_NE(Refusal("tiny_bert", top, ErrorCode::kUnsupported).find("top-k"), std::string::npos);
  Repair calibrated;
  calibrated.attention.calibration = ParseAttentionCalibration("0.5");
  EXPECT_NE(Refusal("tiny_bert", calibrated, ErrorCode::kUnsupported).find("attention calibration"),
            std::string::npos);
}

TEST_F(ExportTest, ATableOfPositionsOfAnotherModelIsRefused) {
  Repair repair;
  repair.positions.kind = PositionMapKind::kTable;
  repair.positions.rows = 2;
  repair.positions.dimension = SpecOf("tiny_bert").hidden;
  repair.positions.table.assign(2 * repair.positions.dimension, 0.5F);
  repair.positions.model = "another";
  EXPECT_NE(Refusal("tiny_bert", repair, ErrorCode::kBadInput).find("learned for another model"),
            std::string::npos);
  repair.positions.model = Fingerprint(OpenCheckpoint(kData / "tiny_bert"));
  EXPECT_EQ(Export("tiny_bert", repair).folded, (std::vector<std::string>{"a table of 2 positions"}));
}

TEST_F(ExportTest, WhatCannotBeFoldedIsRefusedByName) {
  Repair windows;
  windows.attention.temperature = 0.8F;
  windows.long_input.kind = LongInputKind::kWindowMean;
  EXPECT_NE(Refusal("tiny_bert", windows, ErrorCode::kUnsupported).find("long-input policy window-mean"),
            std::string::npos);
  EXPECT_NE(Refusal("tiny_bert", {}, ErrorCode::kBadInput).find("changes nothing"), std::string::npos);
  Repair other;
  other.post_process = SomePostProcess(SpecOf("tiny_bert").hidden + 1, false);
  EXPECT_NE(Refusal("tiny_bert", other, ErrorCode::kBadInput).find("but the model's have"),
            std::string::npos);
  Repair alike;
  alike.attention.temperature = 0.8F;
  EXPECT_NE(Refusal("tiny_bert", alike, ErrorCode::kBadInput, Role::kQuery).find("alike"), std::string::npos);
}

TEST_F(ExportTest, FilesAreCopiedAndOtherWeightsLeftOut) {
  const fs::path model = folder_ / "model";
  fs::copy(kData / "tiny_bert", model, fs::copy_options::recursive);
  fs::create_directories(model / "onnx");
  fs::create_directories(model / ".git");
  WriteFile(model / "onnx" / "model.onnx", "x");
  WriteFile(model / "pytorch_model.bin", "x");
  WriteFile(model / "notes.txt", "kept");
  WriteFile(model / ".git" / "HEAD", "x");
  WriteFile(model / "README.md", "# A card");
  const Checkpoint checkpoint = OpenCheckpoint(model);
  Repair repair;
  repair.attention.temperature = 0.8F;
  const ExportSummary summary =
      ExportModel(checkpoint, MakeModelSpec(checkpoint), repair, std::nullopt, folder_ / "out/");
  EXPECT_EQ(summary.left_out, (std::vector<std::string>{"onnx/", "pytorch_model.bin"}));
  EXPECT_EQ(ReadFile(folder_ / "out" / "notes.txt"), "kept");
  EXPECT_EQ(ReadFile(folder_ / "out" / "config.json"), ReadFile(model / "config.json"));
  EXPECT_FALSE(fs::exists(folder_ / "out" / "onnx"));
  EXPECT_FALSE(fs::exists(folder_ / "out" / ".git"));
  const std::string card = ReadFile(folder_ / "out" / "README.md");
  EXPECT_TRUE(card.starts_with("# A card\n"));
  EXPECT_NE(card.find("- attention temperature 0.8"), std::string::npos) << card;
}

TEST_F(ExportTest, AFolderInTheWayIsRefusedAndStays) {
  const Checkpoint checkpoint = OpenCheckpoint(kData / "tiny_bert");
  Repair repair;
  repair.attention.temperature = 0.8F;
  const auto refused = [&](const fs::path& output) {
    try {
      ExportModel(checkpoint, MakeModelSpec(checkpoint), repair, std::nullopt, output);
      return std::string("accepted");
    } catch (const Error& error) {
      return std::string(error.what());
    }
  };
  fs::create_directories(folder_ / "out");
  WriteFile(folder_ / "out" / "mine", "x");
  EXPECT_NE(refused(folder_ / "out").find("is not an empty folder"), std::string::npos);
  EXPECT_EQ(ReadFile(folder_ / "out" / "mine"), "x");
  EXPECT_NE(refused(kData / "tiny_bert" / "out").find("lies inside"), std::string::npos);
  EXPECT_NE(refused(folder_ / "none" / "out").find("cannot make the folder"), std::string::npos);
  fs::create_directories(folder_ / "empty");
  EXPECT_EQ(refused(folder_ / "empty"), "accepted");
}

TEST(FoldAttention, RowsOfAHeadAreDividedByItsTemperature) {
  const Checkpoint checkpoint = OpenCheckpoint(kData / "tiny_bert");
  const ModelSpec spec = MakeModelSpec(checkpoint);
  AttentionPolicy policy = HeadPolicy(spec, true);
  const auto changed = FoldAttention(checkpoint, spec, policy);
  EXPECT_EQ(changed.size(), 2 * spec.layers);
  for (std::size_t layer = 0; layer < spec.layers; ++layer) {
    const std::string& name = spec.layer_names[layer].query.weight;
    const Tensor& tensor = checkpoint.weights.Get(name, std::array{spec.hidden, spec.hidden});
    std::vector<float> before(tensor.size());
    tensor.Read(0, before);
    for (std::size_t i = 0; i < before.size(); ++i) {
      const std::size_t head = i / spec.hidden / spec.head_size();
      ASSERT_EQ(changed.at(name)[i], before[i] / policy.by_head[layer][head]);
    }
  }
}

TEST(FoldAttention, ATemperatureOfOneChangesNothing) {
  const Checkpoint checkpoint = OpenCheckpoint(kData / "tiny_bert");
  EXPECT_TRUE(FoldAttention(checkpoint, MakeModelSpec(checkpoint), {}).empty());
}

}  // namespace
}  // namespace lengthwise
