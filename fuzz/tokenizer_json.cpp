// Any bytes as tokenizer.json: they are refused with an Error, or make a tokenizer that keeps its promises.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "lengthwise/error.h"
#include "require.h"
#include "tokenizer/tokenizer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const lengthwise::Tokenizer tokenizer =
        lengthwise::Tokenizer::FromJson({reinterpret_cast<const char*>(data), size}, "tokenizer.json");
    lengthwise::TokenSequence sequence;
    for (const std::string_view text :
         {"", "the [SEP]unable, Caf\u00E9 \u4E2D\u6587!", "\xFF\xE2\x80 a\u0301\u0323"}) {
      tokenizer.Encode(text, &sequence);
      LENGTHWISE_REQUIRE(sequence.ids.size() == sequence.offsets.size());
      for (const std::int32_t id : sequence.ids) tokenizer.token(id);
    }
    for (const std::int32_t id : tokenizer.prefix()) tokenizer.token(id);
    for (const std::int32_t id : tokenizer.suffix()) tokenizer.token(id);
  } catch (const lengthwise::Error& error) {
    LENGTHWISE_REQUIRE(error.code() != lengthwise::ErrorCode::kInternal);
  }
  return 0;
}
