// What determines the vectors of a text, as the key under which they are kept.
#pragma once

#include <string>
#include <string_view>

#include "embedding/session.h"
#include "lengthwise/cache.h"

namespace lengthwise {

// Of a text.
enum class VectorForm {
  kText,     // one vector, as Session::Embed gives it
  kWindows,  // one of each window, as Session::EmbedWindows gives them without post-processing
};

// Keys of the texts that one embedder embeds in one form and role. Two keys are the same only where the
// vectors are, bit for bit: model, repair, lengths, precision, version of the program and instruction set go
// in. The number of threads does not, nor does a role that makes no difference.
class VectorKeys {
 public:
  // Embeds one short text; the first keys of a model read its files. Throws kIo.
  VectorKeys(const Session& embedder, VectorForm form, Role role);

  VectorKey Of(std::string_view text) const;

 private:
  std::string embedder_;  // digest of all but the text
};

}  // namespace lengthwise
