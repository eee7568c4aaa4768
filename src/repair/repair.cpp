#include "lengthwise/repair.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "embedding/loaded_model.h"
#include "repair/attention_json.h"
#include "repair/position_json.h"
#include "repair/post_process_json.h"

namespace lengthwise {
namespace {

constexpr const char* kFormat = "lengthwise-repair";
constexpr std::uint64_t kVersion = 1;

void CheckHead(const Json& file, const std::string& where) {
  const auto format = RequiredJsonMember<std::string>(file, "format", where, ErrorCode::kBadInput);
  if (format != kFormat)
    Fail(ErrorCode::kBadInput, "{}: format is \"{}\", not \"{}\"", where, format, kFormat);
  if (!file.contains("version") || !file["version"].is_number_unsigned() || file["version"] == 0U) {
    Fail(ErrorCode::kBadInput, "{}: \"version\" must be a whole number from 1", where);
  }
  if (file["version"] > kVersion) {
    Fail(ErrorCode::kUnsupported,
         "{}: version {} is newer than version {}, the last this program knows; update lengthwise", where,
         file["version"].dump(), kVersion);
  }
}

std::size_t ReadTokens(const Json& object, const char* name, const std::string& where) {
  if (!object.contains(name)) return 0;
  const Json& value = object[name];
  if (!value.is_number_unsigned() || value == 0U) {
    Fail(ErrorCode::kBadInput, "{}.{}: {} is not a whole number from 1", where, name, Shown(value));
  }
  return value.get<std::size_t>();
}

LongInput ReadLongInput(const Json& object, const std::string& file) {
  const std::string where = file + ": long_input";
  CheckKeys(object,
            {"kind", "window", "stride", "lead", "vectors", "add_body", "window_ends", "repeat_title",
             "late_chunking"},
            where);
  LongInput policy;
  const auto kind = RequiredJsonMember<std::string>(object, "kind", where, ErrorCode::kBadInput);
  policy.kind = ReadAt(where + ".kind", [&] { return ParseLongInputKind(kind); });
  policy.window = ReadTokens(object, "window", where);
  policy.stride = ReadTokens(object, "stride", where);
  policy.lead = JsonMember(object, "lead", kDefaultLead, where, ErrorCode::kBadInput);
  if (!(policy.lead >= 0 && policy.lead <= 1)) {
    Fail(ErrorCode::kBadInput, "{}.lead: {} does not lie between 0 and 1", where, policy.lead);
  }
  policy.vectors = ReadTokens(object, "vectors", where);
  policy.add_body = JsonMember(object, "add_body", false, where, ErrorCode::kBadInput);
  policy.repeat_title = JsonMember(object, "repeat_title", false, where, ErrorCode::kBadInput);
  policy.late_chunking = JsonMember(object, "late_chunking", false, where, ErrorCode::kBadInput);
  if (object.contains("window_ends")) {
    const auto ends = RequiredJsonMember<std::string>(object, "window_ends", where, ErrorCode::kBadInput);
    policy.window_ends = ReadAt(where + ".window_ends", [&] { return ParseWindowEnds(ends); });
  }
  if (policy.kind != LongInputKind::kWindows && (object.contains("vectors") || object.contains("add_body"))) {
    Fail(ErrorCode::kBadInput, "{}: vectors and add_body have no effect with kind \"{}\"; take them out",
         where, kind);
  }
  if (policy.kind != LongInputKind::kLeadBody && !policy.add_body && object.contains("lead")) {
    Fail(ErrorCode::kBadInput, "{}: lead has no effect with kind \"{}\"; take it out", where, kind);
  }
  for (const char* name : {"window", "stride", "window_ends", "repeat_title", "late_chunking"}) {
    if (HasWindows(policy.kind) || !object.contains(name)) continue;
    Fail(ErrorCode::kBadInput, "{}: {} has no effect with kind \"{}\"; take it out", where, name, kind);
  }
  return policy;
}

bool NeedsOrigin(const Repair& repair) {
  return (!repair.post_process.IsIdentity() && !repair.origin.model.empty()) ||
         !repair.positions.model.empty();
}

void CheckFingerprint(const Repair& repair, const std::string& fingerprint,
                      const std::filesystem::path& folder) {
  if (!repair.positions.model.empty() && fingerprint != repair.positions.model) {
    Fail(ErrorCode::kBadInput,
         "the table of positions was learned for another model (fingerprint {}) than {} (fingerprint {}); "
         "take "
         "\"positions\" out of the repair file, or its \"model\" if the weights are the same",
         repair.positions.model, folder.string(), fingerprint);
  }
  if (repair.post_process.IsIdentity() || repair.origin.model.empty() || fingerprint == repair.origin.model) {
    return;
  }
  Fail(ErrorCode::kBadInput,
       "the post-processing was fitted on another model (fingerprint {}) than {} (fingerprint {}); fit it to "
       "this one with lengthwise fit, or take \"model\" out of the repair file if the vectors are the same",
       repair.origin.model, folder.string(), fingerprint);
}

}  // namespace

std::string Shown(const Json& value) {
  return value.is_primitive() ? value.dump() : fmt::format("an {}", value.type_name());
}

void CheckKeys(const Json& object, std::initializer_list<std::string_view> known, const std::string& where) {
  if (!object.is_object()) Fail(ErrorCode::kBadInput, "{}: expected a JSON object", where);
  for (const auto& [key, value] : object.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      Fail(ErrorCode::kBadInput, "{}: unknown member \"{}\"; known: {}", where, key, fmt::join(known, ", "));
    }
  }
}

Repair ParseRepair(std::string_view json, const std::string& where) {
  const Json file = ParseJson(json, where, ErrorCode::kBadInput);
  if (!file.is_object()) Fail(ErrorCode::kBadInput, "{}: expected a JSON object", where);
  // Before the keys: a newer version may have more of them.
  CheckHead(file, where);
  CheckKeys(file, {"format", "version", "attention", "positions", "long_input", "post_processing"}, where);
  Repair repair;
  if (file.contains("attention")) repair.attention = ReadAttention(file["attention"], where);
  if (file.contains("positions")) repair.positions = ReadPositions(file["positions"], where);
  if (file.contains("long_input")) repair.long_input = ReadLongInput(file["long_input"], where);
  if (file.contains("post_processing")) ReadPostProcessing(file["post_processing"], where, &repair);
  return repair;
}

Repair ReadRepair(const std::filesystem::path& path) {
  return ParseRepair(ReadFile(path), path.string());
}

std::string FormatRepair(const Repair& repair) {
  OrderedJson long_input = {{"kind", LongInputKindName(repair.long_input.kind)}};
  if (repair.long_input.window != 0) long_input["window"] = repair.long_input.window;
  if (repair.long_input.stride != 0) long_input["stride"] = repair.long_input.stride;
  if (repair.long_input.kind == LongInputKind::kLeadBody || repair.long_input.add_body)
    long_input["lead"] = repair.long_input.lead;
  if (repair.long_input.vectors != 0) long_input["vectors"] = repair.long_input.vectors;
  if (repair.long_input.add_body) long_input["add_body"] = true;
  if (repair.long_input.window_ends != WindowEnds::kTokens)
    long_input["window_ends"] = WindowEndsName(repair.long_input.window_ends);
  if (repair.long_input.repeat_title) long_input["repeat_title"] = true;
  if (repair.long_input.late_chunking) long_input["late_chunking"] = true;
  OrderedJson file = {
      {"format", kFormat}, {"version", kVersion}, {"attention", FormatAttention(repair.attention)}};
  if (!repair.positions.IsIdentity()) file["positions"] = FormatPositions(repair.positions);
  file["long_input"] = long_input;
  if (!repair.post_process.IsIdentity()) file["post_processing"] = FormatPostProcessing(repair);
  return file.dump(2) + "\n";
}

void CheckOrigin(const Repair& repair, const Checkpoint& checkpoint) {
  if (NeedsOrigin(repair)) CheckFingerprint(repair, Fingerprint(checkpoint), checkpoint.folder);
}

void CheckOrigin(const Repair& repair, const Model& model) {
  if (NeedsOrigin(repair)) CheckFingerprint(repair, model.fingerprint(), model.folder());
}

void ApplyRepair(const Repair& repair, EmbedderOptions* options) {
  options->attention = repair.attention;
  options->positions = repair.positions;
  options->long_input = repair.long_input;
  options->post_process = repair.post_process;
}

void WriteRepair(const Repair& repair, const std::filesystem::path& path) {
  WriteFile(path, FormatRepair(repair));
}

}  // namespace lengthwise
