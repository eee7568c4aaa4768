#include "encoder/config_reader.h"

#include <cmath>

#include "base/fail.h"

namespace lengthwise {

ConfigReader::ConfigReader(const Checkpoint& checkpoint)
    : config_(checkpoint.config), where_((checkpoint.folder / "config.json").string()) {}

std::size_t ConfigReader::Size(const char* name) const {
  const auto value = RequiredJsonMember<double>(config_, name, where_, ErrorCode::kBadCheckpoint);
  if (!(value >= 1 && value <= 1 << 24) || value != std::floor(value)) {
    Fail(ErrorCode::kBadCheckpoint, "{}: \"{}\" is {}, expected a whole number from 1 to {}", where_, name,
         value, 1 << 24);
  }
  return static_cast<std::size_t>(value);
}

std::size_t ConfigReader::Size(const char* name, std::size_t fallback) const {
  return config_.contains(name) ? Size(name) : fallback;
}

float ConfigReader::Number(const char* name, float fallback) const {
  return JsonMember<float>(config_, name, fallback, where_, ErrorCode::kBadCheckpoint);
}

std::string ConfigReader::Text(const char* name, const std::string& fallback) const {
  return JsonMember<std::string>(config_, name, fallback, where_, ErrorCode::kBadCheckpoint);
}

void ConfigReader::Require(const char* name, std::string_view value, const std::string& fallback) const {
  const std::string found = Text(name, fallback);
  if (found != value) {
    Fail(ErrorCode::kUnsupported, "{}: \"{}\" is \"{}\"; this version supports \"{}\"", where_, name, found,
         value);
  }
}

void ConfigReader::RequireFalse(const char* name) const {
  if (JsonMember<bool>(config_, name, false, where_, ErrorCode::kBadCheckpoint)) {
    Fail(ErrorCode::kUnsupported, "{}: \"{}\" is true; this version supports encoders without it", where_,
         name);
  }
}

}  // namespace lengthwise
