// Any bytes as a repair file: refused with an Error, or read as a repair that writing and reading keep.

#include "lengthwise/repair.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "lengthwise/error.h"
#include "require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::string written;
  try {
    written = lengthwise::FormatRepair(lengthwise::ParseRepair(bytes, "repair"));
  } catch (const lengthwise::Error& error) {
    LENGTHWISE_REQUIRE(error.code() == lengthwise::ErrorCode::kBadInput ||
                       error.code() == lengthwise::ErrorCode::kUnsupported);
    return 0;
  }
  LENGTHWISE_REQUIRE(lengthwise::FormatRepair(lengthwise::ParseRepair(written, "again")) == written);
  return 0;
}
