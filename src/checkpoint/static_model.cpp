#include "checkpoint/static_model.h"

#include <algorithm>

#include "base/fail.h"
#include "checkpoint/model_file.h"

namespace lengthwise {
namespace {

// Where config.json names none.
constexpr std::size_t kModel2VecLength = 512;

}  // namespace

StaticKind StaticKindOf(const std::filesystem::path& folder, const Modules& modules) {
  const std::filesystem::path path = folder / modules.transformer / "config.json";
  const bool given = !modules.files.empty();
  if ((!given || modules.static_embedding) && HasModelFile(path)) {
    const Json config = ReadJsonObject(path, ErrorCode::kBadCheckpoint);
    if (JsonMember<std::string>(config, "model_type", "", path.string(), ErrorCode::kBadCheckpoint) ==
        "model2vec")
      return StaticKind::kModel2Vec;
  }
  return modules.static_embedding ? StaticKind::kSentenceTransformers : StaticKind::kNone;
}

std::size_t Model2VecLength(const Json& config, const std::string& where) {
  const auto length = config.find("max_length");
  if (length == config.end()) return kModel2VecLength;
  if (length->is_null()) return 0;
  if (!length->is_number_unsigned() || length->get<std::size_t>() == 0) {
    Fail(ErrorCode::kBadCheckpoint, "{}: \"max_length\" is not a whole number from 1, or null: {}", where,
         length->dump());
  }
  return length->get<std::size_t>();
}

bool Model2VecNormalizes(const Json& config, const Modules& modules, const std::string& where) {
  const bool normalize = JsonMember(config, "normalize", false, where, ErrorCode::kBadCheckpoint);
  if (modules.files.empty()) return normalize;
  const bool listed =
      std::any_of(modules.vector_modules.begin(), modules.vector_modules.end(),
                  [](const VectorModule& module) { return module.kind == VectorModuleKind::kNormalize; });
  if (normalize != listed) {
    Fail(ErrorCode::kBadCheckpoint,
         "{}: \"normalize\" is {}, but modules.json has {}; model2vec follows the first, "
         "sentence-transformers "
         "the second: make the two agree",
         where, normalize, listed ? "a Normalize" : "no Normalize");
  }
  return normalize;
}

}  // namespace lengthwise
