// A repaired model as a standard sentence-transformers folder, which every runtime serves without knowing of
// the repair.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>

#include "checkpoint/checkpoint.h"
#include "encoder/model_spec.h"
#include "lengthwise/export.h"
#include "lengthwise/repair.h"

namespace lengthwise {

// Throws kUnsupported, saying what to do instead, for a model that is stored as what has no place for a
// repair: a model2vec folder, a GGUF file.
void CheckExportable(const Checkpoint& checkpoint);
bool IsExportable(const Checkpoint& checkpoint);

// lengthwise/export.h, of a checkpoint that is open.
ExportSummary ExportModel(const Checkpoint& checkpoint, const ModelSpec& spec, const Repair& repair,
                          std::optional<Role> role, const std::filesystem::path& output,
                          std::size_t max_length = 0);

}  // namespace lengthwise
