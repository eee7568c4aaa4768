// The tokens of a model: text to id, and back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lengthwise {

// Strings to indices in a flat table with open addressing. A slot is eight bytes: a part of the string's hash
// and an index, so that a miss mostly costs one cache line. The strings themselves live with the owner.
class StringTable {
 public:
  // Room for `count` strings; call once, before Insert.
  void Reserve(std::size_t count);
  // `text_of(index)` gives the string of an index that was inserted. A string that is there already keeps its
  // slot and takes the new index.
  template <typename TextOf>
  void Insert(std::string_view text, std::uint32_t index, const TextOf& text_of);
  // kMissing if the string is not there.
  template <typename TextOf>
  std::uint32_t Find(std::string_view text, const TextOf& text_of) const;

  static constexpr std::uint32_t kMissing = 0xFFFFFFFF;

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t index = kMissing;
  };
  template <typename TextOf>
  std::size_t FindSlot(std::string_view text, std::uint64_t hash, const TextOf& text_of) const;

  std::vector<Slot> slots_ = {Slot{}, Slot{}};  // a power of two, at most half full
  std::size_t mask_ = 1;
};

// The vocabulary of a WordPiece model. A token that begins with the continuing prefix ("##") is found by
// FindContinuing under its text without the prefix; by Find, every token is found under its whole text.
class Vocabulary {
 public:
  static constexpr std::int32_t kMissing = -1;
  // Ids beyond this are taken for damage rather than for a vocabulary of that size.
  static constexpr std::int32_t kMaxId = (1 << 24) - 1;

  // Before Build. 0 <= id <= kMaxId. A token given twice keeps the later id.
  void Add(std::string_view token, std::int32_t id);
  void Build(std::string_view continuing_prefix);
  // The same, without what FindContinuing needs.
  void Build();
  // After Build: a name for an id, without making its text findable. An id that has a name takes the new one.
  void Rename(std::string_view token, std::int32_t id);

  std::int32_t Find(std::string_view token) const;
  std::int32_t FindContinuing(std::string_view piece) const;
  // Longest text in bytes that Find and FindContinuing can know.
  std::size_t longest_token() const { return longest_token_; }
  std::size_t longest_continuing() const { return longest_continuing_; }

  // Different tokens.
  std::size_t token_count() const { return token_count_; }
  // One more than the largest id.
  std::size_t size() const { return entry_of_id_.size(); }
  // Empty for an id in a gap. id < size().
  std::string_view token(std::int32_t id) const;

 private:
  struct Entry {
    std::uint32_t begin;
    std::uint32_t size;
    std::int32_t id;
  };
  std::string_view Text(std::uint32_t index) const;
  void BuildTokens();
  void SetName(std::int32_t id, std::uint32_t index);

  std::string pool_;  // the texts, end to end
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> entry_of_id_;
  StringTable tokens_;
  StringTable continuing_;
  std::size_t prefix_size_ = 0;
  std::size_t longest_token_ = 0;
  std::size_t longest_continuing_ = 0;
  std::size_t token_count_ = 0;
};

}  // namespace lengthwise
