#include "checkpoint/gguf.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "checkpoint/gguf_model.h"
#include "checkpoint/model_folder.h"
#include "checkpoint/quantized.h"

namespace lengthwise {
namespace {

template <typename T>
std::string Bytes(T value) {
  std::string bytes(sizeof(T), '\0');
  std::memcpy(bytes.data(), &value, sizeof(T));
  return bytes;
}

std::string Text(const std::string& text) {
  return Bytes<std::uint64_t>(text.size()) + text;
}

struct Info {
  std::string name = "t";
  std::vector<std::uint64_t> shape = {2};
  std::uint32_t type = 0;  // F32
  std::uint64_t offset = 0;
};

// A file of these keys (as written) and tensors; the data begins at the next multiple of 32.
std::string File(const std::vector<std::string>& keys, const std::vector<Info>& tensors, std::string data) {
  std::string bytes = "GGUF" + Bytes<std::uint32_t>(3) + Bytes<std::uint64_t>(tensors.size()) +
                      Bytes<std::uint64_t>(keys.size());
  for (const std::string& key : keys) bytes += key;
  for (const Info& info : tensors) {
    bytes += Text(info.name) + Bytes<std::uint32_t>(static_cast<std::uint32_t>(info.shape.size()));
    for (const std::uint64_t size : info.shape) bytes += Bytes(size);
    bytes += Bytes(info.type) + Bytes(info.offset);
  }
  bytes.resize((bytes.size() + 31) / 32 * 32, '\0');
  return bytes + std::move(data);
}

std::string Key(const std::string& name, std::uint32_t type, const std::string& value) {
  return Text(name) + Bytes(type) + value;
}

Gguf Read(const std::string& bytes) {
  return ReadGguf(std::as_bytes(std::span(bytes)), "m.gguf");
}

std::string Refused(const std::string& bytes, ErrorCode code = ErrorCode::kBadCheckpoint) {
  std::string message = ErrorMessage(code, [&] { Read(bytes); });
  EXPECT_MESSAGE_HAS(message, "m.gguf");
  return message;
}

const std::string kTwo = Bytes(1.5F) + Bytes(-2.0F);

TEST(Gguf, KeysAndTensorsAreRead) {
  const std::string bytes =
      File({Key("a.count", 4, Bytes<std::uint32_t>(7)), Key("a.name", 8, Text("x")),
            Key("a.list", 9, Bytes<std::uint32_t>(8) + Bytes<std::uint64_t>(2) + Text("b") + Text("c")),
            Key("a.flag", 7, std::string(1, '\1'))},
           {{"t", {2, 1}}}, kTwo);
  const Gguf gguf = Read(bytes);
  EXPECT_EQ(gguf.metadata.dump(), R"({"a.count":7,"a.flag":true,"a.list":["b","c"],"a.name":"x"})");
  const Tensor& tensor = gguf.tensors.at("t");
  EXPECT_EQ(tensor.shape, (std::vector<std::size_t>{1, 2}));
  std::vector<float> values(2);
  tensor.Read(0, values);
  EXPECT_EQ(values, (std::vector<float>{1.5F, -2.0F}));
}

TEST(Gguf, WhatIsNoGgufOrOfAnotherKindIsRefused) {
  EXPECT_MESSAGE_HAS(Refused("GGU"), "not a GGUF file");
  EXPECT_MESSAGE_HAS(Refused("{\"a\": 1}"), "not a GGUF file");
  EXPECT_MESSAGE_HAS(
      Refused("GGUF" + Bytes<std::uint32_t>(1) + std::string(16, '\0'), ErrorCode::kUnsupported),
      "version 1");
  EXPECT_MESSAGE_HAS(
      Refused("GGUF" + Bytes<std::uint32_t>(3U << 24U) + std::string(16, '\0'), ErrorCode::kUnsupported),
      "big-endian");
}

TEST(Gguf, AFileCutAnywhereIsRefused) {
  const std::string whole = File({Key("a.name", 8, Text("x"))}, {{"t", {2}}}, kTwo);
  for (std::size_t size = 0; size < whole.size(); ++size) Refused(whole.substr(0, size));
  Read(whole);
}

TEST(Gguf, CountsAndLengthsBeyondTheFileAreRefusedBeforeAnythingIsAllocated) {
  const std::string head = "GGUF" + Bytes<std::uint32_t>(3);
  const auto huge = Bytes<std::uint64_t>(~std::uint64_t{0});
  const auto none = Bytes<std::uint64_t>(0);
  EXPECT_MESSAGE_HAS(Refused(head + huge + none), "tensors are announced");
  EXPECT_MESSAGE_HAS(Refused(head + none + huge), "keys of metadata are announced");
  EXPECT_MESSAGE_HAS(Refused(File({huge + std::string(40, 'x')}, {}, "")), "bytes");
  EXPECT_MESSAGE_HAS(Refused(File({Key("a", 8, huge)}, {}, "")), "bytes");
  EXPECT_MESSAGE_HAS(Refused(File({Key("a", 9, Bytes<std::uint32_t>(0) + huge)}, {}, "")), "announced");
}

TEST(Gguf, MetadataThatCannotBeIsRefused) {
  const std::string key = Key("a", 4, Bytes<std::uint32_t>(1));
  EXPECT_MESSAGE_HAS(Refused(File({key, key}, {}, "")), "\"a\" twice");
  EXPECT_MESSAGE_HAS(Refused(File({Key("a", 13, "")}, {}, std::string(64, '\0'))), "of type 13");
  EXPECT_MESSAGE_HAS(Refused(File({Key("a", 8, Text("\xFF"))}, {}, "")), "UTF-8");
  const std::string nested = Bytes<std::uint32_t>(9) + Bytes<std::uint64_t>(1);
  EXPECT_MESSAGE_HAS(
      Refused(File({Key("a", 9, nested + nested)}, {}, std::string(64, '\0')), ErrorCode::kUnsupported),
      "list of lists");
}

TEST(Gguf, TensorsThatCannotBeAreRefused) {
  const auto one = [](const Info& info, const std::string& data = kTwo) { return File({}, {info}, data); };
  EXPECT_MESSAGE_HAS(Refused(one({"t", {}})), "0 dimensions");
  EXPECT_MESSAGE_HAS(Refused(one({"t", {1, 1, 1, 1, 1}})), "5 dimensions");
  EXPECT_MESSAGE_HAS(Refused(one({"t", {0}})), "rows of 0");
  EXPECT_MESSAGE_HAS(Refused(one({"t", {2, 0}})), "dimension of 0");
  EXPECT_MESSAGE_HAS(Refused(one({"t", {std::uint64_t{1} << 40U, std::uint64_t{1} << 40U}})), "dimension of");
  EXPECT_MESSAGE_HAS(Refused(one({"t", {~std::uint64_t{0}}})), "rows of");
  EXPECT_MESSAGE_HAS(Refused(one({"t", {33}, 2})), "not a multiple of the 32");
  EXPECT_MESSAGE_HAS(Refused(one({"t", {2}, 5}), ErrorCode::kUnsupported), "type 5");
  EXPECT_MESSAGE_HAS(Refused(one({"t", {2}, 0, 4})), "not at a multiple of 32");
  EXPECT_MESSAGE_HAS(Refused(one({"t", {2}, 0, 32})), "it is cut");
  EXPECT_MESSAGE_HAS(Refused(one({"t", {2}, 0, ~std::uint64_t{0} - 31})), "it is cut");
  EXPECT_MESSAGE_HAS(Refused(one({"t", {2}}, kTwo + std::string(64, '\0'))), "the last 64 bytes");
}

TEST(Gguf, TensorsThatOverlapOrLeaveHolesAreRefused) {
  const std::string data = std::string(128, '\0');
  EXPECT_MESSAGE_HAS(Refused(File({}, {{"a", {16}}, {"b", {16}, 0, 32}}, data)), "\"a\" and \"b\" overlap");
  EXPECT_MESSAGE_HAS(Refused(File({}, {{"a", {8}}, {"b", {8}, 0, 96}}, data)), "before tensor \"b\"");
  EXPECT_MESSAGE_HAS(Refused(File({}, {{"a", {16}}, {"a", {16}, 0, 64}}, data)), "named twice");
}

TEST(Gguf, BlocksAreReadFromAnyElementOn) {
  // Scale 0.5; elements i - 8 of Q4_0, whose low halves come first, and i - 16 of Q8_0.
  const std::string half("\x00\x38", 2);
  std::string four = half, eight = half, minimum = half + std::string("\x00\x3C", 2);
  for (int i = 0; i < 16; ++i) four += static_cast<char>(i | (15 - i) << 4);
  for (int i = 0; i < 32; ++i) eight += static_cast<char>(i - 16);
  minimum += four.substr(2);
  const auto read = [](std::uint32_t type, const std::string& block, std::size_t first, std::size_t count) {
    std::vector<float> values(count);
    const std::string bytes = File({}, {{"t", {64}, type}}, block + block);
    Read(bytes).tensors.at("t").Read(first, values);
    return values;
  };
  for (std::size_t first = 0; first < 64; ++first) {
    for (std::size_t count = 1; first + count <= 64; ++count) {
      const std::vector<float> q4_0 = read(2, four, first, count), q4_1 = read(3, minimum, first, count),
                               q8_0 = read(8, eight, first, count);
      for (std::size_t i = 0; i < count; ++i) {
        const int element = static_cast<int>((first + i) % 32);
        const int quant = element < 16 ? element : 31 - element;
        ASSERT_EQ(q4_0[i], 0.5F * static_cast<float>(quant - 8));
        ASSERT_EQ(q4_1[i], 0.5F * static_cast<float>(quant) + 1.0F);
        ASSERT_EQ(q8_0[i], 0.5F * static_cast<float>(element - 16));
      }
    }
  }
}

TEST(Gguf, PairedRowsAreReadInOrder) {
  // Two heads of four rows of two: stored 0 2 1 3 of each, and so asked for by parts of rows too.
  std::string data;
  for (const int row : {0, 2, 1, 3, 4, 6, 5, 7})
    data += Bytes(static_cast<float>(10 * row)) + Bytes(static_cast<float>(10 * row + 1));
  const std::string bytes = File({}, {{"t", {2, 8}}}, data);
  Tensor tensor = Read(bytes).tensors.at("t");
  tensor.paired_rows = 4;
  for (std::size_t first = 0; first < 16; ++first) {
    for (std::size_t count = 1; first + count <= 16; ++count) {
      std::vector<float> values(count);
      tensor.Read(first, values);
      for (std::size_t i = 0; i < count; ++i) {
        const std::size_t element = first + i;
        ASSERT_EQ(values[i], static_cast<float>(element / 2 * 10 + element % 2));
      }
    }
  }
}

}  // namespace
}  // namespace lengthwise
