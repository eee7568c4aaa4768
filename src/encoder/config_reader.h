// Reading config.json for a ModelSpec: typed members, and refusal of options that are not implemented.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "checkpoint/checkpoint.h"

namespace lengthwise {

// Errors name the file and the member.
class ConfigReader {
 public:
  explicit ConfigReader(const Checkpoint& checkpoint);

  // A whole number from 1 to 2^24. Throws kBadCheckpoint otherwise.
  std::size_t Size(const char* name) const;
  std::size_t Size(const char* name, std::size_t fallback) const;
  std::string Text(const char* name, const std::string& fallback) const;

  // Throws kUnsupported unless the member has this value; an absent one counts as `fallback`.
  void Require(const char* name, std::string_view value, const std::string& fallback = "") const;
  void RequireFalse(const char* name) const;
  // The same unless the member is absent or holds nothing.
  void RequireNone(const char* name) const;
  // "layer_norm_eps". Throws kBadCheckpoint for what no norm has.
  float NormEpsilon() const;

 private:
  const Json& config_;
  std::string where_;
};

}  // namespace lengthwise
