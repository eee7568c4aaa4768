// The options of a post-processing that is fitted on the spot: by `fit`, and by `export --postprocess`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "cli/input_options.h"
#include "cli/model_options.h"
#include "repair/fit.h"

namespace lengthwise {

struct FitCommandOptions {
  std::string post_process;
  InputOptions input;
  std::string queries;
  std::string query_mean;  // "pseudo" or "documents"; empty: pseudo, or --queries
  bool each_window = false;
  std::uint64_t seed = 1;
};

// --postprocess, --input and what belongs to it, --queries, --query-mean, --each-window, --seed.
void AddFitOptions(CLI::App& command, FitCommandOptions& options);

// Embeds the documents and queries and fits; `repair` gives the attention and long-input policies. Prints
// what the sample is too small for, and what is dubious about the texts, which goes to `findings` too. Throws
// kBadInput or kIo.
Repair FitRepair(const ModelOptions& model, const Repair& repair, const FitCommandOptions& options,
                 bool quiet, InputFindings& findings);

}  // namespace lengthwise
