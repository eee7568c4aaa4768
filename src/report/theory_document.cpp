#include "report/theory_document.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "lengthwise/version.h"
#include "report/document_json.h"
#include "theory/laws.h"

namespace lengthwise {
namespace {

OrderedJson HeadSizeOrNull(std::size_t head_size) {
  return head_size > 0 ? OrderedJson(head_size) : OrderedJson(nullptr);
}

OrderedJson Numbers(std::span<const double> values) {
  OrderedJson json = OrderedJson::array();
  for (const double value : values) json.push_back(JsonNumber(value));
  return json;
}

OrderedJson GridJson(const TheoryOptions& options) {
  return {{"sigmas", Numbers(options.sigmas)},
          {"lengths", options.lengths},
          {"head_sizes", options.head_sizes},
          {"temperatures", Numbers(kTheoryTemperatures)}};
}

OrderedJson FilterRateJson(const std::vector<FilterRateCell>& cells) {
  OrderedJson json = OrderedJson::array();
  for (const FilterRateCell& cell : cells) {
    const auto n = static_cast<double>(cell.n);
    OrderedJson row = {{"head_size", HeadSizeOrNull(cell.head_size)},
                       {"sigma", JsonNumber(cell.sigma)},
                       {"n", cell.n},
                       {"draws", cell.draws},
                       {"sigma_a", JsonInterval(cell.sigma_a)},
                       {"share_above_bound", JsonNumber(cell.share_above_bound)},
                       {"entropy", JsonNumber(cell.entropy)},
                       {"largest_weight", JsonNumber(cell.largest_weight)},
                       {"paper_bound", JsonNumber(cell.paper_bound)},
                       {"flat_law", JsonNumber(FlatLaw(cell.sigma, n))},
                       {"regime_line", JsonNumber(RegimeLine(n))}};
    if (cell.head_size > 0) {
      const auto head_size = static_cast<double>(cell.head_size);
      const LawRange range = HeadSizeRange(cell.sigma, head_size, n);
      row["head_size_law"] = JsonNumber(cell.law);
      row["floor"] = JsonNumber(HeadSizeFloor(cell.sigma, head_size));
      row["floor_low"] = JsonNumber(range.low);
      row["floor_high"] = JsonNumber(range.high);
    } else {
      for (const char* name : {"head_size_law", "floor", "floor_low", "floor_high"}) row[name] = nullptr;
    }
    json.push_back(row);
  }
  return json;
}

OrderedJson ExponentsJson(const std::vector<FilterRateExponent>& exponents) {
  OrderedJson json = OrderedJson::array();
  for (const FilterRateExponent& row : exponents) {
    json.push_back({{"head_size", HeadSizeOrNull(row.head_size)},
                    {"sigma", JsonNumber(row.sigma)},
                    {"exponent", JsonInterval(row.exponent)}});
  }
  return json;
}

OrderedJson TemperatureJson(const std::vector<TemperatureCell>& cells, std::size_t head_size) {
  OrderedJson json = OrderedJson::array();
  for (const TemperatureCell& cell : cells) {
    json.push_back({{"head_size", head_size},
                    {"sigma", JsonNumber(cell.sigma)},
                    {"temperature", JsonNumber(cell.temperature)},
                    {"n", cell.n},
                    {"draws", cell.draws},
                    {"factor", JsonInterval(cell.gain)},
                    {"bound_factor", JsonNumber(cell.bound_gain)}});
  }
  return json;
}

OrderedJson RepeatedJson(const std::vector<RepeatedCell>& cells) {
  OrderedJson json = OrderedJson::array();
  for (const RepeatedCell& cell : cells) {
    json.push_back({{"head_size", HeadSizeOrNull(cell.head_size)},
                    {"matrices", cell.fresh ? "fresh" : "fixed"},
                    {"sigma", JsonNumber(cell.sigma)},
                    {"n", cell.n},
                    {"draws", cell.draws},
                    {"rate", JsonInterval(cell.rate)},
                    {"rate_law", JsonNumber(cell.law)},
                    {"sigma_a", JsonNumber(cell.sigma_a)},
                    {"change", JsonInterval(cell.change)},
                    {"log10_ratio", Numbers(cell.log_ratio)}});
  }
  return json;
}

OrderedJson InequalityJson(const std::vector<InequalityCell>& cells) {
  OrderedJson json = OrderedJson::array();
  for (const InequalityCell& cell : cells) {
    json.push_back({{"scores", InequalityScoresName(cell.scores)},
                    {"sigma", JsonNumber(cell.sigma)},
                    {"n", cell.n},
                    {"checks", cell.checks},
                    {"violations", cell.violations},
                    {"ratio", JsonInterval(cell.ratio)},
                    {"largest_ratio", JsonNumber(cell.largest_ratio)},
                    {"attention_ratio", JsonNumber(cell.attention_ratio)},
                    {"value_ratio", JsonNumber(cell.value_ratio)},
                    {"aligned_ratio", JsonNumber(cell.aligned_ratio)}});
  }
  return json;
}

// The stack's name, "pooling" where there is none.
OrderedJson PlaceJson(const CosinePlace& place) {
  return {{"parts", place.parts ? StackPartsName(*place.parts) : "pooling"},
          {"sigma", place.parts ? JsonNumber(place.sigma) : OrderedJson(nullptr)},
          {"depth", place.depth}};
}

OrderedJson CosineSettingsJson(const CosineResult& cosine) {
  return {{"shared", JsonNumber(cosine.tokens.shared)},
          {"topic", JsonNumber(cosine.tokens.topic)},
          {"width", cosine.shape.width},
          {"heads", cosine.shape.heads},
          {"hidden", cosine.shape.hidden},
          {"depths", kCosineDepths},
          {"documents", kCosineDocuments},
          {"networks", cosine.networks},
          {"sigmas", Numbers(cosine.sigmas)},
          {"lengths", cosine.lengths}};
}

OrderedJson CosineJson(const std::vector<CosineCell>& cells) {
  OrderedJson json = OrderedJson::array();
  for (const CosineCell& cell : cells) {
    OrderedJson row = PlaceJson(cell.place);
    row["n"] = cell.n;
    row["cosine"] = JsonInterval(cell.cosine);
    row["token_cosine"] = JsonInterval(cell.token_cosine);
    row["log10_hc_ratio"] = JsonNumber(cell.log_hc_ratio);
    json.push_back(row);
  }
  return json;
}

OrderedJson CosineSlopesJson(const std::vector<CosineSlope>& slopes) {
  OrderedJson json = OrderedJson::array();
  for (const CosineSlope& slope : slopes) {
    OrderedJson row = PlaceJson(slope.place);
    row["slope"] = JsonInterval(slope.slope);
    row["token_slope"] = JsonInterval(slope.token_slope);
    row["excess_slope"] = JsonInterval(slope.excess_slope);
    row["excess_at_shortest"] = JsonInterval(slope.excess_at_shortest);
    row["excess_at_longest"] = JsonInterval(slope.excess_at_longest);
    json.push_back(row);
  }
  return json;
}

OrderedJson VerdictsJson(const std::vector<Verdict>& verdicts) {
  OrderedJson json = OrderedJson::array();
  for (const Verdict& verdict : verdicts) {
    OrderedJson numbers = OrderedJson::object();
    for (const auto& [name, value] : verdict.numbers) numbers[name] = JsonNumber(value);
    json.push_back({{"claim", verdict.claim},
                    {"statement", verdict.statement},
                    {"status", VerdictStatusName(verdict.status)},
                    {"region", verdict.region},
                    {"cells",
                     {{"hold", verdict.cells.hold},
                      {"fail", verdict.cells.fail},
                      {"undecided", verdict.cells.undecided}}},
                    {"numbers", numbers}});
  }
  return json;
}

std::string Sentence(const std::vector<Verdict>& verdicts) {
  const auto count = [&](VerdictStatus status) {
    return std::count_if(verdicts.begin(), verdicts.end(),
                         [&](const Verdict& v) { return v.status == status; });
  };
  const auto bound =
      std::find_if(verdicts.begin(), verdicts.end(), [](const Verdict& v) { return v.claim == "bound"; });
  const CellCounts& cells = bound->cells;
  const std::size_t all = cells.hold + cells.fail + cells.undecided;
  const std::string broken =
      cells.fail == 0 ? fmt::format("fails in none of {} simulated cells", all)
                      : fmt::format("fails in {} of {} simulated cells, by a factor of up to {:.1f}",
                                    cells.fail, all, bound->numbers.front().second);
  return fmt::format(
      "The source's bound on the filter rate of attention {}; of {} statements tested, {} are true on the "
      "whole grid, "
      "{} on a part of it and {} nowhere.",
      broken, verdicts.size(), count(VerdictStatus::kTrue), count(VerdictStatus::kTrueWhere),
      count(VerdictStatus::kFalse));
}

}  // namespace

OrderedJson TheoryDocument(const TheoryRun& result, const std::vector<std::string>& command) {
  const TheoryOptions& options = result.options;
  return {{"format", "lengthwise-theory"},
          {"version", kTheoryVersion},
          {"lengthwise", Version()},
          {"command", command},
          {"seed", options.seed},
          {"draws", options.draws},
          {"confidence", JsonNumber(options.confidence)},
          {"tolerance", JsonNumber(kTheoryTolerance)},
          {"grid", GridJson(options)},
          {"cosine_settings", CosineSettingsJson(result.cosine)},
          {"verdicts", VerdictsJson(result.verdicts)},
          {"filter_rate", FilterRateJson(result.filter_rate.cells)},
          {"exponents", ExponentsJson(result.filter_rate.exponents)},
          {"temperature", TemperatureJson(result.filter_rate.temperature, options.head_sizes.back())},
          {"repeated", RepeatedJson(result.repeated)},
          {"inequality", InequalityJson(result.inequality)},
          {"cosine", CosineJson(result.cosine.cells)},
          {"cosine_slopes", CosineSlopesJson(result.cosine.slopes)},
          {"sentence", Sentence(result.verdicts)}};
}

std::string FormatTheory(const OrderedJson& theory) {
  return FormatDocument(theory, {"filter_rate", "exponents", "temperature", "repeated", "inequality",
                                 "cosine", "cosine_slopes"});
}

}  // namespace lengthwise
