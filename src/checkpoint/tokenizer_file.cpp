#include "checkpoint/tokenizer_file.h"

#include <fmt/format.h>

#include "checkpoint/model_file.h"
#include "checkpoint/model_location.h"
#include "checkpoint/modules.h"

namespace lengthwise {

namespace fs = std::filesystem;

fs::path FindTokenizer(const fs::path& transformer) {
  fs::path path = transformer / "tokenizer.json";
  RequireModelFile(path, fmt::format("; if the folder has an older kind of tokenizer, convert with: "
                                     "python3 -c \"from transformers import AutoTokenizer; "
                                     "AutoTokenizer.from_pretrained('{0}').save_pretrained('{0}')\"",
                                     transformer.string()));
  return path;
}

fs::path TokenizerOfModel(const fs::path& folder) {
  CheckModelFolder(folder);
  const fs::path transformer = ReadModules(folder).transformer;
  return FindTokenizer(transformer.empty() ? folder : folder / transformer);
}

}  // namespace lengthwise
