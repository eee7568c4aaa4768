#include "report/length_stats_json.h"

#include "base/fail.h"
#include "report/packed_numbers.h"

namespace lengthwise {
namespace {

constexpr std::size_t kHeadNumbers = 4;
constexpr std::size_t kLayerNumbers = 2;

std::vector<double> HeadNumbers(std::span<const HeadProbe> heads) {
  std::vector<double> numbers;
  for (const HeadProbe& head : heads)
    numbers.insert(numbers.end(), {head.entropy, head.largest_weight, head.sink, head.retention});
  return numbers;
}

std::vector<double> LayerNumbers(std::span<const LayerProbe> layers) {
  std::vector<double> numbers;
  for (const LayerProbe& layer : layers) numbers.insert(numbers.end(), {layer.token_cosine, layer.hc_ratio});
  return numbers;
}

std::vector<HeadProbe> ParseHeads(const Json& json, std::size_t count, const std::string& where) {
  const std::vector<double> n = UnpackNumbers<double>(json, "heads", count * kHeadNumbers, where);
  std::vector<HeadProbe> heads;
  for (std::size_t i = 0; i < n.size(); i += kHeadNumbers)
    heads.push_back({n[i], n[i + 1], n[i + 2], n[i + 3]});
  return heads;
}

std::vector<LayerProbe> ParseLayers(const Json& json, std::size_t count, const std::string& where) {
  const std::vector<double> n = UnpackNumbers<double>(json, "layers", count * kLayerNumbers, where);
  std::vector<LayerProbe> layers;
  for (std::size_t i = 0; i < n.size(); i += kLayerNumbers) layers.push_back({n[i], n[i + 1]});
  return layers;
}

// The lower triangle by rows.
std::vector<double> Triangle(const Eigen::MatrixXd& matrix) {
  std::vector<double> triangle;
  for (Eigen::Index r = 0; r < matrix.rows(); ++r) {
    for (Eigen::Index c = 0; c <= r; ++c) triangle.push_back(matrix(r, c));
  }
  return triangle;
}

std::uint64_t Count(const Json& json, const char* name, const std::string& where) {
  const auto member = json.find(name);
  if (member == json.end() || !member->is_number_unsigned())
    Fail(ErrorCode::kBadInput, "{}: \"{}\" is missing or no count", where, name);
  return member->get<std::uint64_t>();
}

}  // namespace

OrderedJson BucketStatsJson(const BucketStats& bucket) {
  std::vector<std::uint64_t> keys;
  std::vector<float> vectors;
  for (const VectorSample::Entry* entry : bucket.sample.Sorted()) {
    keys.push_back(entry->key);
    vectors.insert(vectors.end(), entry->vector.begin(), entry->vector.end());
  }
  const auto dimension = static_cast<std::size_t>(bucket.sum.size());
  OrderedJson probes = nullptr;
  if (bucket.probes.count > 0) {
    probes = {{"count", bucket.probes.count},
              {"head_count", bucket.probes.head_count},
              {"heads_in_all", bucket.probes.heads.size()},
              {"layers_in_all", bucket.probes.layers.size()},
              {"heads", PackNumbers<double>(HeadNumbers(bucket.probes.heads))},
              {"layers", PackNumbers<double>(LayerNumbers(bucket.probes.layers))}};
  }
  return {{"from", bucket.bucket.from},
          {"to", bucket.bucket.to},
          {"of_cut_documents", bucket.bucket.cut},
          {"count", bucket.count},
          {"tokens", bucket.tokens},
          {"cut", bucket.cut},
          {"zero_vectors", bucket.zero_vectors},
          {"sum", PackNumbers<double>({bucket.sum.data(), dimension})},
          {"second_moment", PackNumbers<double>(Triangle(bucket.second_moment))},
          {"kept", keys.size()},
          {"keys", PackNumbers<std::uint64_t>(keys)},
          {"vectors", PackNumbers<float>(vectors)},
          {"probes", probes}};
}

BucketStats ParseBucketStats(const Json& json, std::size_t dimension, std::size_t capacity,
                             const std::string& where) {
  BucketStats bucket;
  bucket.bucket.from = Count(json, "from", where);
  bucket.bucket.to = Count(json, "to", where);
  bucket.bucket.cut = RequiredJsonMember<bool>(json, "of_cut_documents", where, ErrorCode::kBadInput);
  bucket.count = Count(json, "count", where);
  bucket.tokens = Count(json, "tokens", where);
  bucket.cut = Count(json, "cut", where);
  bucket.zero_vectors = Count(json, "zero_vectors", where);
  const std::uint64_t kept = Count(json, "kept", where);
  if (bucket.cut > bucket.count || bucket.zero_vectors > bucket.count ||
      kept != std::min<std::uint64_t>(bucket.count, capacity)) {
    Fail(ErrorCode::kBadInput, "{}: the counts of the bucket of {} to {} tokens contradict each other", where,
         bucket.bucket.from, bucket.bucket.to);
  }
  const auto size = static_cast<Eigen::Index>(dimension);
  const std::vector<double> sum = UnpackNumbers<double>(json, "sum", dimension, where);
  bucket.sum = Eigen::Map<const Eigen::VectorXd>(sum.data(), size);
  const std::vector<double> triangle =
      UnpackNumbers<double>(json, "second_moment", dimension * (dimension + 1) / 2, where);
  bucket.second_moment = Eigen::MatrixXd::Zero(size, size);
  std::size_t next = 0;
  for (Eigen::Index r = 0; r < size; ++r) {
    for (Eigen::Index c = 0; c <= r; ++c) bucket.second_moment(r, c) = triangle[next++];
  }
  const std::vector<std::uint64_t> keys = UnpackNumbers<std::uint64_t>(json, "keys", kept, where);
  const std::vector<float> vectors = UnpackNumbers<float>(json, "vectors", kept * dimension, where);
  bucket.sample = VectorSample(capacity);
  for (std::size_t k = 0; k < keys.size(); ++k)
    bucket.sample.Add(keys[k], std::span(vectors).subspan(k * dimension, dimension));
  const Json& probes = json.at("probes");
  if (!probes.is_null()) {
    bucket.probes.count = Count(probes, "count", where);
    bucket.probes.head_count = Count(probes, "head_count", where);
    bucket.probes.heads = ParseHeads(probes, Count(probes, "heads_in_all", where), where);
    bucket.probes.layers = ParseLayers(probes, Count(probes, "layers_in_all", where), where);
    if (bucket.probes.count != bucket.count || bucket.probes.head_count == 0 ||
        bucket.probes.heads.size() % bucket.probes.head_count != 0) {
      Fail(ErrorCode::kBadInput, "{}: the probes of the bucket of {} to {} tokens contradict its counts",
           where, bucket.bucket.from, bucket.bucket.to);
    }
  }
  return bucket;
}

OrderedJson TextProbeJson(const TextProbe& probe) {
  std::vector<double> energies;
  for (const StateEnergy& energy : probe.energies) energies.insert(energies.end(), {energy.hc, energy.dc});
  return {{"heads", PackNumbers<double>(HeadNumbers(probe.heads))},
          {"layers", PackNumbers<double>(LayerNumbers(probe.layers))},
          {"energies", PackNumbers<double>(energies)}};
}

TextProbe ParseTextProbe(const Json& json, std::size_t tokens, const ProbeShape& shape,
                         const std::string& where) {
  TextProbe probe;
  probe.tokens = tokens;
  probe.head_count = shape.heads;
  probe.heads = ParseHeads(json, shape.probe ? shape.layers * shape.heads : 0, where);
  probe.layers = ParseLayers(json, shape.probe ? shape.layers + 1 : 0, where);
  const std::vector<double> energies =
      UnpackNumbers<double>(json, "energies", shape.gains ? 2 * shape.layers * kEnergyPlaces : 0, where);
  for (std::size_t i = 0; i < energies.size(); i += 2)
    probe.energies.push_back({energies[i], energies[i + 1]});
  return probe;
}

}  // namespace lengthwise
