// Words that the sentence of a measurement and its detail share.
#pragma once

#include <string>

#include "collapse/shapes.h"
#include "lengthwise/embedder.h"

namespace lengthwise {

// A weight from which on a shape stands alone.
inline constexpr double kClearWeight = 0.8;
// A shape below this weight is not spoken of, nor drawn: the data speak against it. The page has the same
// bound (web/src/sections/shapes.js).
inline constexpr double kNegligibleWeight = 0.05;

// To two digits: 238 is "about 240".
double AboutTokens(double length);

// Whether the broken shape, which has the knee, is worth speaking of.
bool KneeHasWeight(const Shapes& shapes);

// "just below the length in force, 256 tokens; above the 128 tokens that it was trained to as far as is
// known"; empty where the model names neither. A model that is run at another length than it names is
// compared with its own: that is where its positions become rare.
std::string KneeAgainstLimit(const Knee& knee, const LengthLimits& limits);

}  // namespace lengthwise
