// The modules of a sentence-transformers folder that work on pooled vectors: Normalize, Dense, LayerNorm, and
// a Router that chooses a Dense by the role of the text.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace lengthwise {

enum class VectorModuleKind { kNormalize, kDense, kLayerNorm };

struct VectorModule {
  VectorModuleKind kind = VectorModuleKind::kNormalize;
  // Folders of the modules for documents and queries, relative to the model folder; the same one unless
  // a Router chooses.
  std::filesystem::path document, query;
};

enum class Activation { kIdentity, kTanh, kRelu, kGelu };

// y = activation(weight x + bias).
struct DenseWeights {
  std::size_t inputs = 0;
  std::size_t outputs = 0;
  Activation activation = Activation::kIdentity;
  std::vector<float> weight;  // [outputs x inputs], row-major
  std::vector<float> bias;    // [outputs]
};

// y = (x - mean) / sqrt(variance + 1e-5) * weight + bias.
struct LayerNormWeights {
  std::vector<float> weight;
  std::vector<float> bias;
};

// Reads the configuration of a Dense module (config.json) and appends the files that it consists of to
// `files`. Throws kUnsupported for an activation other than those above.
VectorModule ReadDense(const std::filesystem::path& folder, const std::filesystem::path& module,
                       std::vector<std::filesystem::path>* files);

// The same for a Router (router_config.json) with the routes "document" and "query", a Dense each, and
// "document" for what has no role. Other Routers are kUnsupported.
VectorModule ReadRouter(const std::filesystem::path& folder, const std::filesystem::path& module,
                        std::vector<std::filesystem::path>* files);

// The weights of one Dense module, `module` relative to `folder`. Throws kIo, kBadCheckpoint (missing tensor,
// another shape than the configuration's, not finite).
DenseWeights ReadDenseWeights(const std::filesystem::path& folder, const std::filesystem::path& module);

// The same two of a LayerNorm.
VectorModule ReadLayerNorm(const std::filesystem::path& folder, const std::filesystem::path& module,
                           std::vector<std::filesystem::path>* files);
LayerNormWeights ReadLayerNormWeights(const std::filesystem::path& folder,
                                      const std::filesystem::path& module);

// The last part of a class of sentence_transformers ("Dense" of "sentence_transformers.models.Dense"); empty
// for classes from elsewhere, which run code of their own, whatever they are called.
std::string ModuleKind(const std::string& type);

}  // namespace lengthwise
