#include "checkpoint/safetensors_writer.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "base/file.h"
#include "checkpoint/model_folder.h"
#include "checkpoint/safetensors.h"

namespace lengthwise {
namespace {

TEST(SafeTensorsWriter, WhatIsWrittenIsReadBackBitForBit) {
  const ModelFolder folder;
  const std::filesystem::path path = folder.path() / "w.safetensors";
  const std::vector<float> matrix = {1.5F, -0.0F, 3e-42F, 4, 5, 6};
  const std::vector<std::uint16_t> halves = {0x3C00, 0x0001, 0xBC00};
  WriteSafeTensors(path,
                   {{"half", "F16", {3}, std::as_bytes(std::span(halves))},
                    FloatTensor("matrix", {2, 3}, matrix),
                    {"empty", "I64", {0, 4}, {}}},
                   {{"format", "pt"}});
  const SafeTensors file(path);
  EXPECT_EQ(file.tensors().size(), 3U);
  EXPECT_EQ(file.metadata().at("format"), "pt");
  const Tensor& read = file.Get("matrix", std::array<std::size_t, 2>{2, 3});
  EXPECT_EQ(std::memcmp(read.bytes.data(), matrix.data(), read.bytes.size()), 0);
  const Tensor& half = file.Get("half", std::array<std::size_t, 1>{3});
  EXPECT_EQ(half.type_name, "F16");
  EXPECT_EQ(std::memcmp(half.bytes.data(), halves.data(), half.bytes.size()), 0);
  // Aligned to its elements, as readers that map the file want it.
  EXPECT_EQ((read.bytes.data() - file.files().front().bytes().data()) % 8, 0);
}

TEST(SafeTensorsWriter, TheOrderOfTheTensorsDoesNotMatter) {
  const ModelFolder folder;
  const std::vector<float> a = {1, 2};
  const std::vector<float> b = {3};
  WriteSafeTensors(folder.path() / "1", {FloatTensor("a", {2}, a), FloatTensor("b", {1}, b)}, {});
  WriteSafeTensors(folder.path() / "2", {FloatTensor("b", {1}, b), FloatTensor("a", {2}, a)}, {});
  EXPECT_EQ(ReadFile(folder.path() / "1"), ReadFile(folder.path() / "2"));
}

TEST(SafeTensorsWriter, TensorsThatContradictThemselvesAreRefusedAndLeaveNoFile) {
  const ModelFolder folder;
  const std::vector<float> values = {1, 2, 3};
  const std::filesystem::path path = folder.path() / "w.safetensors";
  EXPECT_MESSAGE_HAS(ErrorMessage(ErrorCode::kInternal,
                                  [&] {
                                    WriteSafeTensors(path, {FloatTensor("w", {2, 2}, values)}, {});
                                  }),
                     "\"w\"");
  EXPECT_MESSAGE_HAS(
      ErrorMessage(
          ErrorCode::kInternal,
          [&] {
            WriteSafeTensors(path, {FloatTensor("w", {3}, values), FloatTensor("w", {3}, values)}, {});
          }),
      "twice");
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace lengthwise
