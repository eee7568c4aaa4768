// The simulated theory as a versioned JSON document, described by docs/theory.schema.json.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "theory/run.h"

namespace lengthwise {

inline constexpr int kTheoryVersion = 1;

// Members in the schema's order, numbers as JsonNumber rounds them. `command`: program name first.
OrderedJson TheoryDocument(const TheoryRun& result, const std::vector<std::string>& command);

// Text of the file: each row of the tables on one line.
std::string FormatTheory(const OrderedJson& theory);

}  // namespace lengthwise
