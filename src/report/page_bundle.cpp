#include "report/page_bundle.h"

#include <cstddef>

// The assembler copies the file as it is: a byte array in C++ would take the compiler minutes.
__asm__(
    ".pushsection .rodata\n"
    ".global lengthwise_page_begin\n"
    ".global lengthwise_page_end\n"
    "lengthwise_page_begin:\n"
    ".incbin \"" LENGTHWISE_PAGE_FILE
    "\"\n"
    "lengthwise_page_end:\n"
    ".popsection\n");

extern "C" {
extern const char lengthwise_page_begin[];
extern const char lengthwise_page_end[];
}

namespace lengthwise {

std::string_view PageBundle() {
  return {lengthwise_page_begin, static_cast<std::size_t>(lengthwise_page_end - lengthwise_page_begin)};
}

}  // namespace lengthwise
