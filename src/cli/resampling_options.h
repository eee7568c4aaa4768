// The options that every command with intervals has.
#pragma once

#include <string>

#include "lengthwise/resampling.h"

namespace CLI {
class App;
}

namespace lengthwise {

// --seed, --replicates and --confidence, the first two with what they are of.
void AddResamplingOptions(CLI::App& command, const std::string& seed_of, const std::string& replicates_of,
                          ResamplingOptions& options);

}  // namespace lengthwise
