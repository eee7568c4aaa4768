#include <string>

#include "base/fail.h"
#include "encoder/architectures/architectures.h"

namespace lengthwise {
namespace {

// A mean has no positions, so no text is too long for it; this is more than any document has (5 MB of
// English), and what is longer is cut with the warning of any model.
constexpr std::size_t kMostMeanTokens = std::size_t{1} << 20;

const Tensor& WordVectors(const Checkpoint& checkpoint, const std::string& name) {
  const auto found = checkpoint.weights.tensors().find(name);
  const std::string path = checkpoint.weights.path().string();
  if (found == checkpoint.weights.tensors().end()) {
    Fail(ErrorCode::kBadCheckpoint,
         "{}: tensor \"{}\", the word vectors of a static model, is missing; fetch the whole folder again",
         path, name);
  }
  const Tensor& table = found->second;
  if (table.shape.size() != 2 || table.size() == 0) {
    Fail(ErrorCode::kBadCheckpoint,
         "{}: tensor \"{}\" is no table of word vectors: it has {} dimensions, {} elements", path, name,
         table.shape.size(), table.size());
  }
  return table;
}

}  // namespace

ModelSpec MakeStaticSpec(const Checkpoint& checkpoint) {
  const SafeTensors& weights = checkpoint.weights;
  const bool model2vec = checkpoint.static_kind == StaticKind::kModel2Vec;
  ModelSpec spec;
  spec.architecture = model2vec ? "model2vec" : "static";
  spec.drops_unknown = model2vec;
  // sentence-transformers reads model2vec's name too.
  spec.word_embeddings = model2vec || (!weights.Has("embedding.weight") && weights.Has("embeddings"))
                             ? "embeddings"
                             : "embedding.weight";
  const Tensor& table = WordVectors(checkpoint, spec.word_embeddings);
  spec.hidden = table.shape[1];
  spec.vocabulary = spec.word_rows = table.shape[0];
  if (model2vec && weights.Has("mapping")) {
    spec.word_mapping = "mapping";
    spec.vocabulary = weights.tensors().find("mapping")->second.size();
  }
  if (model2vec && weights.Has("weights")) spec.word_weights = "weights";
  spec.position_rows = kMostMeanTokens;
  spec.any_length = true;
  return spec;
}

}  // namespace lengthwise
