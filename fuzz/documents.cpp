// Any bytes as a file of documents, in the format that the first byte picks: refused with an Error, or read
// as valid UTF-8.

#include "text/documents.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "lengthwise/error.h"
#include "require.h"
#include "text/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  using lengthwise::InputFormat;
  constexpr InputFormat kFormats[] = {InputFormat::kJsonLines, InputFormat::kLines, InputFormat::kAuto,
                                      InputFormat::kJson,      InputFormat::kCsv,   InputFormat::kTsv};
  const InputFormat format = kFormats[data[0] % 6];
  const lengthwise::InputOptions input = {.path = "documents", .format = format};
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::size_t count = 0;
  try {
    auto source = std::make_unique<lengthwise::MemorySource>(bytes);
    lengthwise::ForEachDocumentIn(
        std::move(source), input, "documents", [&](lengthwise::Document&& document) {
          ++count;
          LENGTHWISE_REQUIRE(!document.id.empty() || format != InputFormat::kLines);
          for (const std::string* text : {&document.id, &document.title, &document.text}) {
            LENGTHWISE_REQUIRE(lengthwise::FindInvalidUtf8(*text) == text->size());
          }
        });
    LENGTHWISE_REQUIRE(count > 0);
  } catch (const lengthwise::Error& error) {
    LENGTHWISE_REQUIRE(error.code() == lengthwise::ErrorCode::kBadInput);
  }
  return 0;
}
