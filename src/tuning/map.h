// Documents as points of a plane, before and after a repair.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "search/vector_set.h"

namespace lengthwise {

// Where each of `documents` lies along the two directions in which its vectors vary most (principal
// components of unit vectors, their mean taken away): [documents x 2]. The sign of a direction is that of its
// largest component, so that the same vectors give the same points. Documents have one row each.
std::vector<float> PlaneOf(const VectorSet& documents, std::span<const std::size_t> chosen);

}  // namespace lengthwise
