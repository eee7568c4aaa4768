#include "report/statistics_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include "base/fail.h"
#include "base/version.h"
#include "report/length_stats_json.h"
#include "report/packed_numbers.h"

namespace lengthwise {
namespace {

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
  const std::size_t numbers = document.lengths * statistics.model.hidden;
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
      parsed.push_back(ParseBucketStats(bucket, statistics.model.hidden, options.kept_vectors, where));
      if (parsed.size() > expected.size() || parsed.back().bucket != expected[parsed.size() - 1])
        Fail(ErrorCode::kBadInput, "{}: \"{}\" has other buckets than its model", where, name);
    }
    if (parsed.size() != expected.size()) Fail(ErrorCode::kBadInput, "{}: \"{}\" lacks buckets", where, name);
    return LengthStats(statistics.model.hidden, std::move(parsed));
  };
  ArmStats natural;
  natural.model = parse("model", options.natural);
  natural.static_control = parse("static", options.AnyNatural() && options.static_control);
  return natural;
}

MeasureStatistics Parse(const Json& json, const std::string& where) {
  MeasureStatistics statistics;
  const Json& model = json.at("model");
  statistics.model.hidden = model.at("hidden").get<std::size_t>();
  statistics.model.layers = model.at("layers").get<std::size_t>();
  statistics.model.heads = model.at("heads").get<std::size_t>();
  const Json& limits = model.at("limits");
  statistics.model.limits.in_force = limits.at("in_force").get<std::size_t>();
  statistics.model.limits.positions = limits.at("positions").get<std::size_t>();
  if (!limits.at("sentence_transformers").is_null())
    statistics.model.limits.sentence_transformers = limits.at("sentence_transformers").get<std::size_t>();
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

// The first difference between two descriptions, as (path, value, other value); empty path: none.
struct Difference {
  std::string path, value, other;
};

Difference FirstDifference(const Json& value, const Json& other, const std::string& path) {
  if (value == other) return {};
  if (value.is_object() && other.is_object()) {
    for (const auto& [name, member] : value.items()) {
      if (!other.contains(name)) return {path + "." + name, member.dump(), "nothing"};
      Difference difference = FirstDifference(member, other.at(name), path + "." + name);
      if (!difference.path.empty()) return difference;
    }
  }
  return {path, value.dump(), other.dump()};
}

// The same file under any name. Files that are not there are refused when they are read.
bool SameFile(const std::string& a, const std::string& b) {
  std::error_code ignored;
  return std::filesystem::equivalent(a, b, ignored);
}

void RefuseSameFiles(std::span<const std::string> paths) {
  for (std::size_t i = 1; i < paths.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (!SameFile(paths[i], paths[j])) continue;
      if (paths[i] == paths[j])
        Fail(ErrorCode::kBadInput, "{} is given twice, and its documents would count twice; give it once",
             paths[i]);
      Fail(ErrorCode::kBadInput,
           "{} and {} are the same file, and its documents would count twice; give it once", paths[j],
           paths[i]);
    }
  }
}

// What one of the merged files was made from.
struct Part {
  std::string path;
  DataSums data;
};

void RefuseOverlap(const Part& before, const Part& part) {
  const DataSums& a = before.data;
  const DataSums& b = part.data;
  if (a.documents == b.documents && a.fingerprint_high == b.fingerprint_high &&
      a.fingerprint_low == b.fingerprint_low) {
    Fail(ErrorCode::kBadInput,
         "{} and {} are statistics of the same {} documents, which would count twice; leave one of them out",
         before.path, part.path, a.documents);
  }
  const std::size_t shared = a.sample.SharedWith(b.sample);
  if (shared > 0) {
    Fail(ErrorCode::kBadInput,
         "{} and {} share documents, at least {} of {} and {}, which would count twice; measure parts "
         "that share none, or allow the overlap, and let the shared count as often as they stand",
         before.path, part.path, shared, a.documents, b.documents);
  }
}

// Throws where the two were not made in the same way.
void CheckAlike(const StatisticsFile& other, const std::string& other_path, const StatisticsFile& merged) {
  const auto described = [](const StatisticsFile& file) {
    Json model = file.model;
    model.erase("name");  // of the folder, which may be another
    return Json{{"model", model}, {"repair", file.repair}, {"options", Json(OptionsJson(file.statistics))}};
  };
  const Difference difference = FirstDifference(described(merged), described(other), "");
  if (!difference.path.empty()) {
    Fail(ErrorCode::kBadInput,
         "{}: its {} is {}, but that of the files before it is {}; only statistics of the same model, "
         "repair and options can be merged",
         other_path, difference.path.substr(1), difference.other, difference.value);
  }
}

void AddStatistics(const StatisticsFile& other, const std::string& other_path, StatisticsFile& merged) {
  MeasureStatistics& statistics = merged.statistics;
  const std::size_t shared = statistics.data.sample.SharedWith(other.statistics.data.sample);
  statistics.Merge(other.statistics);
  if (shared > 0) {
    statistics.notes.push_back(fmt::format(
        "{}: at least {} of its documents stand in the parts before it too, and count as often as "
        "they stand.",
        other_path, shared));
  }
  if (statistics.options.sample == 0) return;
  const std::string sampled =
      fmt::format("Each of the merged parts is a sample of at most {} documents.", statistics.options.sample);
  if (std::find(statistics.notes.begin(), statistics.notes.end(), sampled) == statistics.notes.end())
    statistics.notes.push_back(sampled);
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

void WriteStatistics(const MeasureStatistics& statistics, const OrderedJson& report, AtomicFile& file) {
  const OrderedJson head = {{"format", "lengthwise-statistics"},
                            {"version", kStatisticsVersion},
                            {"lengthwise", Version()},
                            {"command", report.at("command")},
                            {"model", report.at("model")},
                            {"repair", report.at("repair")},
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

StatisticsFile ReadStatistics(const std::filesystem::path& path) {
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
    return {Parse(json, where), json.at("model"), json.at("repair")};
  } catch (const Json::exception& error) {
    Fail(ErrorCode::kBadInput, "{}: not complete, or of other types than statistics have: {}", where,
         error.what());
  }
}

StatisticsFile MergeStatistics(std::span<const std::string> paths, bool allow_overlap) {
  RefuseSameFiles(paths);
  StatisticsFile merged = ReadStatistics(paths.front());
  std::vector<Part> parts = {{paths.front(), merged.statistics.data}};
  for (const std::string& path : paths.subspan(1)) {
    const StatisticsFile other = ReadStatistics(path);
    CheckAlike(other, path, merged);
    Part part{path, other.statistics.data};
    for (const Part& before : parts) {
      if (!allow_overlap) RefuseOverlap(before, part);
    }
    AddStatistics(other, path, merged);
    parts.push_back(std::move(part));
  }
  return merged;
}

}  // namespace lengthwise
