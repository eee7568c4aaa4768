#include "checkpoint/modules.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/model_folder.h"

namespace lengthwise {
namespace {

class ModulesTest : public testing::Test {
 protected:
  ModulesTest() { folder_.PutModel(); }

  std::string PoolingOf(std::string_view config) const {
    folder_.Put("1_Pooling/config.json", config);
    return PoolingNames(ReadModules(folder_.path()).pooling);
  }

  std::string Refusal(ErrorCode code) const {
    return ErrorMessage(code, [&] { ReadModules(folder_.path()); });
  }

  std::string PoolingRefusal(std::string_view config, ErrorCode code = ErrorCode::kUnsupported) const {
    folder_.Put("1_Pooling/config.json", config);
    std::string message = Refusal(code);
    EXPECT_MESSAGE_HAS(message, "1_Pooling/config.json");
    return message;
  }

  std::string ModulesRefusal(std::string_view modules, ErrorCode code) const {
    folder_.Put("modules.json", modules);
    std::string message = Refusal(code);
    EXPECT_MESSAGE_HAS(message, "modules.json");
    return message;
  }

  ModelFolder folder_;
};

TEST_F(ModulesTest, TheUsualThreeModulesAreUnderstood) {
  const Modules modules = ReadModules(folder_.path());
  EXPECT_EQ(modules.transformer, "");
  EXPECT_EQ(modules.pooling, std::vector{Pooling::kMean});
  EXPECT_TRUE(modules.normalize);
}

TEST_F(ModulesTest, WithoutModulesTheMeanIsTakenUnnormalised) {
  std::filesystem::remove(folder_.path() / "modules.json");
  const Modules modules = ReadModules(folder_.path());
  EXPECT_EQ(modules.pooling, std::vector{Pooling::kMean});
  EXPECT_FALSE(modules.normalize);
}

TEST_F(ModulesTest, EverySpellingOfTheClassesIsUnderstood) {
  folder_.Put("modules.json", R"([
      {"path":"0_Transformer","type":"sentence_transformers.models.transformer.Transformer"},
      {"path":"1_Pooling","type":"sentence_transformers.models.pooling.Pooling"}])");
  EXPECT_EQ(ReadModules(folder_.path()).transformer, "0_Transformer");
  EXPECT_FALSE(ReadModules(folder_.path()).normalize);
  folder_.Put("modules.json", R"([
      {"path":"","type":"sentence_transformers.base.modules.transformer.Transformer"},
      {"path":"1_Pooling","type":"sentence_transformers.sentence_transformer.modules.pooling.Pooling"},
      {"path":"2_Normalize","type":"sentence_transformers.sentence_transformer.modules.normalize.Normalize"}])");
  EXPECT_TRUE(ReadModules(folder_.path()).normalize);
}

TEST_F(ModulesTest, EachPoolingIsRead) {
  EXPECT_EQ(PoolingOf(R"({"pooling_mode_mean_tokens":true})"), "mean");
  for (const auto& [member, name] : std::map<std::string, std::string>{
           {"cls_token", "cls"},
           {"max_tokens", "max"},
           {"mean_sqrt_len_tokens", "mean_sqrt_len_tokens"},
           {"weightedmean_tokens", "weightedmean"},
           {"lasttoken", "lasttoken"},
       }) {
    EXPECT_EQ(PoolingOf(R"({"pooling_mode_mean_tokens":false,"pooling_mode_)" + member + "\":true}"), name);
  }
  // Nothing said: sentence-transformers takes the mean.
  EXPECT_EQ(PoolingOf("{}"), "mean");
}

TEST_F(ModulesTest, SeveralPoolingsStandInOneOrder) {
  EXPECT_EQ(PoolingOf(R"({"pooling_mode_mean_tokens":true,"pooling_mode_cls_token":true})"), "cls+mean");
  EXPECT_EQ(PoolingOf(R"({"pooling_mode_lasttoken":true,"pooling_mode_max_tokens":true})"),
            "max+mean+lasttoken");
  EXPECT_EQ(PoolingOf(R"({"pooling_mode":["max","mean"]})"), "max+mean");
}

TEST_F(ModulesTest, ANamedPoolingGoesBeforeTheFlags) {
  EXPECT_EQ(PoolingOf(R"({"pooling_mode":"mean","embedding_dimension":384})"), "mean");
  EXPECT_EQ(PoolingOf(R"({"pooling_mode":"CLS","pooling_mode_mean_tokens":true})"), "cls");
  EXPECT_EQ(PoolingOf(R"({"pooling_mode":["max"]})"), "max");
  EXPECT_EQ(PoolingOf(R"({"pooling_mode":null,"pooling_mode_mean_tokens":true})"), "mean");
}

TEST_F(ModulesTest, OtherPoolingIsRefusedByName) {
  EXPECT_MESSAGE_HAS(PoolingRefusal(R"({"pooling_mode":"median"})"),
                     "\"median\" is not supported; supported: cls, max, mean, mean_sqrt_len_tokens, "
                     "weightedmean and lasttoken");
  // Which of the two comes first?
  EXPECT_MESSAGE_HAS(PoolingRefusal(R"({"pooling_mode":["mean","max"]})"), "\"mean+max\"");
  EXPECT_MESSAGE_HAS(PoolingRefusal(R"({"pooling_mode":["max","max"]})"), "\"max+max\"");
  EXPECT_MESSAGE_HAS(PoolingRefusal(R"({"pooling_mode_mean_tokens":false})"), "\"\"");
}

TEST_F(ModulesTest, AMalformedPoolingConfigurationIsRefused) {
  PoolingRefusal("", ErrorCode::kBadCheckpoint);
  PoolingRefusal("[]", ErrorCode::kBadCheckpoint);
  PoolingRefusal(R"({"pooling_mode_mean_tokens":"yes"})", ErrorCode::kBadCheckpoint);
  PoolingRefusal(R"({"pooling_mode":7})", ErrorCode::kBadCheckpoint);
  std::filesystem::remove(folder_.path() / "1_Pooling/config.json");
  EXPECT_MESSAGE_HAS(Refusal(ErrorCode::kIo), "1_Pooling/config.json");
}

TEST_F(ModulesTest, OtherModulesAreRefusedByName) {
  const std::string weighted = ModulesRefusal(R"([
      {"path":"","type":"sentence_transformers.models.Transformer"},
      {"path":"1_Pooling","type":"sentence_transformers.models.Pooling"},
      {"path":"2_WordWeights","type":"sentence_transformers.models.WordWeights"}])",
                                              ErrorCode::kUnsupported);
  EXPECT_MESSAGE_HAS(weighted, "\"sentence_transformers.models.WordWeights\"");
  EXPECT_MESSAGE_HAS(weighted,
                     "supported: Transformer, Pooling, StaticEmbedding, Normalize, Dense, LayerNorm, Router");
  // A class of the same name from elsewhere is somebody's own code.
  EXPECT_MESSAGE_HAS(
      ModulesRefusal(R"([{"path":"","type":"custom_st.Transformer"}])", ErrorCode::kUnsupported),
      "\"custom_st.Transformer\"");
}

TEST_F(ModulesTest, AnotherOrderOfModulesIsRefused) {
  for (const char* modules : {
           R"([])",
           R"([{"path":"","type":"sentence_transformers.models.Transformer"}])",
           R"([{"path":"1_Pooling","type":"sentence_transformers.models.Pooling"},
               {"path":"","type":"sentence_transformers.models.Transformer"}])",
       }) {
    EXPECT_MESSAGE_HAS(ModulesRefusal(modules, ErrorCode::kUnsupported), "in this order");
  }
}

TEST_F(ModulesTest, AMalformedModuleListIsRefused) {
  for (const char* modules : {"", "{}", "[1]", R"([{"path":""}])", R"([{"path":1,"type":"x"}])"}) {
    ModulesRefusal(modules, ErrorCode::kBadCheckpoint);
  }
}

TEST_F(ModulesTest, PathsOutsideTheFolderAreRefused) {
  for (const char* path : {"/etc", "..", "../other", "a/../../other"}) {
    EXPECT_MESSAGE_HAS(
        ModulesRefusal(
            std::string(R"([{"type":"sentence_transformers.models.Transformer","path":")") + path + "\"}]",
            ErrorCode::kBadCheckpoint),
        "leaves the model folder");
  }
}

}  // namespace
}  // namespace lengthwise
