// What a mistyped name was meant to be.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace lengthwise {

// Bytes inserted, removed, exchanged for another, or exchanged with their neighbour, to make one name of the
// other (the restricted Damerau-Levenshtein distance: nothing is edited twice).
std::size_t EditDistance(std::string_view a, std::string_view b);

// The candidate that `name` is a slip of the keyboard away from, letter case aside: of the least distance,
// the first of several, and of those that a third of the name's letters or fewer differ in; or the only one
// that begins with `name`, where that has three letters or more. Empty: none is near.
std::string NearestName(std::string_view name, std::span<const std::string> candidates);

// "; did you mean NAME?", to be put behind a message, or nothing.
std::string DidYouMean(std::string_view name, std::span<const std::string> candidates);

}  // namespace lengthwise
