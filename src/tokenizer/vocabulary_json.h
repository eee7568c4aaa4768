// The lists in the model of a tokenizer.json, which are most of the file: they go straight to where they are
// kept.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "tokenizer/vocabulary.h"

namespace lengthwise {

struct ModelLists {
  Vocabulary vocabulary;                                    // not built yet
  std::vector<double> scores;                               // of Unigram's pieces, whose ids are their places
  std::vector<std::pair<std::string, std::string>> merges;  // of BPE, the first first
};

// Parses all but model.vocab and model.merges into a JSON value, where they are left empty. Throws
// kBadCheckpoint, naming `where`.
Json ParseWithoutLists(std::string_view json, const std::string& where, ModelLists* lists);

}  // namespace lengthwise
