// Reading config.json for a ModelSpec: typed members, and refusal of options that are not implemented.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "math/gating.h"

namespace lengthwise {

// Errors name the file and the member.
class ConfigReader {
 public:
  explicit ConfigReader(const Checkpoint& checkpoint);

  // A whole number from 1 to 2^24. Throws kBadCheckpoint otherwise.
  std::size_t Size(const char* name) const;
  std::size_t Size(const char* name, std::size_t fallback) const;
  // The same, but it may be 0, or null for the fallback.
  std::size_t Count(const char* name, std::size_t fallback) const;
  // A number above 0.
  double Number(const char* name, double fallback) const;
  double RequiredNumber(const char* name) const;
  // Whether the member is there and not null.
  bool Has(const char* name) const;
  // Throws kUnsupported for a member that is none of these: it may change results.
  void CheckMembers(std::initializer_list<std::string_view> known) const;
  bool Flag(const char* name, bool fallback) const;
  std::string Text(const char* name, const std::string& fallback) const;
  // "layer_types": one for each of so many layers; empty where there is none.
  std::vector<std::string> LayerTypes(std::size_t layers) const;
  // An object's members; none where it is absent or null.
  std::optional<ConfigReader> Object(const char* name) const;
  // What a member calls the activation, as transformers does.
  InnerActivation ReadActivation(const char* name, const std::string& found) const;

  // Throws kUnsupported unless the member has this value; an absent one counts as `fallback`.
  void Require(const char* name, std::string_view value, const std::string& fallback = "") const;
  void RequireFalse(const char* name) const;
  void RequireTrue(const char* name) const;
  void RequireNumber(const char* name, double value, double fallback) const;
  // The same unless the member is absent or holds nothing.
  void RequireNone(const char* name) const;
  // The same, for what was found.
  [[noreturn]] void RefuseOther(const char* name, const std::string& found,
                                const std::string& supported) const;
  // Throws kBadCheckpoint for what no norm has.
  float NormEpsilon(const char* name = "layer_norm_eps", double fallback = 1e-12) const;

 private:
  ConfigReader(const Json& config, std::string where) : config_(config), where_(std::move(where)) {}

  const Json& config_;
  std::string where_;
};

}  // namespace lengthwise
