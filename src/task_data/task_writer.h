// Writing task folders.
#pragma once

#include <filesystem>
#include <span>

#include "base/json.h"
#include "lengthwise/task.h"

namespace lengthwise {

// Writes corpus.jsonl, queries.jsonl and qrels.tsv, and those of the other corpora, which ReadTask reads back
// as the same task, into a folder that exists. `query_members`: an object for each query whose members its
// line has too, or none at all. Throws kIo, or kBadInput for an id with a tab or a new line, which qrels.tsv
// cannot hold.
void WriteRetrievalTask(const RetrievalTask& task, std::span<const OrderedJson> query_members,
                        const std::filesystem::path& folder);

}  // namespace lengthwise
