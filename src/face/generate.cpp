#include "lengthwise/generate.h"

#include "checkpoint/static_model.h"
#include "checkpoint/tokenizer_file.h"
#include "tokenizer/tokenizer.h"

namespace lengthwise {

std::shared_ptr<const Tokenizer> ReadTokenizer(const std::filesystem::path& model_folder) {
  const auto tokenizer = std::make_shared<Tokenizer>(TokenizerOfModel(model_folder));
  if (StaticKindOf(model_folder, ReadModules(model_folder)) != StaticKind::kNone) tokenizer->DropSpecials();
  return tokenizer;
}

}  // namespace lengthwise
