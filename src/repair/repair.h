// A repair of a model: what is done differently to text of different lengths, as one value and one file.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "lengthwise/attention_policy.h"
#include "lengthwise/long_input.h"

namespace lengthwise {

// The default changes nothing but to truncate long texts, as every model does.
struct Repair {
  AttentionPolicy attention;
  LongInput long_input;
};

// lengthwise.json, described by docs/repair.schema.json. A member that is absent keeps its default; one that
// is not known is an error, since leaving it out would be a repair that silently does less. Whether the
// policies fit a model is for AttentionPolicy::Check and CheckLongInput to say. Throw kIo, kBadInput (naming
// the file and the member) or kUnsupported (a newer version).
Repair ReadRepair(const std::filesystem::path& path);
Repair ParseRepair(std::string_view json, const std::string& where);

// The same repair is read back, bit for bit. Throws kIo.
void WriteRepair(const Repair& repair, const std::filesystem::path& path);
std::string FormatRepair(const Repair& repair);

}  // namespace lengthwise
