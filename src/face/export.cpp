#include "lengthwise/export.h"

#include "checkpoint/checkpoint.h"
#include "embedding/loaded_model.h"
#include "encoder/model_spec.h"
#include "repair/export.h"

namespace lengthwise {

ExportSummary ExportModel(const std::filesystem::path& model_folder, const Repair& repair,
                          std::optional<Role> role, const std::filesystem::path& output,
                          std::size_t max_length) {
  const Checkpoint checkpoint = OpenCheckpoint(model_folder);
  ExportSummary summary =
      ExportModel(checkpoint, MakeModelSpec(checkpoint), repair, role, output, max_length);
  summary.warnings = checkpoint.warnings;
  return summary;
}

bool CanExport(const Model& model) {
  return IsExportable(LoadedModelOf(model)->checkpoint());
}

}  // namespace lengthwise
