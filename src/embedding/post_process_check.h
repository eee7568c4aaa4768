// What a post-processing may ask of a model, known before anything is fitted.
#pragma once

#include <cstddef>

#include "lengthwise/post_process.h"

namespace lengthwise {

// Throws kBadInput for one that would remove all of a model's `dimension` directions.
void CheckDirections(const PostProcessSpec& spec, std::size_t dimension);

}  // namespace lengthwise
