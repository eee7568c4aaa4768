// Reading task folders.
#pragma once

#include <filesystem>

#include "lengthwise/task.h"

namespace lengthwise {

// By the files in it, a folder is
//   retrieval                      corpus.jsonl {"_id", "title", "text"}, queries.jsonl {"_id", "text"}, and
//   qrels.tsv or
//                                  qrels/test.tsv: query id, document id, grade, tab-separated, with or
//                                  without a header (the form of BEIR); and for every other
//                                  corpus-NAME.jsonl, which answers the same queries, qrels-NAME.tsv;
//   classification and clustering  docs.jsonl {"text", "label"}, optionally "split": "train" or "test"
//   ("validation"
//                                  texts are left out);
//   similarity (STS)               pairs.jsonl {"sentence1", "sentence2" (or "text1", "text2"), "score"}.
// Throws kIo, or kBadInput naming file and line: not JSON, a member that is missing or of the wrong type, an
// empty text, an id twice, a judgement of an unknown id or given twice, a label with one text or with no text
// to train on, a score that is not a finite number; and for a folder without a task, or with more than one.
Task ReadTask(const std::filesystem::path& folder);

}  // namespace lengthwise
