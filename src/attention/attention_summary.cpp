#include "attention/attention_summary.h"

#include <fmt/format.h>

#include <cmath>

namespace lengthwise {
namespace {

std::string Cell(const OrderedJson& value) {
  return value.is_null() ? fmt::format("{:>13}", "-") : fmt::format("{:>13.3f}", value.get<double>());
}

std::string ShareCell(const OrderedJson& value) {
  return value.is_null() ? fmt::format("{:>13}", "-") : fmt::format("{:>12.0f}%", 100 * value.get<double>());
}

}  // namespace

AttentionSummary::AttentionSummary(std::size_t layers, std::size_t heads, bool by_length)
    : heads_(heads), by_length_(by_length), layers_(layers), trends_(layers * heads) {}

OrderedJson AttentionSummary::Mean::Value() const {
  return count == 0 ? OrderedJson(nullptr) : OrderedJson(sum / static_cast<double>(count));
}

void AttentionSummary::AddTo(Group& group, const HeadRecord& record) const {
  ++group.count;
  group.sigma_hc.Add(record.spectrum.sigma_hc);
  group.sigma_centred.Add(record.spectrum.sigma_centred);
  group.bound.Add(record.laws.bound);
  group.flat_law.Add(record.laws.flat_law);
  group.floor.Add(record.laws.floor);
  group.sigma_s.Add(record.shape.sigma_s);
  group.entropy.Add(record.probe.entropy);
  group.sink.Add(record.probe.sink);
  group.retention.Add(record.probe.retention);
  if (record.laws.bound) group.above_bound.Add(record.spectrum.sigma_hc > *record.laws.bound ? 1.0 : 0.0);
  if (record.laws.flat_regime) group.flat_regime.Add(*record.laws.flat_regime ? 1.0 : 0.0);
  if (by_length_) {
    auto& [sigma_hc, bound] = group.by_length[record.tokens];
    sigma_hc.Add(record.spectrum.sigma_hc);
    bound.Add(record.laws.bound);
  }
}

void AttentionSummary::AddTrend(Trend& trend, const HeadRecord& record) const {
  if (by_length_ && trend.text != record.text) trend.count = 0;
  trend.text = record.text;
  if (trend.count == 0) trend.mean_x = trend.mean_y = 0;
  // One more point, and the means it moves (Welford 1962).
  const double x = std::log(static_cast<double>(record.tokens)) - trend.mean_x;
  const double y = record.spectrum.sigma_hc - trend.mean_y;
  const auto count = static_cast<double>(++trend.count);
  trend.mean_x += x / count;
  trend.mean_y += y / count;
  trend.xx += x * x * (count - 1) / count;
  trend.xy += x * y * (count - 1) / count;
}

void AttentionSummary::Add(const HeadRecord& record) {
  if (!record.spectrum.converged) ++not_converged_;
  AddTo(all_, record);
  AddTo(layers_[record.layer], record);
  AddTrend(trends_[record.layer * heads_ + record.head], record);
}

OrderedJson AttentionSummary::GroupJson(const Group& group, std::size_t first_layer,
                                        std::size_t last_layer) const {
  Mean rising;
  for (std::size_t i = first_layer * heads_; i < last_layer * heads_; ++i) {
    if (trends_[i].xx > 0) rising.Add(trends_[i].xy > 0 ? 1.0 : 0.0);
  }
  OrderedJson json = {
      {"sigma_hc", group.sigma_hc.Value()},
      {"sigma_centred", group.sigma_centred.Value()},
      {"bound", group.bound.Value()},
      {"flat_law", group.flat_law.Value()},
      {"floor", group.floor.Value()},
      {"sigma_s", group.sigma_s.Value()},
      {"entropy", group.entropy.Value()},
      {"sink", group.sink.Value()},
      {"retention", group.retention.Value()},
      {"above_bound", group.above_bound.Value()},
      {"flat_regime", group.flat_regime.Value()},
      {"rising", rising.Value()},
  };
  if (!by_length_) return json;
  json["by_length"] = OrderedJson::array();
  for (const auto& [n, means] : group.by_length) {
    json["by_length"].push_back({{"n", n},
                                 {"lines", means.first.count},
                                 {"sigma_hc", means.first.Value()},
                                 {"bound", means.second.Value()}});
  }
  return json;
}

OrderedJson AttentionSummary::ToJson() const {
  OrderedJson json = {
      {"heads", trends_.size()},         {"lines", all_.count},
      {"not_converged", not_converged_}, {"all", GroupJson(all_, 0, layers_.size())},
      {"layers", OrderedJson::array()},
  };
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    OrderedJson layer = {{"layer", l}};
    layer.update(GroupJson(layers_[l], l, l + 1));
    json["layers"].push_back(std::move(layer));
  }
  return json;
}

std::string AttentionSummary::Table() const {
  const OrderedJson json = ToJson();
  std::string table = fmt::format("{:<8}", "layer");
  for (const char* column :
       {"sigma_hc", "bound", "above bound", "rises with n", "entropy", "sink", "retention"}) {
    table += fmt::format("{:>13}", column);
  }
  const auto add_row = [&table](const std::string& name, const OrderedJson& row) {
    table += fmt::format("\n{:<8}", name) + Cell(row["sigma_hc"]) + Cell(row["bound"]) +
             ShareCell(row["above_bound"]) + ShareCell(row["rising"]) + Cell(row["entropy"]) +
             Cell(row["sink"]) + Cell(row["retention"]);
  };
  for (const OrderedJson& layer : json["layers"]) {
    add_row(std::to_string(layer["layer"].get<std::size_t>()), layer);
  }
  add_row("all", json["all"]);
  if (!by_length_) return table;
  table += fmt::format("\n\n{:<8}", "layer");
  const OrderedJson& lengths = json["all"]["by_length"];
  for (const OrderedJson& length : lengths) {
    table += fmt::format("{:>13}", fmt::format("n = {}", length["n"].get<std::size_t>()));
  }
  const auto add_lengths = [&](const std::string& name, const OrderedJson& row, const char* member) {
    table += fmt::format("\n{:<8}", name);
    for (const OrderedJson& length : row["by_length"]) table += Cell(length[member]);
  };
  for (const OrderedJson& layer : json["layers"]) {
    add_lengths(std::to_string(layer["layer"].get<std::size_t>()), layer, "sigma_hc");
  }
  add_lengths("all", json["all"], "sigma_hc");
  add_lengths("bound", json["all"], "bound");
  return table;
}

}  // namespace lengthwise
