// What is dubious about texts: worth a warning, not a refusal.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lengthwise/documents.h"

namespace lengthwise {

// Hashes of 64 bits, up to a number, in a flat table: little memory for many.
class KeptHashes {
 public:
  explicit KeptHashes(std::size_t most) : most_(most) {}
  // True if it was there; otherwise it is there now, if there is room.
  bool Meet(std::uint64_t hash);

 private:
  std::uint64_t& SlotOf(std::uint64_t hash);

  std::size_t most_;
  std::size_t count_ = 0;
  std::vector<std::uint64_t> slots_ =
      std::vector<std::uint64_t>(16);  // a power of two, at most half full; 0: empty
};

// Looks at texts one after the other; holds hashes of a bounded number of them and nothing else that grows.
class DocumentChecks {
 public:
  // Characters in a row without white space, punctuation or an ideograph that are taken for no word.
  static constexpr std::size_t kLongWord = 1000;
  // Different texts among which repetitions are looked for.
  static constexpr std::size_t kTextsKept = std::size_t{1} << 18;

  // `id` names the text in warnings. The text is valid UTF-8.
  void Add(std::string_view id, std::string_view title, std::string_view text);

  // At most one of a kind, those that there is reason for: blank_texts, repeated_texts (one in a hundred or
  // more), long_words, nul_characters, replacement_characters, markup (HTML tags, two or more and at least
  // one in 200 bytes).
  std::vector<InputWarning> Warnings() const;

 private:
  struct Found {
    std::size_t count = 0;
    std::string first;
  };
  static void Note(Found& found, std::string_view id);

  std::size_t texts_ = 0;
  Found blank_, repeated_, long_words_, nul_, replacement_, markup_;
  KeptHashes hashes_{kTextsKept};
};

// Tokens that the vocabulary has no word for, over many texts.
class UnknownTokens {
 public:
  void Add(std::string_view text, std::span<const std::int32_t> ids, std::int32_t unknown_id);
  // "unknown_tokens": more than one in twenty of all, which a model for another language, or a tokenizer that
  // is not its own, gives.
  std::optional<InputWarning> Warning() const;

 private:
  std::size_t tokens_ = 0;
  std::size_t unknown_ = 0;
  std::string first_;  // the beginning of the first text with more than one in twenty
};

}  // namespace lengthwise
