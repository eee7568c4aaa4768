#include "encoder/tensor_check.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "base/fail.h"

namespace lengthwise {
namespace {

const std::filesystem::path kData = LENGTHWISE_TEST_DATA;

// What the weights of a model are refused with beside a config that says `value` of `member`; empty: not.
std::string Refusal(const char* model, const char* member, const Json& value) {
  Checkpoint checkpoint = OpenCheckpoint(kData / model);
  checkpoint.config[member] = value;
  try {
    MakeModelSpec(checkpoint);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

#define EXPECT_HAS(message, part) EXPECT_NE((message).find(part), std::string::npos) << (message)

TEST(TensorCheck, TheTensorsOfAModelAreThoseOfItsConfig) {
  for (const char* model : {"tiny_bert", "tiny_mpnet"}) EXPECT_EQ(Refusal(model, "num_hidden_layers", 2), "");
}

TEST(TensorCheck, LayersThatAreLeftOverAreNamed) {
  for (const char* model : {"tiny_bert", "tiny_mpnet"}) {
    const std::string message = Refusal(model, "num_hidden_layers", 1);
    // 16 tensors a layer, in the order of their names.
    EXPECT_HAS(message, "model.safetensors: 16 stored tensors that the model of ");
    EXPECT_HAS(message, "\"encoder.layer.1.attention.");
    EXPECT_HAS(message, " and 13 more; ");
    EXPECT_HAS(message, "config.json says \"num_hidden_layers\" 1, but 2 layers are stored");
  }
}

TEST(TensorCheck, LayersThatAreMissingAreNamed) {
  for (const char* model : {"tiny_bert", "tiny_mpnet"}) {
    const std::string message = Refusal(model, "num_hidden_layers", 4);
    EXPECT_HAS(message, "tensor \"encoder.layer.2.attention.");
    EXPECT_HAS(message, " is missing, and so are 31 more; ");
    EXPECT_HAS(message, "config.json says \"num_hidden_layers\" 4, but 2 layers are stored");
  }
}

TEST(TensorCheck, ANormsEpsilonIsPlausible) {
  for (const double epsilon : {1e300, 1.0, 0.011, 0.0, -1e-12})
    EXPECT_HAS(Refusal("tiny_bert", "layer_norm_eps", epsilon), "\"layer_norm_eps\" is ");
  for (const double epsilon : {1e-12, 1e-5, 1e-3})
    EXPECT_EQ(Refusal("tiny_bert", "layer_norm_eps", epsilon), "");
}

TEST(TensorCheck, OptionsThatChangeTheComputationAreRefused) {
  for (const char* model : {"tiny_bert", "tiny_mpnet"}) {
    for (const char* member : {"is_decoder", "is_encoder_decoder", "add_cross_attention"}) {
      EXPECT_HAS(Refusal(model, member, true), std::string("\"") + member + "\" is true");
      EXPECT_EQ(Refusal(model, member, false), "");
    }
    for (const char* member : {"pruned_heads", "auto_map", "quantization_config"}) {
      EXPECT_HAS(Refusal(model, member, {{"0", 1}}), std::string("\"") + member + "\" is given");
      EXPECT_EQ(Refusal(model, member, Json::object()), "");
      EXPECT_EQ(Refusal(model, member, nullptr), "");
    }
  }
}

}  // namespace
}  // namespace lengthwise
