#include "lengthwise/generate.h"

#include "checkpoint/gguf_model.h"
#include "checkpoint/static_model.h"
#include "checkpoint/tokenizer_file.h"
#include "tokenizer/tokenizer.h"

namespace lengthwise {

std::shared_ptr<const Tokenizer> ReadTokenizer(const std::filesystem::path& model_folder) {
  if (const std::filesystem::path file = FindGguf(model_folder); !file.empty()) {
    return std::make_shared<const Tokenizer>(
        Tokenizer::FromJson(ReadGgufModel(file).tokenizer, file.string()));
  }
  const auto tokenizer = std::make_shared<Tokenizer>(TokenizerOfModel(model_folder));
  if (StaticKindOf(model_folder, ReadModules(model_folder)) != StaticKind::kNone) tokenizer->DropSpecials();
  return tokenizer;
}

}  // namespace lengthwise
