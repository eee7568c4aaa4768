#include "text/letters.h"

#include <unicode/uchar.h>

namespace lengthwise {
namespace {

bool Has(char32_t character, std::uint32_t categories) {
  return (U_GET_GC_MASK(static_cast<UChar32>(character)) & categories) != 0;
}

}  // namespace

bool IsLetter(char32_t character) {
  return Has(character, U_GC_L_MASK);
}

bool IsNumber(char32_t character) {
  return Has(character, U_GC_N_MASK);
}

}  // namespace lengthwise
