#include "checkpoint/model_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "checkpoint/model_folder.h"

namespace lengthwise {
namespace {

namespace fs = std::filesystem;

class ModelFileTest : public testing::Test {
 protected:
  std::string Refusal(const char* name, ErrorCode code, bool required = false) const {
    return ErrorMessage(code, [&] {
      required ? RequireModelFile(folder_.path() / name, "; advice")
               : static_cast<void>(HasModelFile(folder_.path() / name));
    });
  }

  ModelFolder folder_;
};

TEST_F(ModelFileTest, AFileIsThereOrNot) {
  EXPECT_FALSE(HasModelFile(folder_.path() / "modules.json"));
  EXPECT_FALSE(HasModelFile(folder_.path() / "absent" / "modules.json"));
  folder_.Put("modules.json", "[]");
  EXPECT_TRUE(HasModelFile(folder_.path() / "modules.json"));
  EXPECT_NO_THROW(RequireModelFile(folder_.path() / "modules.json"));
  fs::create_symlink("modules.json", folder_.path() / "link.json");
  EXPECT_TRUE(HasModelFile(folder_.path() / "link.json"));
}

TEST_F(ModelFileTest, AMissingFileComesWithAdvice) {
  EXPECT_MESSAGE_HAS(Refusal("config.json", ErrorCode::kIo, true),
                     "config.json: No such file or directory; advice");
}

TEST_F(ModelFileTest, ALinkThatLeadsNowhereIsAnError) {
  fs::create_symlink("absent", folder_.path() / "modules.json");
  for (const bool required : {false, true}) {
    EXPECT_MESSAGE_HAS(Refusal("modules.json", ErrorCode::kIo, required),
                       "modules.json: a link to absent, which is not there");
  }
}

TEST_F(ModelFileTest, APointerIsNoFile) {
  folder_.Put("a.json", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 90868376\n");
  for (const bool required : {false, true}) {
    EXPECT_MESSAGE_HAS(Refusal("a.json", ErrorCode::kBadCheckpoint, required), "a.json: a Git LFS pointer");
  }
  folder_.Put("a.json", "version https://git-lfs");
  EXPECT_TRUE(HasModelFile(folder_.path() / "a.json"));
}

TEST_F(ModelFileTest, WhatIsNoRegularFileIsNotWaitedFor) {
  fs::create_directory(folder_.path() / "config.json");
  EXPECT_MESSAGE_HAS(Refusal("config.json", ErrorCode::kIo), "Is a directory");
  ASSERT_EQ(::mkfifo((folder_.path() / "modules.json").c_str(), 0600), 0);
  EXPECT_MESSAGE_HAS(Refusal("modules.json", ErrorCode::kIo), "is not a regular file");
}

TEST_F(ModelFileTest, AFileOfAlmostTheNameIsNamed) {
  folder_.Put("modules.jsn", "[]");
  for (const bool required : {false, true}) {
    EXPECT_MESSAGE_HAS(Refusal("modules.json", ErrorCode::kIo, required), "did you mean modules.jsn?");
  }
}

TEST_F(ModelFileTest, OtherFilesOfAModelAreNotMeant) {
  // Two letters from "sentence_bert_config.json", and a file of its own.
  folder_.Put("sentence_albert_config.json", "{}");
  EXPECT_FALSE(HasModelFile(folder_.path() / "sentence_bert_config.json"));
  folder_.Put("sentence_bert_config.old.json", "{}");
  EXPECT_FALSE(HasModelFile(folder_.path() / "sentence_bert_config.json"));
  EXPECT_MESSAGE_HAS(Refusal("sentence_bert_config.json", ErrorCode::kIo, true),
                     "did you mean sentence_bert_config.old.json?");
}

}  // namespace
}  // namespace lengthwise
