#include "encoder/config_reader.h"

#include <cmath>

#include "base/fail.h"

namespace lengthwise {

ConfigReader::ConfigReader(const Checkpoint& checkpoint)
    : config_(checkpoint.config), where_(checkpoint.config_json.string()) {}

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

void ConfigReader::RequireNone(const char* name) const {
  const auto member = config_.find(name);
  if (member == config_.end() || member->is_null() || member->empty()) return;
  Fail(ErrorCode::kUnsupported, "{}: \"{}\" is given; this version supports encoders without it", where_,
       name);
}

float ConfigReader::NormEpsilon() const {
  // Published models have 1e-12 to 1e-5. One that outweighs the variances turns every vector into the norms'
  // biases.
  constexpr double kLargest = 0.01;
  const auto epsilon =
      JsonMember<double>(config_, "layer_norm_eps", 1e-12, where_, ErrorCode::kBadCheckpoint);
  if (!(epsilon > 0 && epsilon <= kLargest)) {
    Fail(ErrorCode::kBadCheckpoint,
         "{}: \"layer_norm_eps\" is {}, expected more than 0 and at most {}; 1e-12 is usual in BERT, 1e-5 in "
         "MPNet",
         where_, epsilon, kLargest);
  }
  return static_cast<float>(epsilon);
}

}  // namespace lengthwise
