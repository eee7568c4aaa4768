// Reading the parts of a tokenizer.json.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "tokenizer/tokenizer_json.h"

namespace lengthwise {

// The member `name`; null where it is absent.
const Json& Part(const Json& document, const std::string& name);

// The `type` of a part of the tokenizer ("none" where it is null), which must be one of `supported`.
std::string CheckedType(const Json& part, const char* name, const std::vector<const char*>& supported,
                        const std::string& where);

BertNormalizerOptions ParseBertNormalizer(const Json& part, const std::string& place);

// The stages of "normalizer" and "pre_tokenizer". Throw kBadCheckpoint or kUnsupported, naming the part.
void ParseNormalizerStages(const Json& part, const std::string& where, TokenizerSpec* spec);
void ParseSplitStages(const Json& part, const std::string& where, TokenizerSpec* spec);

// What "post_processor" puts around a text, and what it does to offsets.
void ParsePostProcessor(const Json& part, const std::string& where, TokenizerSpec* spec);

}  // namespace lengthwise
