// The model of a measurement in JSON: as a report and a file of statistics describe it, and back.
#pragma once

#include "base/json.h"
#include "collapse/description.h"

namespace lengthwise {

// What stands before documents and queries: {"document", "query"}. Nothing where nothing does.
void AddPrompts(const std::string& document, const std::string& query, OrderedJson& model);

OrderedJson ModelJson(const ModelDescription& model);
// What is done differently to it.
OrderedJson RepairJson(const ModelDescription& model);

// What the two were made from, but for the fingerprint of the post-processing. Throws Json::exception for
// what they did not make.
ModelDescription ParseModel(const Json& model, const Json& repair);

}  // namespace lengthwise
