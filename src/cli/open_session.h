// What commands share that still look below the public headers.
#pragma once

#include "base/json.h"
#include "checkpoint/checkpoint.h"
#include "cli/input_options.h"
#include "cli/model_options.h"
#include "embedding/session.h"

namespace lengthwise {

// Throws kBadInput too where the repair's post-processing was fitted on another model.
Session OpenEmbedder(const ModelOptions& options, const Repair& repair);

// On standard error, a line each.
void PrintWarnings(const Checkpoint& checkpoint);

// Warns of tokens that the vocabulary lacks, which is known when all texts are tokenised; added to
// `findings`.
void PrintUnknownTokens(const Session& embedder, InputFindings& findings);

// How many of each kind of warning, for the summary as JSON.
OrderedJson WarningCounts(const InputFindings& findings);

}  // namespace lengthwise
