#include "collapse/description.h"

#include <algorithm>
#include <filesystem>

#include "base/hash.h"

namespace lengthwise {
namespace {

LengthQuantiles QuantilesOf(std::vector<std::size_t> lengths) {
  std::sort(lengths.begin(), lengths.end());
  const auto at = [&](std::size_t percent) {
    const std::size_t rank = (percent * lengths.size() + 99) / 100;
    return lengths[std::max<std::size_t>(rank, 1) - 1];
  };
  return {lengths.front(), at(10), at(25), at(50), at(75), at(90), lengths.back()};
}

}  // namespace

DataDescription DescribeData(std::span<const Document> documents,
                             std::span<const TokenizedDocument> tokenized, std::size_t read,
                             std::size_t length_in_force) {
  DataDescription data;
  data.read = read;
  data.documents = documents.size();
  Hasher hasher;
  for (const Document& document : documents) {
    hasher.Add(document.id);
    hasher.Add(EmbeddedText(document));
  }
  data.fingerprint = hasher.Digest();
  std::vector<std::size_t> lengths;
  for (const TokenizedDocument& document : tokenized) {
    lengths.push_back(document.tokens);
    data.tokens += document.tokens;
    data.over_limit += document.tokens > length_in_force ? 1 : 0;
  }
  data.length_quantiles = QuantilesOf(std::move(lengths));
  return data;
}

ModelDescription DescribeModel(const EmbedderImpl& embedder) {
  const Checkpoint& checkpoint = embedder.checkpoint();
  const ModelSpec& spec = embedder.spec();
  ModelDescription model;
  // "." and a trailing slash are no names.
  const std::filesystem::path folder = std::filesystem::weakly_canonical(checkpoint.folder);
  model.name = folder.has_filename() ? folder.filename().string() : folder.parent_path().filename().string();
  model.architecture = spec.architecture;
  model.fingerprint = Fingerprint(checkpoint);
  model.layers = spec.layers;
  model.heads = spec.heads;
  model.hidden = spec.hidden;
  model.pooling = PoolingName(checkpoint.pooling);
  model.normalize = checkpoint.normalize;
  model.precision = PrecisionName(embedder.options().precision);
  model.limits = embedder.limits();
  model.attention = embedder.options().attention;
  model.post_process = FormatPostProcessSpec(embedder.options().post_process.spec);
  return model;
}

}  // namespace lengthwise
