// What tuning found, in plain words.
#pragma once

#include <string>

#include "lengthwise/tune.h"

namespace lengthwise {

// Whether to repair, how, and what that gains. `model`: its name.
std::string TuneSentence(const TuneResult& result, const std::string& model);

// How far that is to be trusted, and by what queries were judged.
std::string TuneTrust(const TuneResult& result);

// What to do with what was written, and what else there is.
std::string TuneAdvice(const TuneResult& result);

// What a checkpoint for any server is to hold, and what it gains. result.one_pass is there.
std::string TuneOnePassSentence(const TuneResult& result);

// A line of a table: what it is, what it scores, what it costs.
std::string TuneLine(const TuneResult& result, const TuneCandidate& candidate);

}  // namespace lengthwise
