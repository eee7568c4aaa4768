// Content fingerprints (XXH3, 128 bits, from the xxhash library).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace lengthwise {

// A running hash of byte strings; Digest is 32 hexadecimal digits.
class Hasher {
 public:
  Hasher();
  ~Hasher();
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  void Add(std::span<const std::byte> bytes);
  // Adds the length first, so that ("ab", "c") and ("a", "bc") differ.
  void Add(std::string_view text);
  std::string Digest() const;
  // The same as two numbers, the first 16 digits first.
  std::pair<std::uint64_t, std::uint64_t> Value() const;

 private:
  void* state_;
};

}  // namespace lengthwise
