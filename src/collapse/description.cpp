#include "collapse/description.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <span>

#include "base/hash.h"

namespace lengthwise {
namespace {

LengthQuantiles QuantilesOf(const DataSums& sums) {
  const auto at = [&](std::uint64_t percent) {
    const std::uint64_t rank = std::max<std::uint64_t>((percent * sums.documents + 99) / 100, 1);
    std::uint64_t before = 0;
    for (const auto& [length, documents] : sums.lengths) {
      before += documents;
      if (before >= rank) return length;
    }
    return sums.lengths.rbegin()->first;
  };
  return {at(0), at(10), at(25), at(50), at(75), at(90), at(100)};
}

std::string FingerprintOf(const PostProcess& post) {
  if (post.IsIdentity()) return {};
  Hasher hasher;
  for (const std::vector<float>* numbers : {&post.document_mean, &post.query_mean, &post.map})
    hasher.Add(std::as_bytes(std::span(*numbers)));
  return hasher.Digest();
}

std::string DescribePositions(const PositionMap& map) {
  const std::string text = FormatPositionMap(map);
  if (map.kind != PositionMapKind::kTable) return text;
  Hasher hasher;
  hasher.Add(std::as_bytes(std::span(map.table)));
  return fmt::format("{} {}", text, hasher.Digest());
}

}  // namespace

void DataSums::Add(const Document& document, std::size_t tokens_of_document, std::size_t length_in_force) {
  ++documents;
  tokens += tokens_of_document;
  over_limit += tokens_of_document > length_in_force ? 1 : 0;
  ++lengths[tokens_of_document];
  Hasher hasher;
  const std::string text = EmbeddedText(document);
  if (!document.numbered) hasher.Add(document.id);
  hasher.Add(text);
  const auto [high, low] = hasher.Value();
  AddFingerprint(high, low);
  if (!document.numbered || text.find_first_not_of(" \t\r\n") != std::string::npos) sample.Add(high);
}

void DataSums::Merge(const DataSums& other) {
  read += other.read;
  documents += other.documents;
  tokens += other.tokens;
  over_limit += other.over_limit;
  for (const auto& [length, count] : other.lengths) lengths[length] += count;
  AddFingerprint(other.fingerprint_high, other.fingerprint_low);
  sample.Merge(other.sample);
}

void DataSums::AddFingerprint(std::uint64_t high, std::uint64_t low) {
  fingerprint_low += low;
  fingerprint_high += high + (fingerprint_low < low ? 1 : 0);
}

DataDescription DescribeData(const DataSums& sums) {
  DataDescription data;
  data.fingerprint = fmt::format("{:016x}{:016x}", sums.fingerprint_high, sums.fingerprint_low);
  data.read = sums.read;
  data.documents = sums.documents;
  data.tokens = sums.tokens;
  data.over_limit = sums.over_limit;
  data.length_quantiles = QuantilesOf(sums);
  return data;
}

ModelDescription DescribeModel(const Session& embedder) {
  const Checkpoint& checkpoint = embedder.checkpoint();
  const ModelSpec& spec = embedder.spec();
  ModelDescription model;
  // "." and a trailing slash are no names.
  const std::filesystem::path folder = std::filesystem::weakly_canonical(checkpoint.folder);
  model.name = folder.has_filename() ? folder.filename().string() : folder.parent_path().filename().string();
  model.architecture = spec.architecture;
  model.fingerprint = embedder.model().fingerprint();
  model.layers = spec.layers;
  model.heads = spec.heads;
  model.hidden = spec.hidden;
  model.dimension = embedder.dimension();
  model.pooling = PoolingNames(checkpoint.pooling);
  model.normalize = checkpoint.normalize;
  model.precision = PrecisionName(embedder.options().precision);
  model.document_prompt = embedder.prompt(Role::kDocument).text;
  model.query_prompt = embedder.prompt(Role::kQuery).text;
  model.limits = embedder.limits();
  model.attention = embedder.options().attention;
  model.positions = DescribePositions(embedder.options().positions);
  model.post_process = FormatPostProcessSpec(embedder.options().post_process.spec);
  model.post_process_fingerprint = FingerprintOf(embedder.options().post_process);
  return model;
}

}  // namespace lengthwise
