// Embeddings kept on disk between runs, found again by what determines them (embedding/vector_key.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>

namespace lengthwise {

// 128 bits, of which no two contents are expected to share a value.
struct VectorKey {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  bool operator==(const VectorKey&) const = default;
};

// What a cache has been asked for since it was opened.
struct CacheCounts {
  std::size_t asked = 0;
  std::size_t found = 0;
};

// About six million vectors of 384 components.
inline constexpr std::uint64_t kDefaultCacheBytes = 10'000'000'000;

// One SQLite file, which any number of processes may use at once. What Put has returned from outlives a
// killed process, until there is no room for it any more: what was used longest ago goes first. What Put has
// not returned from is there whole or not at all. Used from one thread at a time, and by the process that
// opened it alone.
class VectorCache {
 public:
  // Makes the file if there is none; its folder exists. The file holds no more than `most_bytes`, but for
  // what was put in last; one that holds more is emptied to it at once. Throws kBadInput for a file that is
  // something else, damaged, or of a later version of this format, and kIo where it cannot be read and
  // written.
  explicit VectorCache(const std::filesystem::path& file, std::uint64_t most_bytes = kDefaultCacheBytes);
  ~VectorCache();
  VectorCache(const VectorCache&) = delete;
  VectorCache& operator=(const VectorCache&) = delete;

  const std::filesystem::path& file() const;
  const CacheCounts& counts() const;

  // Row-major [n x dimension], n >= 1.
  using Found = std::function<void(std::size_t key, std::span<const float> rows)>;
  // Calls `found`, in order, for each key that is there. Rows that are damaged, or are not of this dimension,
  // count as not there. Notes, by the hour, that what was found is in use. Throws as the constructor.
  void Find(std::span<const VectorKey> keys, std::size_t dimension, const Found& found);

  struct Entry {
    VectorKey key;
    std::span<const float> rows;
  };
  // Adds all entries or, where it throws, none; takes the place of what a key held. Throws kIo for a full
  // disk, and where another process has kept the file locked for a minute.
  void Put(std::span<const Entry> entries);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lengthwise
