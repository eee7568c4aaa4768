#include "checkpoint/vector_modules.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "base/json.h"
#include "checkpoint/model_file.h"
#include "checkpoint/safetensors.h"

namespace lengthwise {
namespace {

namespace fs = std::filesystem;

constexpr const char* kIdentity = "torch.nn.modules.linear.Identity";

// in_features, which is out_features too.
std::size_t Dimension(const Json& config, const std::string& where) {
  const auto in = RequiredJsonMember<std::size_t>(config, "in_features", where, ErrorCode::kBadCheckpoint);
  const auto out = RequiredJsonMember<std::size_t>(config, "out_features", where, ErrorCode::kBadCheckpoint);
  if (in != out || in == 0) {
    Fail(ErrorCode::kUnsupported,
         "{}: a Dense module of {} inputs and {} outputs is not supported; supported: as many outputs as "
         "inputs",
         where, in, out);
  }
  return in;
}

bool HasBias(const Json& config, const std::string& where) {
  return JsonMember(config, "bias", true, where, ErrorCode::kBadCheckpoint);
}

// The one Dense of a route.
fs::path RouteModule(const Json& config, const char* route, const std::string& where) {
  const Json& structure = config.at("structure");
  const Json& types = config.at("types");
  const auto found = structure.find(route);
  if (found == structure.end() || !found->is_array() || found->size() != 1 || !found->at(0).is_string()) {
    Fail(ErrorCode::kUnsupported, "{}: route \"{}\" is not a list of one module; supported: one Dense", where,
         route);
  }
  const auto id = found->at(0).get<std::string>();
  const auto type = JsonMember<std::string>(types, id.c_str(), "", where, ErrorCode::kBadCheckpoint);
  if (ModuleKind(type) != "Dense") {
    Fail(ErrorCode::kUnsupported, "{}: module \"{}\" of route \"{}\" is not supported; supported: Dense",
         where, type, route);
  }
  const fs::path path = fs::path(id).lexically_normal();
  if (path.is_absolute() || path.empty() || *path.begin() == "..") {
    Fail(ErrorCode::kBadCheckpoint, "{}: module \"{}\" leaves the model folder", where, id);
  }
  return path;
}

}  // namespace

std::string ModuleKind(const std::string& type) {
  constexpr std::string_view kPackage = "sentence_transformers.";
  return type.starts_with(kPackage) ? type.substr(type.rfind('.') + 1) : std::string();
}

VectorModule ReadDense(const fs::path& folder, const fs::path& module, std::vector<fs::path>* files) {
  const fs::path path = folder / module / "config.json";
  const std::string where = path.string();
  RequireModelFile(path);
  const Json config = ReadJsonObject(path, ErrorCode::kBadCheckpoint);
  Dimension(config, where);
  const auto activation =
      RequiredJsonMember<std::string>(config, "activation_function", where, ErrorCode::kBadCheckpoint);
  if (activation != kIdentity) {
    Fail(ErrorCode::kUnsupported, "{}: activation \"{}\" is not supported; supported: {}", where, activation,
         kIdentity);
  }
  files->push_back(module / "config.json");
  files->push_back(module / "model.safetensors");
  return {VectorModuleKind::kDense, module, module};
}

VectorModule ReadRouter(const fs::path& folder, const fs::path& module, std::vector<fs::path>* files) {
  const fs::path path = folder / module / "router_config.json";
  const std::string where = path.string();
  RequireModelFile(path);
  const Json config = ReadJsonObject(path, ErrorCode::kBadCheckpoint);
  for (const char* member : {"types", "structure", "parameters"}) {
    if (!config.contains(member) || !config.at(member).is_object()) {
      Fail(ErrorCode::kBadCheckpoint, "{}: \"{}\" is not a JSON object", where, member);
    }
  }
  if (config.at("structure").size() != 2) {
    Fail(ErrorCode::kUnsupported, "{}: {} routes are not supported; supported: \"document\" and \"query\"",
         where, config.at("structure").size());
  }
  const auto standard =
      JsonMember<std::string>(config.at("parameters"), "default_route", "", where, ErrorCode::kBadCheckpoint);
  if (standard != "document") {
    Fail(ErrorCode::kUnsupported, "{}: default route \"{}\" is not supported; supported: \"document\"", where,
         standard);
  }
  const fs::path document = module / RouteModule(config, "document", where);
  const fs::path query = module / RouteModule(config, "query", where);
  files->push_back(module / "router_config.json");
  ReadDense(folder, document, files);
  if (query != document) ReadDense(folder, query, files);
  return {VectorModuleKind::kDense, document, query};
}

DenseWeights ReadDenseWeights(const fs::path& folder, const fs::path& module) {
  const fs::path config_path = folder / module / "config.json";
  const Json config = ReadJsonObject(config_path, ErrorCode::kBadCheckpoint);
  DenseWeights dense;
  dense.dimension = Dimension(config, config_path.string());
  const fs::path path = folder / module / "model.safetensors";
  RequireModelFile(path);
  const SafeTensors tensors(path);
  const Tensor& weight = tensors.Get("linear.weight", std::array{dense.dimension, dense.dimension});
  dense.weight.resize(weight.size());
  weight.Read(0, dense.weight);
  dense.bias.assign(dense.dimension, 0.0F);
  const bool has_bias = HasBias(config, config_path.string());
  if (has_bias) tensors.Get("linear.bias", std::array{dense.dimension}).Read(0, dense.bias);
  for (const auto& [name, tensor] : tensors.tensors()) {
    if (name != "linear.weight" && (name != "linear.bias" || !has_bias)) {
      Fail(ErrorCode::kBadCheckpoint, "{}: tensor \"{}\" has no place in the module that {} describes",
           path.string(), name, config_path.string());
    }
  }
  for (const std::vector<float>* part : {&dense.weight, &dense.bias}) {
    if (!std::all_of(part->begin(), part->end(), [](float value) { return std::isfinite(value); })) {
      Fail(ErrorCode::kBadCheckpoint, "{}: a weight is NaN or infinite", path.string());
    }
  }
  return dense;
}

}  // namespace lengthwise
