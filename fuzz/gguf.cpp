// Any bytes as a GGUF file: they are refused with an Error, or make tensors that can be read and, maybe, a
// tokenizer.

#include "checkpoint/gguf.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "checkpoint/gguf_model.h"
#include "lengthwise/error.h"
#include "require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const lengthwise::Gguf gguf =
        lengthwise::ReadGguf({reinterpret_cast<const std::byte*>(data), size}, "fuzz.gguf");
    for (const auto& [name, tensor] : gguf.tensors) {
      if (tensor.type == lengthwise::DataType::kOther) continue;
      std::array<float, 40> values{};
      const std::size_t count = std::min(values.size(), tensor.size());
      LENGTHWISE_REQUIRE(count > 0);
      tensor.Read(0, std::span(values).first(count));
      tensor.Read(tensor.size() - count, std::span(values).first(count));
    }
    lengthwise::GgufTokenizer(gguf.metadata, "fuzz.gguf");
  } catch (const lengthwise::Error& error) {
    LENGTHWISE_REQUIRE(error.code() != lengthwise::ErrorCode::kInternal);
  }
  return 0;
}
