// A repair of a model: what is done differently to text of different lengths, as one value and one file.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "lengthwise/attention_policy.h"
#include "lengthwise/embedder.h"
#include "lengthwise/long_input.h"
#include "lengthwise/position_map.h"
#include "lengthwise/post_process.h"
#include "lengthwise/query_mean.h"

namespace lengthwise {

struct Checkpoint;

// What a post-processing was fitted on.
struct PostProcessOrigin {
  std::string model;  // Fingerprint of the checkpoint; empty: not known
  std::size_t documents = 0;
  std::size_t queries = 0;
  QuerySource query_source = QuerySource::kDocuments;
  bool operator==(const PostProcessOrigin&) const = default;
};

// The default changes nothing but to truncate long texts, as every model does.
struct Repair {
  AttentionPolicy attention;
  PositionMap positions;
  LongInput long_input;
  PostProcess post_process;
  PostProcessOrigin origin;
};

// lengthwise.json, described by docs/repair.schema.json. A member that is absent keeps its default; one that
// is not known is an error, since leaving it out would be a repair that silently does less. Whether the
// policies fit a model is for AttentionPolicy::Check, CheckLongInput, PostProcess::Check and CheckOrigin to
// say. Throw kIo, kBadInput (naming the file and the member) or kUnsupported (a newer version).
Repair ReadRepair(const std::filesystem::path& path);
Repair ParseRepair(std::string_view json, const std::string& where);

// The same repair is read back, bit for bit. Throws kIo.
void WriteRepair(const Repair& repair, const std::filesystem::path& path);
std::string FormatRepair(const Repair& repair);

// Throws kBadInput if the post-processing was fitted, or a table of positions learned, on another model than
// `checkpoint`: its means would move vectors to a place of no meaning. Reads the weights where there is
// something to check; of a model once.
void CheckOrigin(const Repair& repair, const Checkpoint& checkpoint);
void CheckOrigin(const Repair& repair, const Model& model);

// Puts the policies into the options of an embedder.
void ApplyRepair(const Repair& repair, EmbedderOptions* options);

}  // namespace lengthwise
