// Any bytes as a file of documents, in the format that the first byte picks: refused with an Error, or read
// as valid UTF-8.

#include "text/documents.h"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>

#include "lengthwise/error.h"
#include "require.h"
#include "text/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;  // fmemopen takes no empty buffer
  using lengthwise::DocumentFormat;
  constexpr DocumentFormat kFormats[] = {DocumentFormat::kJsonLines, DocumentFormat::kPlainText,
                                         DocumentFormat::kDetect};
  const DocumentFormat format = kFormats[data[0] % 3];
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> stream(
      ::fmemopen(const_cast<std::uint8_t*>(data) + 1, size - 1, "r"), &std::fclose);
  std::size_t count = 0;
  try {
    lengthwise::ForEachDocumentIn(stream.get(), format, "documents", [&](lengthwise::Document&& document) {
      ++count;
      LENGTHWISE_REQUIRE(!document.id.empty() || format != DocumentFormat::kPlainText);
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
