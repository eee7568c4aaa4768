#include "lengthwise/generate.h"

#include "checkpoint/tokenizer_file.h"
#include "tokenizer/tokenizer.h"

namespace lengthwise {

std::shared_ptr<const Tokenizer> ReadTokenizer(const std::filesystem::path& model_folder) {
  return std::make_shared<const Tokenizer>(TokenizerOfModel(model_folder));
}

}  // namespace lengthwise
