#include "checkpoint/safetensors.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "checkpoint/model_folder.h"

namespace lengthwise {
namespace {

// 1.0, 2.0, 3.0, 4.0, 5.0, 6.0 as little-endian float32.
const std::string kOneToSix("\0\0\200\077\0\0\0\100\0\0\100\100\0\0\200\100\0\0\240\100\0\0\300\100", 24);

class SafeTensorsTest : public testing::Test {
 protected:
  SafeTensors Open(std::string_view bytes) const { return SafeTensors(folder_.Put("m.safetensors", bytes)); }

  SafeTensors Open(std::string_view header, std::string_view data) const {
    return Open(SafeTensorsBytes(header, data));
  }

  // The message with which a file is refused; it must name the file.
  std::string Refusal(std::string_view bytes, ErrorCode code = ErrorCode::kBadCheckpoint) const {
    std::string message = ErrorMessage(code, [&] { Open(bytes); });
    EXPECT_MESSAGE_HAS(message, "m.safetensors");
    return message;
  }

  std::string Refusal(std::string_view header, std::string_view data,
                      ErrorCode code = ErrorCode::kBadCheckpoint) const {
    return Refusal(SafeTensorsBytes(header, data), code);
  }

  ModelFolder folder_;
};

TEST_F(SafeTensorsTest, TensorsAreReadByNameAndShape) {
  const SafeTensors file = Open(R"({"__metadata__":{"format":"pt"},
      "b":{"dtype":"F32","shape":[2,2],"data_offsets":[8,24]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}  )",
                                kOneToSix);
  EXPECT_EQ(file.tensors().size(), 2U);
  EXPECT_TRUE(file.Has("a"));
  EXPECT_FALSE(file.Has("__metadata__"));
  const Tensor& tensor = file.Get("b", std::array<std::size_t, 2>{2, 2});
  EXPECT_EQ(tensor.size(), 4U);
  std::vector<float> all(4);
  tensor.Read(0, all);
  EXPECT_EQ(all, (std::vector<float>{3, 4, 5, 6}));
  std::vector<float> row(2);
  tensor.Read(2, row);
  EXPECT_EQ(row, (std::vector<float>{5, 6}));
}

TEST_F(SafeTensorsTest, HalvesAndBrainFloatsAreReadFromAnElementOn) {
  // float16 1.0 = 3C00, -2.0 = C000; bfloat16 1.0 = 3F80, -2.0 = C000.
  const SafeTensors file = Open(R"({"h":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},
      "b":{"dtype":"BF16","shape":[2],"data_offsets":[4,8]}})",
                                std::string_view("\0\x3C\0\xC0\x80\x3F\0\xC0", 8));
  std::array<float, 1> value{};
  file.tensors().at("h").Read(1, value);
  EXPECT_EQ(value[0], -2.0F);
  file.tensors().at("b").Read(0, value);
  EXPECT_EQ(value[0], 1.0F);
}

TEST_F(SafeTensorsTest, TensorsSurviveMovingTheFile) {
  SafeTensors file = Open(R"({"a":{"dtype":"F32","shape":[6],"data_offsets":[0,24]}})", kOneToSix);
  const SafeTensors moved = std::move(file);
  std::vector<float> values(6);
  moved.Get("a", std::array<std::size_t, 1>{6}).Read(0, values);
  EXPECT_EQ(values, (std::vector<float>{1, 2, 3, 4, 5, 6}));
}

TEST_F(SafeTensorsTest, ScalarsAndEmptyTensorsAreFine) {
  const SafeTensors file = Open(R"({"none":{"dtype":"F32","shape":[0,7],"data_offsets":[0,0]},
      "one":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"end":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}})",
                                kOneToSix.substr(0, 4));
  EXPECT_EQ(file.tensors().at("none").size(), 0U);
  EXPECT_EQ(file.tensors().at("one").size(), 1U);
}

TEST_F(SafeTensorsTest, OtherTypesAreListedButNotReadAsNumbers) {
  const SafeTensors file = Open(R"({"ids":{"dtype":"I64","shape":[3],"data_offsets":[0,24]}})", kOneToSix);
  std::vector<float> values(3);
  const std::string message =
      ErrorMessage(ErrorCode::kUnsupported, [&] { file.tensors().at("ids").Read(0, values); });
  EXPECT_MESSAGE_HAS(message, "\"ids\"");
  EXPECT_MESSAGE_HAS(message, "I64");
}

TEST_F(SafeTensorsTest, ReadingPastATensorIsRefused) {
  const SafeTensors file = Open(R"({"a":{"dtype":"F32","shape":[6],"data_offsets":[0,24]}})", kOneToSix);
  std::vector<float> values(4);
  ErrorMessage(ErrorCode::kInternal, [&] { file.tensors().at("a").Read(3, values); });
  ErrorMessage(ErrorCode::kInternal, [&] { file.tensors().at("a").Read(SIZE_MAX, values); });
}

TEST_F(SafeTensorsTest, AMissingTensorOrAnotherShapeIsNamed) {
  const SafeTensors file = Open(R"({"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}})", kOneToSix);
  const std::string missing =
      ErrorMessage(ErrorCode::kBadCheckpoint, [&] { file.Get("b", std::array<std::size_t, 1>{6}); });
  EXPECT_MESSAGE_HAS(missing, "m.safetensors: tensor \"b\" is missing");
  for (const std::vector<std::size_t>& shape : {std::vector<std::size_t>{3, 2}, {6}, {2, 3, 1}, {2}, {}}) {
    const std::string message = ErrorMessage(ErrorCode::kBadCheckpoint, [&] { file.Get("a", shape); });
    EXPECT_MESSAGE_HAS(message, "[2, 3]");
  }
}

TEST_F(SafeTensorsTest, AMissingFileIsAnIoError) {
  ErrorMessage(ErrorCode::kIo, [&] { SafeTensors(folder_.path() / "absent.safetensors"); });
}

TEST_F(SafeTensorsTest, FilesWithoutRoomForTheHeaderAreCut) {
  EXPECT_MESSAGE_HAS(Refusal(""), "0 bytes");
  EXPECT_MESSAGE_HAS(Refusal("\1\0\0"), "too few");
  const std::string whole =
      SafeTensorsBytes(R"({"a":{"dtype":"F32","shape":[6],"data_offsets":[0,24]}})", kOneToSix);
  // Wherever the file is cut, it is refused.
  for (std::size_t size = 0; size < whole.size(); ++size) Refusal(std::string_view(whole).substr(0, size));
  EXPECT_NO_THROW(Open(whole));
}

TEST_F(SafeTensorsTest, AHeaderLongerThanTheFileIsRefused) {
  EXPECT_MESSAGE_HAS(Refusal(std::string("\x10\0\0\0\0\0\0\0{}", 10)), "cut");
  EXPECT_MESSAGE_HAS(Refusal(std::string(8, '\xFF') + "{}"), "not a safetensors file");
  EXPECT_MESSAGE_HAS(Refusal(std::string("\xF8\xFF\xFF\xFF\xFF\xFF\xFF\xFF{}", 10)),
                     "not a safetensors file");
}

TEST_F(SafeTensorsTest, AHeaderThatIsNotAJsonObjectIsRefused) {
  for (const char* header : {"", "{", "[]", "null", "1", "{\"a\":}", "{} x", "\xFF\xFE", "{\"a\":1e999}"})
    Refusal(header, "");
  EXPECT_MESSAGE_HAS(Refusal("not json", ""), "not valid JSON");
  EXPECT_MESSAGE_HAS(Refusal(std::string(1'000'000, '['), ""), "nested");
}

TEST_F(SafeTensorsTest, ATensorNamedTwiceIsRefused) {
  EXPECT_MESSAGE_HAS(Refusal(R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},
      "a":{"dtype":"F32","shape":[3],"data_offsets":[12,24]}})",
                             kOneToSix),
                     "\"a\" twice");
  EXPECT_MESSAGE_HAS(
      Refusal(R"({"a":{"dtype":"F32","shape":[6],"shape":[6],"data_offsets":[0,24]}})", kOneToSix), "twice");
}

TEST_F(SafeTensorsTest, EntriesThatLackAMemberOrHaveAnotherTypeAreRefused) {
  for (const char* entry : {
           R"(1)",
           R"([])",
           R"({})",
           R"({"dtype":"F32","shape":[6]})",
           R"({"dtype":"F32","data_offsets":[0,24]})",
           R"({"shape":[6],"data_offsets":[0,24]})",
           R"({"dtype":32,"shape":[6],"data_offsets":[0,24]})",
           R"({"dtype":"F32","shape":6,"data_offsets":[0,24]})",
           R"({"dtype":"F32","shape":[6.0],"data_offsets":[0,24]})",
           R"({"dtype":"F32","shape":["6"],"data_offsets":[0,24]})",
           R"({"dtype":"F32","shape":[-6],"data_offsets":[0,24]})",
           R"({"dtype":"F32","shape":[-2,-3],"data_offsets":[0,24]})",
           R"({"dtype":"F32","shape":[6],"data_offsets":[-24,0]})",
           R"({"dtype":"F32","shape":[6],"data_offsets":[0]})",
           R"({"dtype":"F32","shape":[6],"data_offsets":[0,12,24]})",
           R"({"dtype":"F32","shape":[6],"data_offsets":[24,0]})",
       }) {
    EXPECT_MESSAGE_HAS(Refusal(std::string(R"({"the_tensor":)") + entry + "}", kOneToSix), "the_tensor");
  }
}

TEST_F(SafeTensorsTest, AnUnknownElementTypeIsUnsupported) {
  EXPECT_MESSAGE_HAS(Refusal(R"({"a":{"dtype":"Q4","shape":[6],"data_offsets":[0,24]}})", kOneToSix,
                             ErrorCode::kUnsupported),
                     "\"Q4\"");
}

TEST_F(SafeTensorsTest, OffsetsOutsideTheFileAreRefused) {
  EXPECT_MESSAGE_HAS(Refusal(R"({"a":{"dtype":"F32","shape":[7],"data_offsets":[0,28]}})", kOneToSix), "cut");
  Refusal(R"({"a":{"dtype":"F32","shape":[6],"data_offsets":[18446744073709551592,18446744073709551615]}})",
          kOneToSix);
  Refusal(R"({"a":{"dtype":"F32","shape":[6],"data_offsets":[0,18446744073709551616]}})", kOneToSix);
}

TEST_F(SafeTensorsTest, ShapesThatDoNotFitTheirBytesAreRefused) {
  EXPECT_MESSAGE_HAS(Refusal(R"({"a":{"dtype":"F32","shape":[5],"data_offsets":[0,24]}})", kOneToSix),
                     "20 bytes");
  EXPECT_MESSAGE_HAS(Refusal(R"({"a":{"dtype":"F16","shape":[6],"data_offsets":[0,24]}})", kOneToSix),
                     "12 bytes");
  Refusal(R"({"a":{"dtype":"F32","shape":[0],"data_offsets":[0,24]}})", kOneToSix);
}

TEST_F(SafeTensorsTest, ProductsThatOverflowAreRefused) {
  // 2^32 * 2^32 elements would be 0 bytes modulo 2^64; 2^62 * 32 bits wraps as well, and so does 2^59 + 3
  // to 3.
  for (const char* shape : {"[4294967296,4294967296]", "[4611686018427387904]", "[9223372036854775808,2]",
                            "[576460752303423494]", "[18446744073709551615,18446744073709551615]"}) {
    EXPECT_MESSAGE_HAS(
        Refusal(std::string(R"({"a":{"dtype":"F32","shape":)") + shape + R"(,"data_offsets":[0,24]}})",
                kOneToSix),
        "more elements than can be addressed");
  }
  EXPECT_NO_THROW(
      Open(R"({"a":{"dtype":"F32","shape":[4294967296,4294967296,0],"data_offsets":[0,0]}})", ""));
}

TEST_F(SafeTensorsTest, OverlapsAndHolesAreRefused) {
  EXPECT_MESSAGE_HAS(Refusal(R"({"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},
      "b":{"dtype":"F32","shape":[3],"data_offsets":[12,24]}})",
                             kOneToSix),
                     "\"a\" and \"b\" overlap");
  EXPECT_MESSAGE_HAS(Refusal(R"({"a":{"dtype":"F32","shape":[6],"data_offsets":[0,24]},
      "b":{"dtype":"F32","shape":[6],"data_offsets":[0,24]}})",
                             kOneToSix),
                     "overlap");
  EXPECT_MESSAGE_HAS(Refusal(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},
      "b":{"dtype":"F32","shape":[3],"data_offsets":[12,24]}})",
                             kOneToSix),
                     "4 bytes before tensor \"b\"");
  EXPECT_MESSAGE_HAS(Refusal(R"({"a":{"dtype":"F32","shape":[5],"data_offsets":[4,24]}})", kOneToSix),
                     "4 bytes before");
  EXPECT_MESSAGE_HAS(Refusal(R"({"a":{"dtype":"F32","shape":[5],"data_offsets":[0,20]}})", kOneToSix),
                     "last 4 bytes");
  EXPECT_MESSAGE_HAS(Refusal("{}", kOneToSix), "last 24 bytes");
}

}  // namespace
}  // namespace lengthwise
