#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "base/fail.h"
#include "base/file.h"
#include "lengthwise/task.h"
#include "task_data/cluster_members.h"
#include "task_data/json_lines.h"
#include "task_data/retrieval_folder.h"

namespace lengthwise {
namespace {

namespace fs = std::filesystem;

std::string RequiredText(const Json& object, const char* name, const std::string& where) {
  std::string text = RequiredJsonMember<std::string>(object, name, where, ErrorCode::kBadInput);
  if (IsBlank(text)) Fail(ErrorCode::kBadInput, "{}: \"{}\" is empty", where, name);
  return text;
}

// What is known of a label.
struct LabelUse {
  std::uint32_t index = 0;
  std::size_t texts = 0;
  std::size_t training_texts = 0;
  std::size_t line = 0;  // of its first text
};

void CheckLabels(const fs::path& path, const std::map<std::string, LabelUse>& labels, bool has_split) {
  if (labels.size() < 2)
    Fail(ErrorCode::kBadInput, "{}: holds {} label(s), and a task needs two", path.string(), labels.size());
  for (const auto& [label, use] : labels) {
    const std::string where = LinePlace(path, use.line);
    if (use.texts < 2) {
      Fail(ErrorCode::kBadInput,
           "{}: this is the only text with label {}; a label needs two texts, one to learn from and one to "
           "test",
           where, label);
    }
    if (has_split && use.training_texts == 0) {
      Fail(ErrorCode::kBadInput, "{}: no text with label {} has \"split\" train, so it cannot be learned",
           where, label);
    }
  }
}

LabelledTask ReadLabelled(const fs::path& path) {
  LabelledTask task;
  std::map<std::string, LabelUse> labels;
  std::vector<std::string> label_texts;
  std::vector<bool> is_test;
  ClusterMembers clusters;
  std::size_t with_split = 0;
  std::size_t lines = 0;
  ForEachJsonLine(path, [&](const Json& object, std::size_t line) {
    const std::string where = LinePlace(path, line);
    std::string text = RequiredText(object, "text", where);
    std::string label = ReadName(object, "label", where);
    const auto split = JsonMember<std::string>(object, "split", "", where, ErrorCode::kBadInput);
    if (!split.empty() && split != "train" && split != "test" && split != "validation") {
      Fail(ErrorCode::kBadInput, "{}: \"split\" is {}, not train, validation or test", where, split);
    }
    with_split += split.empty() ? 0 : 1;
    ++lines;
    if (with_split != 0 && with_split != lines) {
      Fail(ErrorCode::kBadInput, "{}: some texts have a \"split\" and some have none", where);
    }
    if (split == "validation") return;
    clusters.Add(object, where);
    LabelUse& use = labels[label];
    if (use.texts++ == 0) use.line = line;
    use.training_texts += split == "train" ? 1 : 0;
    task.texts.push_back(std::move(text));
    label_texts.push_back(std::move(label));
    is_test.push_back(split == "test");
  });
  const bool has_split = with_split > 0;
  if (task.texts.empty()) Fail(ErrorCode::kBadInput, "{}: holds no text", path.string());
  CheckLabels(path, labels, has_split);
  if (has_split && std::find(is_test.begin(), is_test.end(), true) == is_test.end()) {
    Fail(ErrorCode::kBadInput, "{}: no text has \"split\" test", path.string());
  }
  for (auto& [label, use] : labels) {
    use.index = static_cast<std::uint32_t>(task.labels.size());
    task.labels.push_back(label);
  }
  for (const std::string& label : label_texts) task.label_of.push_back(labels.at(label).index);
  if (has_split) task.is_test = std::move(is_test);
  task.clusters = clusters.clusters();
  return task;
}

SimilarityTask ReadSimilarity(const fs::path& path) {
  SimilarityTask task;
  ClusterMembers clusters;
  ForEachJsonLine(path, [&](const Json& object, std::size_t line) {
    const std::string where = LinePlace(path, line);
    const bool sentences = object.contains("sentence1");
    task.first.push_back(RequiredText(object, sentences ? "sentence1" : "text1", where));
    task.second.push_back(RequiredText(object, sentences ? "sentence2" : "text2", where));
    const auto score = RequiredJsonMember<double>(object, "score", where, ErrorCode::kBadInput);
    if (!std::isfinite(score)) Fail(ErrorCode::kBadInput, "{}: \"score\" is not a finite number", where);
    task.scores.push_back(score);
    clusters.Add(object, where);
  });
  task.clusters = clusters.clusters();
  if (task.scores.size() < 3) Fail(ErrorCode::kBadInput, "{}: holds fewer than 3 pairs", path.string());
  const auto [least, most] = std::minmax_element(task.scores.begin(), task.scores.end());
  if (*least == *most)
    Fail(ErrorCode::kBadInput, "{}: every score is {}, so nothing can correlate with them", path.string(),
         *least);
  return task;
}

}  // namespace

Task ReadTask(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) Fail(ErrorCode::kIo, "{} is not a folder", folder.string());
  const bool retrieval = Exists(folder / "corpus.jsonl");
  const bool labelled = Exists(folder / "docs.jsonl");
  const bool pairs = Exists(folder / "pairs.jsonl");
  if (retrieval + labelled + pairs != 1) {
    Fail(ErrorCode::kBadInput,
         "{}: a task folder holds corpus.jsonl, queries.jsonl and qrels.tsv (retrieval), or docs.jsonl "
         "(classification and "
         "clustering), or pairs.jsonl (similarity); this one holds {}",
         folder.string(), retrieval + labelled + pairs == 0 ? "none of them" : "more than one");
  }
  Task task;
  task.folder = folder.string();
  const fs::path normal = folder.lexically_normal();
  task.name = (normal.has_filename() ? normal : normal.parent_path()).filename().string();
  if (retrieval) {
    task.data = ReadRetrieval(folder);
  } else if (labelled) {
    task.data = ReadLabelled(folder / "docs.jsonl");
  } else {
    task.data = ReadSimilarity(folder / "pairs.jsonl");
  }
  return task;
}

}  // namespace lengthwise
