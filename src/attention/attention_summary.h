// What the heads of a model have in common, layer by layer.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "attention/attention_report.h"
#include "base/json.h"

namespace lengthwise {

// Sums over head records; memory does not grow with the number of texts.
class AttentionSummary {
 public:
  // by_length: texts are cut to a few lengths, so that a head's sigma is compared within each text. Otherwise
  // it is compared across texts.
  AttentionSummary(std::size_t layers, std::size_t heads, bool by_length);

  // Records come as MeasureAttention gives them.
  void Add(const HeadRecord& record);

  std::size_t records() const { return all_.count; }
  std::size_t not_converged() const { return not_converged_; }

  // {"heads": model's, "lines", "not_converged", "all": {...}, "layers": [{"layer", ...}]}. Each {...} holds
  // means over lines (sigma_hc, sigma_centred, bound, flat_law, floor, sigma_s, entropy, sink, retention),
  // and
  //   above_bound  share of lines with sigma_hc above the bound
  //   flat_regime  share of lines in the flat regime
  //   rising       share of heads whose sigma_hc rises with n: the least-squares slope on ln n is positive;
  //                null where n does not vary
  //   by_length    with by_length alone: [{"n", "lines", "sigma_hc", "bound"}]
  // A mean or share over no line is null.
  OrderedJson ToJson() const;

  // The same as a table for people.
  std::string Table() const;

 private:
  struct Mean {
    double sum = 0;
    std::size_t count = 0;
    void Add(double x) {
      sum += x;
      ++count;
    }
    void Add(const std::optional<double>& x) {
      if (x) Add(*x);
    }
    OrderedJson Value() const;
  };
  struct Group {
    std::size_t count = 0;
    Mean sigma_hc, sigma_centred, bound, flat_law, floor, sigma_s, entropy, sink, retention;
    Mean above_bound, flat_regime;
    std::map<std::size_t, std::pair<Mean, Mean>> by_length;  // n: sigma_hc, bound
  };
  // Running sums of the products of deviations of (ln n, sigma_hc), within texts or over all.
  struct Trend {
    std::size_t text = 0;
    std::size_t count = 0;  // of the means
    double mean_x = 0, mean_y = 0;
    double xx = 0, xy = 0;
  };

  void AddTo(Group& group, const HeadRecord& record) const;
  void AddTrend(Trend& trend, const HeadRecord& record) const;
  OrderedJson GroupJson(const Group& group, std::size_t first_layer, std::size_t last_layer) const;

  std::size_t heads_;
  bool by_length_;
  std::size_t not_converged_ = 0;
  Group all_;
  std::vector<Group> layers_;
  std::vector<Trend> trends_;  // [layer * heads + head]
};

}  // namespace lengthwise
