// A small sentence-transformers folder in a temporary place, to be spoilt by the tests.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>

#include "lengthwise/error.h"

namespace lengthwise {

// A safetensors file: the header's length, the header, the data.
inline std::string SafeTensorsBytes(std::string_view header, std::string_view data) {
  const std::uint64_t length = header.size();
  std::string bytes(sizeof(length), '\0');
  std::memcpy(bytes.data(), &length, sizeof(length));
  return bytes.append(header).append(data);
}

class ModelFolder {
 public:
  ModelFolder() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    path_ = std::filesystem::path(testing::TempDir()) /
            ("lengthwise_" + std::to_string(::getpid()) + "_" + test->test_suite_name() + "_" + test->name());
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~ModelFolder() { std::filesystem::remove_all(path_); }
  ModelFolder(const ModelFolder&) = delete;
  ModelFolder& operator=(const ModelFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

  std::filesystem::path Put(const std::filesystem::path& name, std::string_view contents) const {
    const std::filesystem::path path = path_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << contents;
    return path;
  }

  // All that OpenCheckpoint asks for: mean pooling, normalised, 256 tokens.
  void PutModel() const {
    Put("config.json", R"({"model_type":"bert"})");
    Put("model.safetensors", SafeTensorsBytes(R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
                                              std::string_view("\0\0\200\077", 4)));
    Put("tokenizer.json", "{}");
    Put("sentence_bert_config.json", R"({"max_seq_length":256,"do_lower_case":false})");
    Put("modules.json", R"([
        {"idx":0,"name":"0","path":"","type":"sentence_transformers.models.Transformer"},
        {"idx":1,"name":"1","path":"1_Pooling","type":"sentence_transformers.models.Pooling"},
        {"idx":2,"name":"2","path":"2_Normalize","type":"sentence_transformers.models.Normalize"}])");
    Put("1_Pooling/config.json", R"({"pooling_mode_cls_token":false,"pooling_mode_mean_tokens":true})");
  }

 private:
  std::filesystem::path path_;
};

// The message of the Error that `action` throws with `code`; a test failure and "" if it does otherwise.
inline std::string ErrorMessage(ErrorCode code, const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_STREQ(ErrorCodeName(error.code()), ErrorCodeName(code)) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "no error was thrown";
  return "";
}

#define EXPECT_MESSAGE_HAS(message, part) EXPECT_NE((message).find(part), std::string::npos) << (message)

}  // namespace lengthwise
