#include "base/hash.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <cstdint>

namespace lengthwise {

Hasher::Hasher() : state_(XXH3_createState()) {
  XXH3_128bits_reset(static_cast<XXH3_state_t*>(state_));
}

Hasher::~Hasher() {
  XXH3_freeState(static_cast<XXH3_state_t*>(state_));
}

void Hasher::Add(std::span<const std::byte> bytes) {
  XXH3_128bits_update(static_cast<XXH3_state_t*>(state_), bytes.data(), bytes.size());
}

void Hasher::Add(std::string_view text) {
  const std::uint64_t size = text.size();
  Add(std::as_bytes(std::span(&size, 1)));
  Add(std::as_bytes(std::span(text.data(), text.size())));
}

std::string Hasher::Digest() const {
  const auto [high, low] = Value();
  return fmt::format("{:016x}{:016x}", high, low);
}

std::pair<std::uint64_t, std::uint64_t> Hasher::Value() const {
  const XXH128_hash_t hash = XXH3_128bits_digest(static_cast<const XXH3_state_t*>(state_));
  return {hash.high64, hash.low64};
}

}  // namespace lengthwise
