#include "report/answer_comparison.h"

#include <fmt/format.h>

#include <string>

#include "report/document_json.h"

namespace lengthwise {
namespace {

OrderedJson RowOf(const OrderedJson& model) {
  const OrderedJson& gain = model.at("gain");
  const bool told = gain.is_object();
  const bool by_length = told && gain.at("quarters").size() >= 2;
  const auto of_longest = [&](const char* member) {
    return by_length ? gain["quarters"].back().at(member) : OrderedJson(nullptr);
  };
  const OrderedJson& documents = model.at("tuned").at("documents");
  const OrderedJson& cost = model.at("after_cost");
  return {{"model", model.at("name")},
          {"collapse", model.at("collapse")},
          {"limit", documents.at("limit")},
          {"unread", documents.at("unread")},
          {"repair", model.at("tried")},
          {"before", told ? gain.at("before") : OrderedJson(nullptr)},
          {"after", told ? gain.at("after") : OrderedJson(nullptr)},
          {"longest_before", of_longest("before")},
          {"longest_after", of_longest("after")},
          {"vectors", cost.at("vectors")},
          {"bytes", cost.at("bytes")},
          {"seconds_document_before", model.at("before_cost").at("seconds_document")},
          {"seconds_document", cost.at("seconds_document")}};
}

// The row that scores highest there; null where no row has a score.
const OrderedJson* BestOf(const OrderedJson& rows, const char* member) {
  const OrderedJson* best = nullptr;
  const auto score = [&](const OrderedJson& row) { return row.at(member).at("estimate").get<double>(); };
  for (const OrderedJson& row : rows) {
    if (!row.at(member).is_object() || !row[member].at("estimate").is_number()) continue;
    if (best == nullptr || score(row) > score(*best)) best = &row;
  }
  return best;
}

std::string ScoreOf(const OrderedJson& row, const char* member) {
  return Decimals(row.at(member).at("estimate").get<double>(), 3);
}

std::string SecondsOf(const OrderedJson& row) {
  const double seconds = row.at("seconds_document").get<double>();
  return seconds < 0.1 ? fmt::format("{} ms", Decimals(1000 * seconds, seconds < 0.01 ? 1 : 0))
                       : fmt::format("{} s", Decimals(seconds, seconds < 10 ? 2 : 0));
}

// What the best one costs, beside the best of those that take less than half; empty where there is none.
std::string CostClause(const OrderedJson& rows, const OrderedJson& best, const char* after) {
  const auto seconds = [](const OrderedJson& row) { return row.at("seconds_document").get<double>(); };
  OrderedJson cheap = OrderedJson::array();
  for (const OrderedJson& row : rows) {
    if (2 * seconds(row) < seconds(best)) cheap.push_back(row);
  }
  const OrderedJson* const other = BestOf(cheap, after);
  if (other == nullptr) return "";
  return fmt::format(" Repaired it reads a document in {}; {} does in {}, and finds {}.", SecondsOf(best),
                     other->at("model").get<std::string>(), SecondsOf(*other), ScoreOf(*other, after));
}

std::string BestSentence(const OrderedJson& rows) {
  const char* before = "longest_before";
  const char* after = "longest_after";
  std::string of = "in the longest quarter of your documents";
  if (BestOf(rows, after) == nullptr) {
    before = "before";
    after = "after";
    of = "in your documents";
  }
  const OrderedJson* const first = BestOf(rows, before);
  const OrderedJson* const repaired = BestOf(rows, after);
  if (first == nullptr || repaired == nullptr) {
    return fmt::format(
        "Which of {} models reads long documents best is not known without queries; below is how alike each "
        "makes them.",
        rows.size());
  }
  const std::string name = repaired->at("model").get<std::string>();
  const std::string cost = CostClause(rows, *repaired, after);
  if (first == repaired) {
    return fmt::format("Of {} models, {} finds most {}, as it is (nDCG@10 {}) and repaired ({}).{}",
                       rows.size(), name, of, ScoreOf(*first, before), ScoreOf(*repaired, after), cost);
  }
  return fmt::format("Of {} models, {} finds most {} as they are (nDCG@10 {}), and {} repaired ({}).{}",
                     rows.size(), first->at("model").get<std::string>(), of, ScoreOf(*first, before), name,
                     ScoreOf(*repaired, after), cost);
}

}  // namespace

OrderedJson ComparisonOf(const OrderedJson& models) {
  OrderedJson rows = OrderedJson::array();
  for (const OrderedJson& model : models) rows.push_back(RowOf(model));
  return {
      {"sentence", BestSentence(rows)},
      {"advice",
       "Weigh the scores by what each model costs, in the table below; where intervals overlap, the models "
       "are not told apart. Each model has a page of its own."},
      {"rows", std::move(rows)}};
}

}  // namespace lengthwise
