// Content fingerprints (XXH3, 128 bits, from the xxhash library).
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

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

 private:
  void* state_;
};

}  // namespace lengthwise
