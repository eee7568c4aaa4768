#include "encoder/model_spec.h"

#include <array>

#include "base/fail.h"
#include "encoder/bert.h"
#include "encoder/config_reader.h"

namespace lengthwise {
namespace {

struct Architecture {
  const char* model_type;  // config.json
  ModelSpec (*make)(const Checkpoint&);
};

constexpr std::array kArchitectures = {Architecture{"bert", MakeBertSpec}};

}  // namespace

ModelSpec MakeModelSpec(const Checkpoint& checkpoint) {
  const std::string type = ConfigReader(checkpoint).Text("model_type", "");
  std::string supported;
  for (const Architecture& architecture : kArchitectures) {
    if (type == architecture.model_type) {
      const ModelSpec spec = architecture.make(checkpoint);
      if (spec.hidden % spec.heads != 0) {
        Fail(ErrorCode::kBadCheckpoint, "{}: hidden size {} is not a multiple of {} heads",
             (checkpoint.folder / "config.json").string(), spec.hidden, spec.heads);
      }
      return spec;
    }
    supported += fmt::format("{}{}", supported.empty() ? "" : ", ", architecture.model_type);
  }
  Fail(ErrorCode::kUnsupported, "{}: model type \"{}\" is not supported; supported: {}",
       (checkpoint.folder / "config.json").string(), type, supported);
}

}  // namespace lengthwise
