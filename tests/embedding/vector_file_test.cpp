#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <bit>
#include <cmath>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/random.h"
#include "lengthwise/vectors.h"

namespace lengthwise {
namespace {

class VectorFileTest : public testing::Test {
 protected:
  VectorFileTest() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(testing::TempDir()) /
              ("vectors_" + std::to_string(::getpid()) + "_" + test->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~VectorFileTest() override { std::filesystem::remove_all(folder_); }

  std::vector<std::string> FilesLeft() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_))
      names.push_back(entry.path().filename());
    return names;
  }

  std::filesystem::path folder_;
};

std::string Contents(const std::filesystem::path& path) {
  std::ostringstream contents;
  contents << std::ifstream(path, std::ios::binary).rdbuf();
  return contents.str();
}

Embeddings MakeRows(std::size_t rows, std::size_t dimension, std::uint64_t seed) {
  Random random(seed);
  Embeddings embeddings;
  embeddings.dimension = dimension;
  for (std::size_t i = 0; i < rows * dimension; ++i)
    embeddings.values.push_back(static_cast<float>(random.Normal()));
  for (std::size_t i = 0; i < rows; ++i) {
    embeddings.tokens.push_back({.used = static_cast<std::uint32_t>(i + 2),
                                 .dropped = static_cast<std::uint32_t>(i % 3),
                                 .windows = 1});
  }
  return embeddings;
}

std::vector<std::string> MakeIds(std::size_t rows, std::size_t first = 0) {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < rows; ++i) ids.push_back("d" + std::to_string(first + i));
  return ids;
}

ErrorCode CodeOf(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  ADD_FAILURE() << "no error was thrown";
  return ErrorCode::kInternal;
}

// Lets the process write no file longer than `bytes`, as a full disk does, while it lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  void (*handler_)(int);
  rlimit before_{};
};

TEST_F(VectorFileTest, TheExtensionChoosesTheFormat) {
  EXPECT_EQ(VectorFormatOf("a/b.npy"), VectorFormat::kNpy);
  EXPECT_EQ(VectorFormatOf("b.jsonl"), VectorFormat::kJsonl);
  EXPECT_EQ(TokenFileOf("a/b.npy"), "a/b.tokens.jsonl");
  for (const char* name : {"b", "b.json", "b.NPY", "npy", ".npy", "b.npy.gz", "-"}) {
    EXPECT_EQ(CodeOf([&] { VectorFormatOf(name); }), ErrorCode::kBadInput) << name;
  }
  try {
    VectorWriter(folder_ / "b.txt", 4);
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find(".npy or .jsonl"), std::string::npos) << error.what();
  }
  EXPECT_TRUE(FilesLeft().empty());
}

// The layout of NumPy's format description (numpy.lib.format), byte by byte.
TEST_F(VectorFileTest, AnNpyFileIsVersionOneWithTheRowsThatCame) {
  const std::filesystem::path path = folder_ / "v.npy";
  const Embeddings first = MakeRows(3, 5, 1);
  const Embeddings second = MakeRows(2, 5, 2);
  VectorWriter writer(path, 5);
  writer.Append(MakeIds(3), first);
  writer.Append({}, MakeRows(0, 5, 3));
  writer.Append(MakeIds(2, 3), second);
  EXPECT_EQ(writer.Commit(), 5U);

  const std::string bytes = Contents(path);
  ASSERT_EQ(bytes.size(), 128 + 5 * 5 * sizeof(float));
  EXPECT_EQ(bytes.substr(0, 10), std::string("\x93NUMPY\x01\x00\x76\x00", 10));
  const std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (5, 5), }";
  EXPECT_EQ(bytes.substr(10, 118), header + std::string(117 - header.size(), ' ') + "\n");
  EXPECT_EQ(std::memcmp(bytes.data() + 128, first.values.data(), 15 * sizeof(float)), 0);
  EXPECT_EQ(std::memcmp(bytes.data() + 128 + 15 * sizeof(float), second.values.data(), 10 * sizeof(float)),
            0);
}

TEST_F(VectorFileTest, AnNpyFileHasTheTokenCountsBesideIt) {
  const std::filesystem::path path = folder_ / "v.npy";
  Embeddings rows = MakeRows(1, 2, 1);
  VectorWriter writer(path, 2);
  writer.Append(std::vector<std::string>{"first"}, rows);
  rows.tokens[0] = {.used = 600, .dropped = 0, .windows = 3};
  writer.Append(std::vector<std::string>{"quote \" and \xC3\xA9"}, rows);
  writer.Commit();
  EXPECT_EQ(Contents(folder_ / "v.tokens.jsonl"),
            "{\"_id\":\"first\",\"row\":0,\"used\":2,\"dropped\":0,\"windows\":1}\n"
            "{\"_id\":\"quote \\\" and \xC3\xA9\",\"row\":1,\"used\":600,\"dropped\":0,\"windows\":3}\n");
  EXPECT_EQ(FilesLeft().size(), 2U);
}

TEST_F(VectorFileTest, AFileWithoutRowsIsAFile) {
  VectorWriter npy(folder_ / "v.npy", 7);
  EXPECT_EQ(npy.Commit(), 0U);
  EXPECT_NE(Contents(folder_ / "v.npy").find("'shape': (0, 7)"), std::string::npos);
  EXPECT_EQ(Contents(folder_ / "v.tokens.jsonl"), "");
  VectorWriter jsonl(folder_ / "v.jsonl", 7);
  EXPECT_EQ(jsonl.Commit(), 0U);
  EXPECT_EQ(Contents(folder_ / "v.jsonl"), "");
}

TEST_F(VectorFileTest, JsonlNumbersAreShortAndReadBackTheSame) {
  Embeddings rows = MakeRows(2, 64, 9);
  const float hard[] = {0.1F,
                        -0.0F,
                        1.0F,
                        1e-7F,
                        16777216.0F,
                        std::numeric_limits<float>::denorm_min(),
                        std::numeric_limits<float>::max(),
                        0.333333343F};
  std::copy(std::begin(hard), std::end(hard), rows.values.begin());
  VectorWriter writer(folder_ / "v.jsonl", 64);
  writer.Append(MakeIds(2), rows);
  EXPECT_EQ(writer.Commit(), 2U);
  EXPECT_EQ(FilesLeft().size(), 1U);

  std::istringstream lines(Contents(folder_ / "v.jsonl"));
  std::string line;
  for (std::size_t i = 0; i < 2; ++i) {
    ASSERT_TRUE(std::getline(lines, line));
    const Json row = Json::parse(line);
    EXPECT_EQ(row.at("_id"), "d" + std::to_string(i));
    EXPECT_EQ(row.at("tokens_used"), i + 2);
    EXPECT_EQ(row.at("tokens_dropped"), i % 3);
    EXPECT_EQ(row.at("windows"), 1);
    ASSERT_EQ(row.at("embedding").size(), 64U);
    for (std::size_t j = 0; j < 64; ++j) {
      const auto value = row.at("embedding")[j].get<float>();
      EXPECT_EQ(std::bit_cast<std::uint32_t>(value), std::bit_cast<std::uint32_t>(rows.row(i)[j]));
    }
    if (i == 0) {
      EXPECT_NE(line.find("[0.1,-0.0,1,1e-07,"), std::string::npos) << line.substr(0, 80);
    }
  }
  EXPECT_FALSE(std::getline(lines, line));
}

TEST_F(VectorFileTest, RowsThatAreNotFiniteAreNeverWritten) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    Embeddings rows = MakeRows(2, 3, 1);
    rows.values[4] = bad;
    VectorWriter writer(folder_ / "v.jsonl", 3);
    EXPECT_EQ(CodeOf([&] { writer.Append(MakeIds(2), rows); }), ErrorCode::kInternal);
  }
}

TEST_F(VectorFileTest, RowsOfAnotherShapeAreRefused) {
  VectorWriter writer(folder_ / "v.npy", 3);
  EXPECT_EQ(CodeOf([&] { writer.Append(MakeIds(2), MakeRows(2, 4, 1)); }), ErrorCode::kInternal);
  EXPECT_EQ(CodeOf([&] { writer.Append(MakeIds(1), MakeRows(2, 3, 1)); }), ErrorCode::kInternal);
}

TEST_F(VectorFileTest, WithoutACommitNothingIsLeftAndTheOldFileStays) {
  std::ofstream(folder_ / "v.npy") << "old";
  {
    VectorWriter writer(folder_ / "v.npy", 4);
    writer.Append(MakeIds(100), MakeRows(100, 4, 1));
  }
  EXPECT_EQ(Contents(folder_ / "v.npy"), "old");
  EXPECT_EQ(FilesLeft().size(), 1U);
}

TEST_F(VectorFileTest, AFullDiskIsAnIoErrorAndLeavesNothing) {
  for (const char* name : {"v.npy", "v.jsonl"}) {
    const FileSizeLimit limit(4096);
    EXPECT_EQ(CodeOf([&] {
                VectorWriter writer(folder_ / name, 64);
                for (int i = 0; i < 100; ++i) writer.Append(MakeIds(10), MakeRows(10, 64, 1));
                writer.Commit();
              }),
              ErrorCode::kIo);
    EXPECT_TRUE(FilesLeft().empty()) << name;
  }
}

TEST_F(VectorFileTest, ADiskThatFillsUpAtTheEndLeavesNothingEither) {
  // All of this lies in the buffer until Commit; the limit falls between the token counts and the vectors.
  const FileSizeLimit limit(200);
  VectorWriter writer(folder_ / "v.npy", 64);
  writer.Append(MakeIds(1), MakeRows(1, 64, 1));
  EXPECT_EQ(CodeOf([&] { writer.Commit(); }), ErrorCode::kIo);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "v.npy"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "v.tokens.jsonl"));
}

TEST_F(VectorFileTest, APlaceThatCannotBeWrittenIsAnIoErrorAtOnce) {
  EXPECT_EQ(CodeOf([&] { VectorWriter(folder_ / "absent" / "v.npy", 4); }), ErrorCode::kIo);
  EXPECT_EQ(CodeOf([&] { VectorWriter("/proc/v.jsonl", 4); }), ErrorCode::kIo);
}

TEST_F(VectorFileTest, AFolderOfThatNameIsAnIoErrorAndLeavesNoTokenFile) {
  std::filesystem::create_directories(folder_ / "v.npy");
  EXPECT_EQ(CodeOf([&] {
              VectorWriter writer(folder_ / "v.npy", 4);
              writer.Append(MakeIds(1), MakeRows(1, 4, 1));
              writer.Commit();
            }),
            ErrorCode::kIo);
  EXPECT_EQ(FilesLeft(), std::vector<std::string>{"v.npy"});
}

}  // namespace
}  // namespace lengthwise
