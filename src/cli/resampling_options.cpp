#include "cli/resampling_options.h"

#include <CLI/CLI.hpp>

#include "usage/checks.h"

namespace lengthwise {

void AddResamplingOptions(CLI::App& command, const std::string& seed_of, const std::string& replicates_of,
                          ResamplingOptions& options) {
  command.add_option("--seed", options.seed, seed_of)
      ->capture_default_str()
      ->type_name("N")
      ->check(WholeNumber());
  command.add_option("--replicates", options.replicates, replicates_of)
      ->capture_default_str()
      ->type_name("N")
      ->check(WholeNumber(0, 100000));
  command.add_option("--confidence", options.confidence, "Of intervals")
      ->capture_default_str()
      ->type_name("P")
      ->check(NumberBetween(0, 1));
}

}  // namespace lengthwise
