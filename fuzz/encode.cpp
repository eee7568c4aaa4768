// Any bytes as a text, by tokenizers of several kinds, which the first byte picks.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "require.h"
#include "tokenizer/small_tokenizer.h"
#include "tokenizer/tokenizer.h"

namespace {

using lengthwise::AddedTokenJson;
using lengthwise::Json;
using lengthwise::Tokenizer;

// Bits of `kind`: how the normaliser is set, and whether it comes before the search for added tokens.
Tokenizer MakeKind(unsigned kind) {
  Json json = lengthwise::SmallTokenizerJson();
  json["normalizer"]["clean_text"] = (kind & 1) == 0;
  json["normalizer"]["handle_chinese_chars"] = (kind & 2) == 0;
  json["normalizer"]["strip_accents"] = (kind & 4) == 0;
  json["normalizer"]["lowercase"] = (kind & 8) == 0;
  if ((kind & 16) != 0) json["added_tokens"].push_back(AddedTokenJson("Un", {"normalized", "single_word"}));
  return lengthwise::MakeTokenizer(json);
}

const std::vector<Tokenizer>& Tokenizers() {
  static const std::vector<Tokenizer> tokenizers = [] {
    std::vector<Tokenizer> made;
    for (unsigned kind = 0; kind < 32; ++kind) made.push_back(MakeKind(kind));
    return made;
  }();
  return tokenizers;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Tokenizer& tokenizer = Tokenizers()[data[0] % 32];
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  lengthwise::TokenSequence sequence;
  tokenizer.Encode(text, &sequence);
  std::vector<std::int32_t> ids;
  tokenizer.EncodeIds(text, &ids);
  LENGTHWISE_REQUIRE(ids == sequence.ids);
  LENGTHWISE_REQUIRE(sequence.offsets.size() == ids.size());
  std::uint32_t last_begin = 0;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    tokenizer.token(ids[i]);
    const lengthwise::TokenOffset& offset = sequence.offsets[i];
    LENGTHWISE_REQUIRE(offset.begin < offset.end && offset.end <= text.size());
    LENGTHWISE_REQUIRE(offset.begin >= last_begin);
    last_begin = offset.begin;
  }
  return 0;
}
