// The options of a post-processing that is fitted on the spot: by `fit`, and by `export --postprocess`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "cli/input_options.h"
#include "cli/model_options.h"
#include "lengthwise/fit.h"

namespace lengthwise {

struct FitCommandOptions {
  bool recipe = false;         // RecipeFit and RecipeLongInput in place of post_process and each_window
  bool one_pass = false;       // OnePassFit; with recipe alone
  std::string use = "search";  // that the recipe is for
  std::string post_process;
  InputOptions input;
  std::string queries;
  std::string query_mean;  // "pseudo" or "documents"; empty: pseudo, or --queries
  bool each_window = false;
  std::uint64_t seed = 1;
};

// --postprocess, --input and what belongs to it, --queries, --query-mean, --each-window, --seed.
void AddFitOptions(CLI::App& command, FitCommandOptions& options);

// FitRepair as the options say; `repair` gives the attention and long-input policies. Prints what the sample
// is too small for, and what is dubious about the texts. Throws kBadInput or kIo.
FitResult FitAs(const ModelOptions& model, const Repair& repair, const FitCommandOptions& options,
                bool quiet);

}  // namespace lengthwise
