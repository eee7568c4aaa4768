#include "checkpoint/tokenizer_file.h"

#include "base/fail.h"
#include "base/file.h"
#include "checkpoint/modules.h"

namespace lengthwise {

namespace fs = std::filesystem;

fs::path FindTokenizer(const fs::path& transformer) {
  fs::path path = transformer / "tokenizer.json";
  if (!Exists(path)) {
    Fail(ErrorCode::kIo,
         "cannot open {0}: No such file or directory; if the folder has an older kind of tokenizer, convert "
         "with: "
         "python3 -c \"from transformers import AutoTokenizer; "
         "AutoTokenizer.from_pretrained('{1}').save_pretrained('{1}')\"",
         path.string(), transformer.string());
  }
  return path;
}

fs::path TokenizerOfModel(const fs::path& folder) {
  const fs::path transformer = ReadModules(folder).transformer;
  return FindTokenizer(transformer.empty() ? folder : folder / transformer);
}

}  // namespace lengthwise
