// Reading the folder of a retrieval task.
#pragma once

#include <filesystem>

#include "lengthwise/task.h"

namespace lengthwise {

// Documents, queries and judgements as ReadTask describes them. Throws as it does.
RetrievalTask ReadRetrieval(const std::filesystem::path& folder);

}  // namespace lengthwise
