#include "statistics/halves.h"

#include "base/random.h"

namespace lengthwise {

std::size_t HalfOf(const std::string& id, std::uint64_t seed) {
  std::uint64_t hash = Random(seed).Next();
  for (const char c : id) hash = Random(hash ^ static_cast<unsigned char>(c)).Next();
  return static_cast<std::size_t>(hash >> 63);
}

std::size_t HalfOfQuery(std::size_t query, std::uint64_t seed) {
  return HalfOf("query " + std::to_string(query), seed);
}

std::size_t HalfOfDocument(std::size_t document, std::uint64_t seed) {
  return HalfOf("document " + std::to_string(document), seed);
}

}  // namespace lengthwise
