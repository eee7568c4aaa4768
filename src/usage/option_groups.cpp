#include "usage/option_groups.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace lengthwise {
namespace {

constexpr std::array<std::string_view, 5> kGroups = {"Input", "Model", "What to compute", "Output", "Help"};
constexpr std::string_view kInput = kGroups[0];
constexpr std::string_view kModel = kGroups[1];
constexpr std::string_view kCompute = kGroups[2];
constexpr std::string_view kOutput = kGroups[3];
constexpr std::string_view kHelp = kGroups[4];

struct Row {
  std::string_view option;
  std::string_view group;
  bool rare = false;
};

constexpr std::array kRows = {
    Row{"--input", kInput},
    Row{"--input-format", kInput, true},
    Row{"--text-field", kInput},
    Row{"--id-field", kInput, true},
    Row{"--title-field", kInput, true},
    Row{"--task", kInput},
    Row{"--queries", kInput},
    Row{"--filler", kInput},
    Row{"--from", kInput, true},

    Row{"--model", kModel},
    Row{"--repair", kModel},
    Row{"--max-length", kModel},
    Row{"--precision", kModel},
    Row{"--dimensions", kModel, true},
    Row{"--prompt-name", kModel, true},
    Row{"--prompt", kModel, true},
    Row{"--long-input", kModel},
    Row{"--window", kModel, true},
    Row{"--stride", kModel, true},
    Row{"--window-ends", kModel, true},
    Row{"--late-chunking", kModel, true},
    Row{"--lead", kModel, true},
    Row{"--add-body", kModel, true},
    Row{"--title-windows", kModel, true},
    Row{"--temperature", kModel},
    Row{"--temperature-reading", kModel, true},
    Row{"--temperature-by-length", kModel, true},
    Row{"--attn-scale", kModel, true},
    Row{"--attention-top-k", kModel, true},
    Row{"--attention-calibration", kModel, true},
    Row{"--positions", kModel, true},

    Row{"--lengths", kCompute},
    Row{"--arms", kCompute},
    Row{"--windows", kCompute},
    Row{"--postprocess", kCompute},
    Row{"--sigma", kCompute},
    Row{"--allow-overlap", kCompute},
    Row{"--query-mean", kCompute, true},
    Row{"--each-window", kCompute, true},
    Row{"--sides", kCompute, true},
    Row{"--vectors", kCompute, true},
    Row{"--best", kCompute, true},
    Row{"--query-means", kCompute, true},
    Row{"--combine", kCompute, true},
    Row{"--ignore-identical-ids", kCompute, true},
    Row{"--passage", kCompute, true},
    Row{"--control-documents", kCompute, true},
    Row{"--interventions", kCompute, true},
    Row{"--placement", kCompute, true},
    Row{"--ablation-documents", kCompute, true},
    Row{"--ablation-lengths", kCompute, true},
    Row{"--trained-length", kCompute, true},
    Row{"--minimum-documents", kCompute, true},
    Row{"--truncated-documents", kCompute, true},
    Row{"--tolerance", kCompute, true},
    Row{"--local-window", kCompute, true},
    Row{"--head-size", kCompute, true},
    Row{"--draws", kCompute, true},
    Row{"--seed", kCompute, true},
    Row{"--replicates", kCompute, true},
    Row{"--confidence", kCompute, true},
    Row{"--no-speed", kCompute},

    Row{"--output", kOutput},
    Row{"--html", kOutput},
    Row{"--statistics", kOutput},
    Row{"--report", kOutput},
    Row{"--replace", kOutput},
    Row{"--cache", kOutput, true},
    Row{"--cache-size", kOutput, true},
    Row{"--no-cache", kOutput, true},
    Row{"--json", kOutput},
    Row{"--quiet", kOutput},

    Row{"--help", kHelp},
    Row{"--help-all", kHelp},
    Row{"--version", kHelp},
};

}  // namespace

OptionPlace PlaceOf(const std::string& option) {
  const auto row = std::find_if(kRows.begin(), kRows.end(), [&](const Row& r) { return r.option == option; });
  if (row == kRows.end()) return {std::string(kCompute), false};
  return {std::string(row->group), row->rare};
}

bool IsListed(const std::string& option) {
  return std::any_of(kRows.begin(), kRows.end(), [&](const Row& row) { return row.option == option; });
}

std::size_t GroupOrder(const std::string& group) {
  return static_cast<std::size_t>(std::find(kGroups.begin(), kGroups.end(), group) - kGroups.begin());
}

}  // namespace lengthwise
