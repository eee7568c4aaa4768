// Two halves of a set: one chooses or is fitted to, the other is judged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace lengthwise {

// The half, 0 or 1, by a hash of the id and the seed: the same whatever else the set holds.
std::size_t HalfOf(const std::string& id, std::uint64_t seed);

// Of queries and documents by their place, in fits and in CSLS.
std::size_t HalfOfQuery(std::size_t query, std::uint64_t seed);
std::size_t HalfOfDocument(std::size_t document, std::uint64_t seed);

}  // namespace lengthwise
