#include "report/merge_statistics.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "base/fail.h"
#include "base/json.h"
#include "report/model_json.h"
#include "report/statistics_file.h"

namespace lengthwise {
namespace {

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
         "that share none, or let the shared count as often as they stand with the option "
         "allow-overlap",
         before.path, part.path, shared, a.documents, b.documents);
  }
}

// Throws where the two were not made in the same way.
void CheckAlike(const MeasureStatistics& other, const std::string& other_path,
                const MeasureStatistics& merged) {
  const auto described = [](const MeasureStatistics& statistics) {
    Json model = ModelJson(statistics.model);
    model.erase("name");  // of the folder, which may be another
    model["limits"].erase("trained_to_by");
    model["limits"].erase("trained_to");  // what the knee is compared with; nothing was measured by it
    return Json{{"model", model},
                {"repair", Json(RepairJson(statistics.model))},
                {"options", Json(OptionsJson(statistics))}};
  };
  const Difference difference = FirstDifference(described(merged), described(other), "");
  if (!difference.path.empty()) {
    Fail(ErrorCode::kBadInput,
         "{}: its {} is {}, but that of the files before it is {}; only statistics of the same model, "
         "repair and options can be merged",
         other_path, difference.path.substr(1), difference.other, difference.value);
  }
}

void AddStatistics(const MeasureStatistics& other, const std::string& other_path,
                   MeasureStatistics& statistics) {
  const std::size_t shared = statistics.data.sample.SharedWith(other.data.sample);
  statistics.Merge(other);
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

}  // namespace

MeasureStatistics ReadAndMerge(std::span<const std::string> paths, bool allow_overlap) {
  if (paths.empty()) Fail(ErrorCode::kBadInput, "no statistics to merge");
  RefuseSameFiles(paths);
  MeasureStatistics merged = ReadStatistics(paths.front());
  std::vector<Part> parts = {{paths.front(), merged.data}};
  for (const std::string& path : paths.subspan(1)) {
    const MeasureStatistics other = ReadStatistics(path);
    CheckAlike(other, path, merged);
    Part part{path, other.data};
    for (const Part& before : parts) {
      if (!allow_overlap) RefuseOverlap(before, part);
    }
    AddStatistics(other, path, merged);
    parts.push_back(std::move(part));
  }
  return merged;
}

}  // namespace lengthwise
