#include "report/statistics_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "base/fail.h"
#include "lengthwise/version.h"
#include "report/length_stats_json.h"
#include "report/model_json.h"
#include "report/packed_numbers.h"

namespace lengthwise {
namespace {

MeasureOptions ParseOptions(const Json& json) {
  MeasureOptions options;
  options.natural = json.at("natural").get<bool>();
  options.truncated = json.at("truncated").get<bool>();
  options.static_control = json.at("static").get<bool>();
  options.probe = json.at("probe").get<bool>();
  options.gains = json.at("gains").get<bool>();
  options.lengths = json.at("lengths").get<std::vector<std::size_t>>();
  options.sample = json.at("sample").get<std::size_t>();
  options.minimum_documents = json.at("minimum_documents").get<std::size_t>();
  options.truncated_documents = json.at("truncated_documents").get<std::size_t>();
  options.kept_vectors = json.at("kept_vectors").get<std::size_t>();
  options.resampling.seed = json.at("seed").get<std::uint64_t>();
  options.resampling.replicates = json.at("replicates").get<std::size_t>();
  options.resampling.confidence = json.at("confidence").get<double>();
  return options;
}

OrderedJson DataJson(const DataSums& data) {
  OrderedJson lengths = OrderedJson::array();
  for (const auto& [length, documents] : data.lengths) lengths.push_back({length, documents});
  return {{"read", data.read},
          {"documents", data.documents},
          {"tokens", data.tokens},
          {"over_limit", data.over_limit},
          {"fingerprint", {data.fingerprint_high, data.fingerprint_low}},
          {"lengths", lengths},
          {"sampled", data.sample.hashes().size()},
          {"sample", PackNumbers<std::uint64_t>(std::vector<std::uint64_t>(data.sample.hashes().begin(),
                                                                           data.sample.hashes().end()))}};
}

DataSums ParseData(const Json& json, const std::string& where) {
  DataSums data;
  data.read = json.at("read").get<std::uint64_t>();
  data.documents = json.at("documents").get<std::uint64_t>();
  data.tokens = json.at("tokens").get<std::uint64_t>();
  data.over_limit = json.at("over_limit").get<std::uint64_t>();
  data.fingerprint_high = json.at("fingerprint").at(0).get<std::uint64_t>();
  data.fingerprint_low = json.at("fingerprint").at(1).get<std::uint64_t>();
  std::uint64_t documents = 0;
  for (const Json& pair : json.at("lengths")) {
    data.lengths[pair.at(0).get<std::size_t>()] += pair.at(1).get<std::uint64_t>();
    documents += pair.at(1).get<std::uint64_t>();
  }
  if (documents == 0 || documents != data.documents || data.read < documents)
    Fail(ErrorCode::kBadInput, "{}: the numbers of documents contradict each other", where);
  const auto sampled = json.at("sampled").get<std::size_t>();
  if (sampled > std::min<std::uint64_t>(documents, DocumentSample::kCapacity))
    Fail(ErrorCode::kBadInput, "{}: a sample of {} of {} documents", where, sampled, documents);
  for (const std::uint64_t hash : UnpackNumbers<std::uint64_t>(json, "sample", sampled, where))
    data.sample.Add(hash);
  return data;
}

OrderedJson DocumentJson(const TruncatedDocument& document) {
  OrderedJson probes = OrderedJson::array();
  for (const TextProbe& probe : document.probes) probes.push_back(TextProbeJson(probe));
  return {{"key", document.key},
          {"tokens", document.tokens},
          {"lengths", document.lengths},
          {"model", PackNumbers<float>(document.model)},
          {"static", PackNumbers<float>(document.static_control)},
          {"probes", probes}};
}

TruncatedDocument ParseDocument(const Json& json, const MeasureStatistics& statistics,
                                const std::string& where) {
  const MeasureOptions& options = statistics.options;
  TruncatedDocument document;
  document.key = json.at("key").get<std::uint64_t>();
  document.tokens = json.at("tokens").get<std::size_t>();
  document.lengths = json.at("lengths").get<std::size_t>();
  const auto reached = std::upper_bound(options.lengths.begin(), options.lengths.end(), document.tokens);
  if (document.lengths != static_cast<std::size_t>(reached - options.lengths.begin()))
    Fail(ErrorCode::kBadInput, "{}: a document of {} tokens stands at {} lengths", where, document.tokens,
         document.lengths);
  const std::size_t numbers = document.lengths * statistics.model.dimension;
  document.model = UnpackNumbers<float>(json, "model", options.truncated ? numbers : 0, where);
  document.static_control = UnpackNumbers<float>(json, "static", options.static_control ? numbers : 0, where);
  const bool probed = options.truncated && (options.probe || options.gains);
  if (json.at("probes").size() != (probed ? document.lengths : 0))
    Fail(ErrorCode::kBadInput, "{}: a document without its probes", where);
  for (const Json& probe : json.at("probes")) {
    document.probes.push_back(ParseTextProbe(probe, options.lengths[document.probes.size()],
                                             {.layers = statistics.model.layers,
                                              .heads = statistics.model.heads,
                                              .probe = options.probe,
                                              .gains = options.gains},
                                             where));
  }
  return document;
}

// The documents must be all that a measurement leaves.
void CheckTruncated(const MeasureStatistics& statistics, const std::string& where) {
  const MeasureOptions& options = statistics.options;
  const TruncatedStatistics& truncated = statistics.truncated;
  if (truncated.counts.at_least.size() != options.lengths.size())
    Fail(ErrorCode::kBadInput, "{}: the counts of the truncated arm contradict the options", where);
  const std::size_t used = truncated.counts.Reached(options.minimum_documents);
  if (!options.AnyTruncated() || used < 2) return;
  const auto kept = static_cast<std::uint64_t>(
      std::count_if(truncated.documents.begin(), truncated.documents.end(),
                    [&](const TruncatedDocument& document) { return document.lengths >= used; }));
  const std::uint64_t needed =
      std::min<std::uint64_t>(truncated.counts.at_least[used - 1], options.truncated_documents);
  if (kept < needed) Fail(ErrorCode::kBadInput, "{}: documents of the truncated arm are missing", where);
}

ArmStats ParseNatural(const Json& json, const MeasureStatistics& statistics, const std::string& where) {
  const MeasureOptions& options = statistics.options;
  const std::vector<LengthBucket> expected = NaturalBuckets(statistics.model.limits.in_force);
  const auto parse = [&](const char* name, bool wanted) -> std::optional<LengthStats> {
    const Json& buckets = json.at(name);
    if (buckets.is_null() != !wanted)
      Fail(ErrorCode::kBadInput, "{}: \"{}\" contradicts the options", where, name);
    if (!wanted) return std::nullopt;
    std::vector<BucketStats> parsed;
    for (const Json& bucket : buckets) {
      parsed.push_back(ParseBucketStats(bucket, statistics.model.dimension, options.kept_vectors, where));
      if (parsed.size() > expected.size() || parsed.back().bucket != expected[parsed.size() - 1])
        Fail(ErrorCode::kBadInput, "{}: \"{}\" has other buckets than its model", where, name);
    }
    if (parsed.size() != expected.size()) Fail(ErrorCode::kBadInput, "{}: \"{}\" lacks buckets", where, name);
    return LengthStats(statistics.model.dimension, std::move(parsed));
  };
  ArmStats natural;
  natural.model = parse("model", options.natural);
  natural.static_control = parse("static", options.AnyNatural() && options.static_control);
  return natural;
}

MeasureStatistics Parse(const Json& json, const std::string& where) {
  MeasureStatistics statistics;
  statistics.model = ParseModel(json.at("model"), json.at("repair"));
  statistics.options = ParseOptions(json.at("options"));
  statistics.model.post_process_fingerprint = json.at("options").at("post_processing").get<std::string>();
  statistics.data = ParseData(json.at("data"), where);
  statistics.notes = json.at("notes").get<std::vector<std::string>>();
  statistics.truncated.counts = LengthCounts(statistics.options.lengths);
  statistics.truncated.counts.at_least = json.at("at_least").get<std::vector<std::uint64_t>>();
  statistics.truncated.counts.documents = statistics.data.documents;
  statistics.natural = ParseNatural(json.at("natural"), statistics, where);
  for (const Json& document : json.at("truncated"))
    statistics.truncated.documents.push_back(ParseDocument(document, statistics, where));
  CheckTruncated(statistics, where);
  return statistics;
}

void WriteRows(const char* name, std::size_t count, const std::function<OrderedJson(std::size_t)>& row,
               AtomicFile& file) {
  file.Write(fmt::format("\"{}\": [", name));
  for (std::size_t i = 0; i < count; ++i) file.Write((i == 0 ? "\n" : ",\n") + row(i).dump());
  file.Write("]");
}

void WriteBuckets(const char* name, const std::optional<LengthStats>& stats, AtomicFile& file) {
  if (!stats) {
    file.Write(fmt::format("\"{}\": null", name));
    return;
  }
  WriteRows(
      name, stats->buckets().size(), [&](std::size_t b) { return BucketStatsJson(stats->buckets()[b]); },
      file);
}

}  // namespace

OrderedJson OptionsJson(const MeasureStatistics& statistics) {
  const MeasureOptions& options = statistics.options;
  return {{"natural", options.natural},
          {"truncated", options.truncated},
          {"static", options.static_control},
          {"probe", options.probe},
          {"gains", options.gains},
          {"lengths", options.lengths},
          {"sample", options.sample},
          {"minimum_documents", options.minimum_documents},
          {"truncated_documents", options.truncated_documents},
          {"kept_vectors", options.kept_vectors},
          {"seed", options.resampling.seed},
          {"replicates", options.resampling.replicates},
          {"confidence", options.resampling.confidence},
          {"post_processing", statistics.model.post_process_fingerprint}};
}

void WriteStatistics(const MeasureStatistics& statistics, AtomicFile& file) {
  const OrderedJson head = {{"format", "lengthwise-statistics"},
                            {"version", kStatisticsVersion},
                            {"lengthwise", Version()},
                            {"command", statistics.options.command},
                            {"model", ModelJson(statistics.model)},
                            {"repair", RepairJson(statistics.model)},
                            {"options", OptionsJson(statistics)},
                            {"notes", statistics.notes},
                            {"data", DataJson(statistics.data)},
                            {"at_least", statistics.truncated.counts.at_least}};
  std::string text = head.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
  text.back() = ',';  // the object goes on
  file.Write(text + "\n\"natural\": {");
  WriteBuckets("model", statistics.natural.model, file);
  file.Write(",\n");
  WriteBuckets("static", statistics.natural.static_control, file);
  file.Write("},\n");
  const std::vector<TruncatedDocument>& documents = statistics.truncated.documents;
  WriteRows(
      "truncated", documents.size(), [&](std::size_t d) { return DocumentJson(documents[d]); }, file);
  file.Write("}\n");
}

MeasureStatistics ReadStatistics(const std::filesystem::path& path) {
  const std::string where = path.string();
  const Json json = ReadJsonObject(path, ErrorCode::kBadInput);
  if (json.value("format", Json()) != "lengthwise-statistics") {
    Fail(ErrorCode::kBadInput,
         "{}: not a file of statistics; a measurement that is asked for them writes them (a report does not "
         "hold what a merge needs)",
         where);
  }
  const Json version = json.value("version", Json());
  if (version == 1) {
    Fail(ErrorCode::kBadInput,
         "{}: statistics of version 1, which do not say which documents they were made from; measure these "
         "again with this version of the program",
         where);
  }
  if (version != kStatisticsVersion)
    Fail(ErrorCode::kBadInput, "{}: statistics of another version; measure again with this one", where);
  try {
    return Parse(json, where);
  } catch (const Json::exception& error) {
    Fail(ErrorCode::kBadInput, "{}: not complete, or of other types than statistics have: {}", where,
         error.what());
  }
}

}  // namespace lengthwise
