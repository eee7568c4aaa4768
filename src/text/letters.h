// Letters and numbers by Unicode's general categories, as regular expressions ask for them.
#pragma once

namespace lengthwise {

bool IsLetter(char32_t character);  // \p{L}
bool IsNumber(char32_t character);  // \p{N}

}  // namespace lengthwise
