// A repaired model as a standard sentence-transformers folder, which every runtime serves without knowing of
// the repair.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "lengthwise/model.h"
#include "lengthwise/post_process.h"
#include "lengthwise/repair.h"

namespace lengthwise {

struct ExportSummary {
  std::vector<std::string> folded;    // what was folded in, in words
  std::vector<std::string> left_out;  // files that hold the unrepaired weights in other formats
  bool router = false;                // documents and queries are apart: needs sentence-transformers 5
  std::vector<std::string> warnings;  // what was assumed in place of files that the model's folder lacks
};

// Writes `output`, a folder that does not exist or is empty, as a copy of the model's folder with
//   - temperatures folded into the weights;
//   - a position map folded into the table of positions, which may get more rows;
//   - with `max_length`, that many tokens as the folder's limit (max_seq_length);
//   - post-processing as the modules Dense (y = map x - map mean, identity activation) and Normalize. Where
//     documents and queries have means of their own, a Router chooses between two Dense modules: encode and
//     encode_document take the documents', encode_query the queries'. With `role`, only that side's Dense,
//     for runtimes that know no Router;
//   - a section at the end of the model card (README.md) that says what was done.
// Weights in other formats (ONNX, PyTorch pickles, ...) are not rewritten and so left out.
// Throws kUnsupported, naming it, for what cannot be folded (a long-input policy other than to truncate;
// temperatures that differ where layers share what would carry them), kBadInput for a repair that changes
// nothing or an output that is in the way, and as Model::Load. The folder appears when it is complete.
ExportSummary ExportModel(const std::filesystem::path& model_folder, const Repair& repair,
                          std::optional<Role> role, const std::filesystem::path& output,
                          std::size_t max_length = 0);

// False for what has no place for a repair: model2vec folders and GGUF files, which ExportModel refuses.
bool CanExport(const Model& model);

}  // namespace lengthwise
