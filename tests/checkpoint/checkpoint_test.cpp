#include "checkpoint/checkpoint.h"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/model_folder.h"

namespace lengthwise {
namespace {

class CheckpointTest : public testing::Test {
 protected:
  CheckpointTest() { folder_.PutModel(); }

  Checkpoint Open() const { return OpenCheckpoint(folder_.path()); }

  std::string Refusal(ErrorCode code) const {
    return ErrorMessage(code, [&] { Open(); });
  }

  void Remove(const char* name) const { std::filesystem::remove(folder_.path() / name); }

  ModelFolder folder_;
};

TEST_F(CheckpointTest, AFolderIsOpenedWithAllItSays) {
  const Checkpoint checkpoint = Open();
  EXPECT_EQ(checkpoint.config.at("model_type"), "bert");
  EXPECT_TRUE(checkpoint.weights.Has("w"));
  EXPECT_EQ(checkpoint.pooling, std::vector{Pooling::kMean});
  EXPECT_TRUE(checkpoint.normalize);
  EXPECT_EQ(checkpoint.max_seq_length, 256U);
  EXPECT_EQ(checkpoint.tokenizer_json, folder_.path() / "tokenizer.json");
}

TEST_F(CheckpointTest, ATransformerInASubfolderIsFound) {
  for (const char* name :
       {"config.json", "model.safetensors", "tokenizer.json", "sentence_bert_config.json"}) {
    std::filesystem::create_directories(folder_.path() / "0_Transformer");
    std::filesystem::rename(folder_.path() / name, folder_.path() / "0_Transformer" / name);
  }
  folder_.Put("modules.json", R"([{"path":"0_Transformer","type":"sentence_transformers.models.Transformer"},
      {"path":"1_Pooling","type":"sentence_transformers.models.Pooling"}])");
  const Checkpoint checkpoint = Open();
  EXPECT_EQ(checkpoint.max_seq_length, 256U);
  EXPECT_EQ(checkpoint.tokenizer_json, folder_.path() / "0_Transformer/tokenizer.json");
  EXPECT_EQ(Fingerprint(checkpoint).size(), 32U);
}

TEST_F(CheckpointTest, TheLimitComesFromTheTokenizerWhereNoOtherFileNamesOne) {
  folder_.Put("tokenizer_config.json", R"({"model_max_length":512})");
  EXPECT_EQ(Open().max_seq_length, 256U);
  folder_.Put("sentence_bert_config.json", R"({"max_seq_length":null})");
  EXPECT_EQ(Open().max_seq_length, 512U);
  Remove("sentence_bert_config.json");
  EXPECT_EQ(Open().max_seq_length, 512U);
  folder_.Put("sentence_roberta_config.json", R"({"max_seq_length":75})");
  EXPECT_EQ(Open().max_seq_length, 75U);
}

TEST_F(CheckpointTest, AFolderMayNameNoLimit) {
  Remove("sentence_bert_config.json");
  EXPECT_EQ(Open().max_seq_length, 0U);
  // What transformers writes where it knows of none.
  folder_.Put("tokenizer_config.json", R"({"model_max_length":1000000000000000019884624838656})");
  EXPECT_EQ(Open().max_seq_length, 0U);
}

TEST_F(CheckpointTest, ALimitThatIsNoLengthIsRefused) {
  for (const char* limit : {"-1", "0", "1.5", "\"256\"", "true"}) {
    folder_.Put("sentence_bert_config.json", std::string(R"({"max_seq_length":)") + limit + "}");
    EXPECT_MESSAGE_HAS(Refusal(ErrorCode::kBadCheckpoint), "sentence_bert_config.json: \"max_seq_length\"");
  }
}

TEST_F(CheckpointTest, AWholeFolderIsUsedWithoutAWarning) {
  EXPECT_TRUE(Open().warnings.empty());
  // A limit that is left out on purpose is none that is missing.
  folder_.Put("sentence_bert_config.json", R"({"max_seq_length":null})");
  EXPECT_TRUE(Open().warnings.empty());
}

TEST_F(CheckpointTest, WhatIsAssumedIsSaidInOneWarning) {
  Remove("modules.json");
  ASSERT_EQ(Open().warnings.size(), 1U);
  EXPECT_MESSAGE_HAS(Open().warnings[0], "no modules.json: vectors are the mean of the token states");
  Remove("sentence_bert_config.json");
  folder_.Put("tokenizer_config.json", R"({"model_max_length":512})");
  ASSERT_EQ(Open().warnings.size(), 1U);
  EXPECT_MESSAGE_HAS(Open().warnings[0], "no modules.json");
  EXPECT_MESSAGE_HAS(Open().warnings[0], "no sentence_bert_config.json: texts may have the 512 tokens");
}

TEST_F(CheckpointTest, PoolingOfAnotherDimensionIsRefused) {
  folder_.Put("1_Pooling/config.json", R"({"pooling_mode":"mean","word_embedding_dimension":384})");
  EXPECT_NO_THROW(Open());
  folder_.Put("config.json", R"({"model_type":"bert","hidden_size":384})");
  EXPECT_NO_THROW(Open());
  folder_.Put("config.json", R"({"model_type":"bert","hidden_size":768})");
  EXPECT_MESSAGE_HAS(Refusal(ErrorCode::kBadCheckpoint),
                     "\"hidden_size\" is 768, but the module Pooling is of 384");
}

TEST_F(CheckpointTest, AFolderAboveOrBelowTheModelIsRefusedWithTheModelsName) {
  const auto refusal = [](const std::filesystem::path& folder) {
    return ErrorMessage(ErrorCode::kIo, [&] { OpenCheckpoint(folder); });
  };
  EXPECT_MESSAGE_HAS(refusal(folder_.path() / "1_Pooling"),
                     "did you mean the whole of it, " + folder_.path().string());
  std::filesystem::create_directories(folder_.path() / "above" / "model");
  for (const char* name : {"config.json", "model.safetensors", "modules.json", "tokenizer.json"})
    std::filesystem::rename(folder_.path() / name, folder_.path() / "above" / "model" / name);
  EXPECT_MESSAGE_HAS(refusal(folder_.path()), "holds no model itself; did you mean " +
                                                  (folder_.path() / "above/model").string() + "?");
}

TEST_F(CheckpointTest, WhatIsNotAFolderIsRefused) {
  const std::string absent = ErrorMessage(ErrorCode::kIo, [&] { OpenCheckpoint(folder_.path() / "absent"); });
  EXPECT_MESSAGE_HAS(absent, "absent: No such file or directory");
  const std::string file =
      ErrorMessage(ErrorCode::kIo, [&] { OpenCheckpoint(folder_.path() / "config.json"); });
  EXPECT_MESSAGE_HAS(file, "config.json is not a folder");
}

TEST_F(CheckpointTest, EachMissingFileIsNamed) {
  for (const char* name : {"config.json", "model.safetensors", "tokenizer.json"}) {
    folder_.PutModel();
    Remove(name);
    EXPECT_MESSAGE_HAS(Refusal(ErrorCode::kIo), std::string("/") + name);
  }
}

TEST_F(CheckpointTest, PickledWeightsAreRefusedWithTheConversion) {
  Remove("model.safetensors");
  folder_.Put("pytorch_model.bin", "x");
  const std::string message = Refusal(ErrorCode::kUnsupported);
  EXPECT_MESSAGE_HAS(message, "pytorch_model.bin: only model.safetensors is read");
  EXPECT_MESSAGE_HAS(message, "save_pretrained");
}

std::string OneTensor(const std::string& name, std::string_view data) {
  return SafeTensorsBytes(R"({")" + name + R"(":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", data);
}

constexpr const char* kIndex =
    R"({"metadata":{"total_size":8},"weight_map":{"a":"one.safetensors","b":"two.safetensors"}})";

TEST_F(CheckpointTest, WeightsInSeveralFilesAreOne) {
  Remove("model.safetensors");
  folder_.Put("model.safetensors.index.json", kIndex);
  folder_.Put("one.safetensors", OneTensor("a", std::string_view("\0\0\200\077", 4)));
  folder_.Put("two.safetensors", OneTensor("b", std::string_view("\0\0\0\100", 4)));
  const Checkpoint checkpoint = Open();
  float value = 0;
  checkpoint.weights.Get("a", std::array<std::size_t, 1>{1}).Read(0, std::span(&value, 1));
  EXPECT_EQ(value, 1.0F);
  checkpoint.weights.Get("b", std::array<std::size_t, 1>{1}).Read(0, std::span(&value, 1));
  EXPECT_EQ(value, 2.0F);
  // Each file counts.
  const std::string before = Fingerprint(checkpoint);
  folder_.Put("two.safetensors", OneTensor("b", std::string_view("\0\0\0\077", 4)));
  EXPECT_NE(Fingerprint(Open()), before);
}

TEST_F(CheckpointTest, AnIndexThatItsFilesContradictIsRefused) {
  Remove("model.safetensors");
  const auto refusal = [&](const std::string& index, ErrorCode code = ErrorCode::kBadCheckpoint) {
    folder_.Put("model.safetensors.index.json", index);
    return Refusal(code);
  };
  folder_.Put("one.safetensors", OneTensor("a", "1234"));
  EXPECT_MESSAGE_HAS(refusal(kIndex, ErrorCode::kIo), "two.safetensors");
  folder_.Put("two.safetensors", OneTensor("a", "1234"));
  EXPECT_MESSAGE_HAS(refusal(kIndex), "two.safetensors: holds tensor \"a\", which");
  folder_.Put("two.safetensors", OneTensor("c", "1234"));
  EXPECT_MESSAGE_HAS(refusal(kIndex), "does not list");
  EXPECT_MESSAGE_HAS(refusal(R"({"weight_map":{"a":"one.safetensors","b":"one.safetensors"}})"),
                     "tensor \"b\" is not in one.safetensors");
  EXPECT_MESSAGE_HAS(refusal("{}"), "\"weight_map\"");
  EXPECT_MESSAGE_HAS(refusal(R"({"weight_map":{"a":"../one.safetensors"}})"), "not a file beside the index");
  EXPECT_MESSAGE_HAS(refusal(R"({"weight_map":{"a":1}})"), "the file of tensor \"a\"");
}

TEST_F(CheckpointTest, AConfigThatIsNotAJsonObjectIsRefused) {
  for (const char* config : {"", "{", "[]", "\"bert\""}) {
    folder_.Put("config.json", config);
    EXPECT_MESSAGE_HAS(Refusal(ErrorCode::kBadCheckpoint), "config.json");
  }
}

TEST_F(CheckpointTest, SettingsThatWouldChangeVectorsUnseenAreRefused) {
  folder_.Put("sentence_bert_config.json", R"({"max_seq_length":256,"do_lower_case":true})");
  EXPECT_MESSAGE_HAS(Refusal(ErrorCode::kUnsupported), "do_lower_case");
}

TEST_F(CheckpointTest, PromptsAreChosenAsSentenceTransformersDoes) {
  const auto prompts = [&](const char* config) {
    folder_.Put("config_sentence_transformers.json", config);
    return Open().prompts;
  };
  const Prompts both =
      prompts(R"({"prompts":{"query":"query: ","passage":"passage: "},"default_prompt_name":null})");
  EXPECT_TRUE(both.any());
  EXPECT_EQ(both.OfQueries(), "query: ");
  EXPECT_EQ(both.OfDocuments(), "passage: ");
  EXPECT_EQ(prompts(R"({"prompts":{"corpus":"c","passage":"p","document":"d"}})").OfDocuments(), "d");
  const Prompts by_default = prompts(R"({"prompts":{"q":"ask: ","query":null},"default_prompt_name":"q"})");
  EXPECT_EQ(by_default.OfQueries(), "ask: ");
  EXPECT_EQ(by_default.OfDocuments(), "ask: ");
  EXPECT_FALSE(prompts(R"({"prompts":{"query":"","document":""},"default_prompt_name":null})").any());
  EXPECT_FALSE(prompts("{}").any());
  try {
    both.Named("clustering");
    FAIL();
  } catch (const Error& error) {
    EXPECT_MESSAGE_HAS(std::string(error.what()), "passage, query");
  }
}

TEST_F(CheckpointTest, PromptsThatCannotBeUsedAreRefused) {
  for (const char* config : {R"({"prompts":["query: "]})", R"({"prompts":{"query":3}})",
                             R"({"prompts":{},"default_prompt_name":"query"})"}) {
    folder_.Put("config_sentence_transformers.json", config);
    EXPECT_MESSAGE_HAS(Refusal(ErrorCode::kBadCheckpoint), "config_sentence_transformers.json");
  }
}

TEST_F(CheckpointTest, PromptsAreAPartOfTheFingerprintWhereThereAreAny) {
  const std::string without = Fingerprint(Open());
  folder_.Put("config_sentence_transformers.json", R"({"prompts":{"query":""}})");
  EXPECT_EQ(Fingerprint(Open()), without);
  folder_.Put("config_sentence_transformers.json", R"({"prompts":{"query":"query: "}})");
  EXPECT_NE(Fingerprint(Open()), without);
}

TEST_F(CheckpointTest, TheFingerprintFollowsTheContentsNotThePlace) {
  const std::string here = Fingerprint(Open());
  EXPECT_EQ(here.size(), 32U);
  const std::filesystem::path copy = folder_.path().string() + "_copy";
  std::filesystem::remove_all(copy);
  std::filesystem::copy(folder_.path(), copy, std::filesystem::copy_options::recursive);
  EXPECT_EQ(Fingerprint(OpenCheckpoint(copy)), here);
  EXPECT_EQ(Fingerprint(OpenCheckpoint(copy.string() + "/")), here);
  std::filesystem::remove_all(copy);
}

TEST_F(CheckpointTest, EveryFileThatChangesVectorsChangesTheFingerprint) {
  std::set<std::string> seen = {Fingerprint(Open())};
  const auto expect_new = [&](const char* what) {
    EXPECT_TRUE(seen.insert(Fingerprint(Open())).second) << what;
  };
  folder_.Put("config.json", R"({"model_type":"bert","layer_norm_eps":1e-5})");
  expect_new("config.json");
  folder_.Put("model.safetensors",
              SafeTensorsBytes(R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", "abcd"));
  expect_new("model.safetensors");
  folder_.Put("tokenizer.json", "{ }");
  expect_new("tokenizer.json");
  folder_.Put("1_Pooling/config.json", R"({"pooling_mode":"cls"})");
  expect_new("1_Pooling/config.json");
  folder_.Put("modules.json", R"([{"path":"","type":"sentence_transformers.models.Transformer"},
      {"path":"1_Pooling","type":"sentence_transformers.models.Pooling"}])");
  expect_new("modules.json");
  folder_.Put("sentence_bert_config.json", R"({"max_seq_length":128})");
  expect_new("sentence_bert_config.json");
}

TEST_F(CheckpointTest, FilesThatDoNotChangeVectorsLeaveTheFingerprint) {
  const std::string before = Fingerprint(Open());
  folder_.Put("README.md", "# A model");
  folder_.Put("vocab.txt", "x");
  EXPECT_EQ(Fingerprint(Open()), before);
}

TEST_F(CheckpointTest, TheFingerprintOfLargeWeightsCoversTheLastByte) {
  // Over the block size of the hashing, so that more than one block is read.
  std::string data(std::size_t{9} << 20, 'x');
  const std::string header = R"({"w":{"dtype":"U8","shape":[9437184],"data_offsets":[0,9437184]}})";
  folder_.Put("model.safetensors", SafeTensorsBytes(header, data));
  const std::string before = Fingerprint(Open());
  EXPECT_EQ(Fingerprint(Open()), before);
  data.back() = 'y';
  folder_.Put("model.safetensors", SafeTensorsBytes(header, data));
  EXPECT_NE(Fingerprint(Open()), before);
}

}  // namespace
}  // namespace lengthwise
