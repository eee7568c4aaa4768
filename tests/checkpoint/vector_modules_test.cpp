#include "checkpoint/vector_modules.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "checkpoint/model_folder.h"
#include "checkpoint/safetensors_writer.h"

namespace lengthwise {
namespace {

constexpr const char* kDense =
    R"({"in_features":2,"out_features":2,"bias":true,"activation_function":"torch.nn.modules.linear.Identity"})";

class VectorModulesTest : public testing::Test {
 protected:
  VectorModulesTest() { folder_.PutModel(); }

  void PutDense(const std::string& module, std::vector<float> weight, std::vector<float> bias) const {
    folder_.Put(module + "/config.json", kDense);
    WriteSafeTensors(folder_.path() / module / "model.safetensors",
                     {FloatTensor("linear.weight", {2, 2}, weight), FloatTensor("linear.bias", {2}, bias)},
                     {});
  }

  void PutModules(const std::string& last) const {
    folder_.Put("modules.json", R"([
        {"path":"","type":"sentence_transformers.models.Transformer"},
        {"path":"1_Pooling","type":"sentence_transformers.models.Pooling"},
        {"path":"2_Normalize","type":"sentence_transformers.models.Normalize"},)" +
                                    last + "]");
  }

  std::string Refusal(ErrorCode code) const {
    return ErrorMessage(code, [&] {
      const Checkpoint checkpoint = OpenCheckpoint(folder_.path());
      for (const VectorModule& module : checkpoint.vector_modules) {
        if (module.kind == VectorModuleKind::kDense) ReadDenseWeights(folder_.path(), module.document);
      }
    });
  }

  ModelFolder folder_;
};

TEST_F(VectorModulesTest, ADenseAndASecondNormalizeAreRead) {
  PutModules(R"({"path":"3_Dense","type":"sentence_transformers.models.Dense"},
                {"path":"4_Normalize","type":"sentence_transformers.models.Normalize"})");
  PutDense("3_Dense", {1, 2, 3, 4}, {5, 6});
  const Checkpoint checkpoint = OpenCheckpoint(folder_.path());
  ASSERT_EQ(checkpoint.vector_modules.size(), 3U);
  EXPECT_EQ(checkpoint.vector_modules[1].kind, VectorModuleKind::kDense);
  EXPECT_EQ(checkpoint.vector_modules[1].query, checkpoint.vector_modules[1].document);
  EXPECT_TRUE(checkpoint.normalize);
  const DenseWeights dense = ReadDenseWeights(folder_.path(), checkpoint.vector_modules[1].document);
  EXPECT_EQ(dense.weight, (std::vector<float>{1, 2, 3, 4}));
  EXPECT_EQ(dense.bias, (std::vector<float>{5, 6}));
}

TEST_F(VectorModulesTest, WithoutANormalizeAtTheEndVectorsAreNotOfUnitLength) {
  PutModules(R"({"path":"3_Dense","type":"sentence_transformers.models.Dense"})");
  PutDense("3_Dense", {1, 2, 3, 4}, {5, 6});
  EXPECT_FALSE(OpenCheckpoint(folder_.path()).normalize);
}

TEST_F(VectorModulesTest, TheWeightsOfADenseChangeTheFingerprint) {
  PutModules(R"({"path":"3_Dense","type":"sentence_transformers.models.Dense"})");
  PutDense("3_Dense", {1, 2, 3, 4}, {5, 6});
  const std::string before = Fingerprint(OpenCheckpoint(folder_.path()));
  PutDense("3_Dense", {1, 2, 3, 4}, {5, 7});
  EXPECT_NE(Fingerprint(OpenCheckpoint(folder_.path())), before);
}

constexpr const char* kRouter = R"({
  "types": {"d": "sentence_transformers.models.Dense", "q": "sentence_transformers.models.Dense"},
  "structure": {"query": ["q"], "document": ["d"]},
  "parameters": {"default_route": "document", "allow_empty_key": true}})";

TEST_F(VectorModulesTest, ARouterHasADenseForEachRole) {
  PutModules(R"({"path":"3_Router","type":"sentence_transformers.models.Router"})");
  folder_.Put("3_Router/router_config.json", kRouter);
  PutDense("3_Router/d", {1, 0, 0, 1}, {1, 1});
  PutDense("3_Router/q", {1, 0, 0, 1}, {2, 2});
  const Checkpoint checkpoint = OpenCheckpoint(folder_.path());
  const VectorModule& router = checkpoint.vector_modules[1];
  EXPECT_EQ(ReadDenseWeights(folder_.path(), router.document).bias, (std::vector<float>{1, 1}));
  EXPECT_EQ(ReadDenseWeights(folder_.path(), router.query).bias, (std::vector<float>{2, 2}));
}

TEST_F(VectorModulesTest, OtherRoutersAreRefusedByName) {
  PutModules(R"({"path":"3_Router","type":"sentence_transformers.models.Router"})");
  PutDense("3_Router/d", {1, 0, 0, 1}, {1, 1});
  PutDense("3_Router/q", {1, 0, 0, 1}, {2, 2});
  const auto refusal = [&](std::string router, const std::string& from, const std::string& to) {
    router.replace(router.find(from), from.size(), to);
    folder_.Put("3_Router/router_config.json", router);
    return Refusal(ErrorCode::kUnsupported);
  };
  EXPECT_MESSAGE_HAS(refusal(kRouter, R"("default_route": "document")", R"("default_route": "query")"),
                     "default route \"query\"");
  EXPECT_MESSAGE_HAS(refusal(kRouter, R"("query": ["q"])", R"("query": ["q", "d"])"), "route \"query\"");
  EXPECT_MESSAGE_HAS(refusal(kRouter, R"("query": ["q"],)", ""), "1 routes");
  EXPECT_MESSAGE_HAS(refusal(kRouter, "models.Dense\"}", "models.Dropout\"}"), "models.Dropout");
}

TEST_F(VectorModulesTest, OtherDenseModulesAreRefusedByName) {
  PutModules(R"({"path":"3_Dense","type":"sentence_transformers.models.Dense"})");
  PutDense("3_Dense", {1, 2, 3, 4}, {5, 6});
  folder_.Put(
      "3_Dense/config.json",
      R"({"in_features":2,"out_features":2,"activation_function":"torch.nn.modules.activation.PReLU"})");
  EXPECT_MESSAGE_HAS(Refusal(ErrorCode::kUnsupported), "activation \"torch.nn.modules.activation.PReLU\"");
  folder_.Put(
      "3_Dense/config.json",
      R"({"in_features":2,"out_features":1,"activation_function":"torch.nn.modules.linear.Identity"})");
  EXPECT_MESSAGE_HAS(Refusal(ErrorCode::kBadCheckpoint), "has shape [2, 2], but config.json asks for [1, 2]");
}

TEST_F(VectorModulesTest, WeightsThatTheModuleHasNoPlaceForAreRefused) {
  PutModules(R"({"path":"3_Dense","type":"sentence_transformers.models.Dense"})");
  PutDense("3_Dense", {1, 2, 3, 4}, {5, 6});
  std::string config = kDense;
  folder_.Put("3_Dense/config.json", config.replace(config.find("true"), 4, "false"));
  EXPECT_MESSAGE_HAS(Refusal(ErrorCode::kBadCheckpoint), "tensor \"linear.bias\" has no place");
}

TEST_F(VectorModulesTest, WeightsThatAreNotFiniteAreRefused) {
  PutModules(R"({"path":"3_Dense","type":"sentence_transformers.models.Dense"})");
  PutDense("3_Dense", {1, 2, 3, std::numeric_limits<float>::quiet_NaN()}, {5, 6});
  EXPECT_MESSAGE_HAS(Refusal(ErrorCode::kBadCheckpoint), "NaN or infinite");
}

}  // namespace
}  // namespace lengthwise
