#include "encoder/config_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
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

std::size_t ConfigReader::Count(const char* name, std::size_t fallback) const {
  const auto member = config_.find(name);
  if (member == config_.end() || member->is_null()) return fallback;
  if (member->is_number_unsigned() && member->get<std::size_t>() == 0) return 0;
  return Size(name);
}

double ConfigReader::Number(const char* name, double fallback) const {
  const auto value = JsonMember<double>(config_, name, fallback, where_, ErrorCode::kBadCheckpoint);
  if (!(value > 0) || !std::isfinite(value)) {
    Fail(ErrorCode::kBadCheckpoint, "{}: \"{}\" is {}, expected a number above 0", where_, name, value);
  }
  return value;
}

double ConfigReader::RequiredNumber(const char* name) const {
  if (!Has(name)) Fail(ErrorCode::kBadCheckpoint, "{}: \"{}\" is missing", where_, name);
  return Number(name, 1);
}

bool ConfigReader::Has(const char* name) const {
  const auto member = config_.find(name);
  return member != config_.end() && !member->is_null();
}

void ConfigReader::CheckMembers(std::initializer_list<std::string_view> known) const {
  for (const auto& [name, value] : config_.items()) {
    if (value.is_null() || std::find(known.begin(), known.end(), name) != known.end()) continue;
    Fail(ErrorCode::kUnsupported, "{}: \"{}\" is given; this version supports {}", where_, name,
         fmt::join(known, ", "));
  }
}

bool ConfigReader::Flag(const char* name, bool fallback) const {
  return JsonMember<bool>(config_, name, fallback, where_, ErrorCode::kBadCheckpoint);
}

std::vector<std::string> ConfigReader::LayerTypes(std::size_t layers) const {
  auto types =
      JsonMember<std::vector<std::string>>(config_, "layer_types", {}, where_, ErrorCode::kBadCheckpoint);
  if (!types.empty() && types.size() != layers) {
    Fail(ErrorCode::kBadCheckpoint, "{}: \"layer_types\" names {} layers, but \"num_hidden_layers\" is {}",
         where_, types.size(), layers);
  }
  return types;
}

std::optional<ConfigReader> ConfigReader::Object(const char* name) const {
  const auto member = config_.find(name);
  if (member == config_.end() || member->is_null()) return std::nullopt;
  if (!member->is_object()) Fail(ErrorCode::kBadCheckpoint, "{}: \"{}\" is not a JSON object", where_, name);
  return ConfigReader(*member, where_ + ": \"" + name + "\"");
}

InnerActivation ConfigReader::ReadActivation(const char* name, const std::string& found) const {
  if (found == "gelu") return InnerActivation::kGelu;
  if (found == "gelu_new" || found == "gelu_pytorch_tanh") return InnerActivation::kGeluTanh;
  if (found == "silu" || found == "swish") return InnerActivation::kSilu;
  if (found == "relu") return InnerActivation::kRelu;
  RefuseOther(name, found, "gelu, gelu_new, gelu_pytorch_tanh, relu, silu");
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

void ConfigReader::RequireTrue(const char* name) const {
  if (!Flag(name, true)) RefuseOther(name, "false", "true");
}

void ConfigReader::RequireNumber(const char* name, double value, double fallback) const {
  const auto found = JsonMember<double>(config_, name, fallback, where_, ErrorCode::kBadCheckpoint);
  if (found != value)
    Fail(ErrorCode::kUnsupported, "{}: \"{}\" is {}; this version supports {}", where_, name, found, value);
}

void ConfigReader::RefuseOther(const char* name, const std::string& found,
                               const std::string& supported) const {
  Fail(ErrorCode::kUnsupported, "{}: \"{}\" is \"{}\"; this version supports {}", where_, name, found,
       supported);
}

void ConfigReader::RequireNone(const char* name) const {
  const auto member = config_.find(name);
  if (member == config_.end() || member->is_null() || member->empty()) return;
  Fail(ErrorCode::kUnsupported, "{}: \"{}\" is given; this version supports encoders without it", where_,
       name);
}

float ConfigReader::NormEpsilon(const char* name, double fallback) const {
  // Published models have 1e-12 to 1e-5. One that outweighs the variances turns every vector into the norms'
  // biases.
  constexpr double kLargest = 0.01;
  const auto epsilon = JsonMember<double>(config_, name, fallback, where_, ErrorCode::kBadCheckpoint);
  if (!(epsilon > 0 && epsilon <= kLargest)) {
    Fail(ErrorCode::kBadCheckpoint,
         "{}: \"{}\" is {}, expected more than 0 and at most {}; 1e-12 is usual in BERT, 1e-5 in "
         "MPNet",
         where_, name, epsilon, kLargest);
  }
  return static_cast<float>(epsilon);
}

}  // namespace lengthwise
