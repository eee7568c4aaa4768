// Tuning as a whole: what lengthwise/tune.h says, of a session.
#pragma once

#include "embedding/session.h"
#include "lengthwise/tune.h"

namespace lengthwise {

TuneResult TuneWith(const RetrievalTask& task, const Session& base, const TuneOptions& options,
                    const Progress& progress);

}  // namespace lengthwise
