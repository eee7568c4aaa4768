#include "checkpoint/vector_modules.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <string_view>

#include "base/json.h"
#include "checkpoint/model_file.h"
#include "checkpoint/safetensors.h"

namespace lengthwise {
namespace {

namespace fs = std::filesystem;

// As the configuration of a Dense names them.
struct NamedActivation {
  const char* name;
  Activation activation;
};
constexpr std::array kActivations = {
    NamedActivation{"torch.nn.modules.linear.Identity", Activation::kIdentity},
    NamedActivation{"torch.nn.modules.activation.Tanh", Activation::kTanh},
    NamedActivation{"torch.nn.modules.activation.ReLU", Activation::kRelu},
    NamedActivation{"torch.nn.modules.activation.GELU", Activation::kGelu}};

Activation ActivationOf(const Json& config, const std::string& where) {
  const auto name =
      RequiredJsonMember<std::string>(config, "activation_function", where, ErrorCode::kBadCheckpoint);
  std::string supported;
  for (const NamedActivation& known : kActivations) {
    if (name == known.name) return known.activation;
    supported += fmt::format("{}{}", supported.empty() ? "" : ", ", known.name);
  }
  Fail(ErrorCode::kUnsupported, "{}: activation \"{}\" is not supported; supported: {}", where, name,
       supported);
}

// A whole number from 1 that tells the size of a vector.
std::size_t Components(const Json& config, const char* member, const std::string& where) {
  constexpr std::size_t kMost = std::size_t{1} << 24;
  const auto value = RequiredJsonMember<double>(config, member, where, ErrorCode::kBadCheckpoint);
  if (!(value >= 1 && value <= static_cast<double>(kMost)) || value != std::floor(value)) {
    Fail(ErrorCode::kBadCheckpoint, "{}: \"{}\" is {}, expected a whole number from 1 to {}", where, member,
         value, kMost);
  }
  return static_cast<std::size_t>(value);
}

void CheckFinite(const std::vector<float>& values, const fs::path& path) {
  if (!std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); }))
    Fail(ErrorCode::kBadCheckpoint, "{}: a weight is NaN or infinite", path.string());
}

// Throws for a tensor that is not one of `places`.
void CheckPlaces(const SafeTensors& tensors, std::initializer_list<std::string_view> places,
                 const fs::path& config) {
  for (const auto& [name, tensor] : tensors.tensors()) {
    if (std::find(places.begin(), places.end(), name) == places.end()) {
      Fail(ErrorCode::kBadCheckpoint, "{}: tensor \"{}\" has no place in the module that {} describes",
           tensors.path().string(), name, config.string());
    }
  }
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
  Components(config, "in_features", where);
  Components(config, "out_features", where);
  ActivationOf(config, where);
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
  dense.inputs = Components(config, "in_features", config_path.string());
  dense.outputs = Components(config, "out_features", config_path.string());
  dense.activation = ActivationOf(config, config_path.string());
  const fs::path path = folder / module / "model.safetensors";
  RequireModelFile(path);
  const SafeTensors tensors(path);
  const Tensor& weight = tensors.Get("linear.weight", std::array{dense.outputs, dense.inputs});
  dense.weight.resize(weight.size());
  weight.Read(0, dense.weight);
  dense.bias.assign(dense.outputs, 0.0F);
  if (HasBias(config, config_path.string())) {
    tensors.Get("linear.bias", std::array{dense.outputs}).Read(0, dense.bias);
    CheckPlaces(tensors, {"linear.weight", "linear.bias"}, config_path);
  } else {
    CheckPlaces(tensors, {"linear.weight"}, config_path);
  }
  CheckFinite(dense.weight, path);
  CheckFinite(dense.bias, path);
  return dense;
}

VectorModule ReadLayerNorm(const fs::path& folder, const fs::path& module, std::vector<fs::path>* files) {
  const fs::path path = folder / module / "config.json";
  RequireModelFile(path);
  Components(ReadJsonObject(path, ErrorCode::kBadCheckpoint), "dimension", path.string());
  files->push_back(module / "config.json");
  files->push_back(module / "model.safetensors");
  return {VectorModuleKind::kLayerNorm, module, module};
}

LayerNormWeights ReadLayerNormWeights(const fs::path& folder, const fs::path& module) {
  const fs::path config_path = folder / module / "config.json";
  const std::size_t dimension =
      Components(ReadJsonObject(config_path, ErrorCode::kBadCheckpoint), "dimension", config_path.string());
  const fs::path path = folder / module / "model.safetensors";
  RequireModelFile(path);
  const SafeTensors tensors(path);
  LayerNormWeights norm{std::vector<float>(dimension), std::vector<float>(dimension)};
  tensors.Get("norm.weight", std::array{dimension}).Read(0, norm.weight);
  tensors.Get("norm.bias", std::array{dimension}).Read(0, norm.bias);
  CheckPlaces(tensors, {"norm.weight", "norm.bias"}, config_path);
  CheckFinite(norm.weight, path);
  CheckFinite(norm.bias, path);
  return norm;
}

}  // namespace lengthwise
