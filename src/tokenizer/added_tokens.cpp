#include "tokenizer/added_tokens.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <utility>

#include "base/fail.h"
#include "text/unicode.h"
#include "text/utf8.h"

namespace lengthwise {
namespace {

std::size_t FirstByte(std::string_view text) {
  return static_cast<unsigned char>(text[0]);
}

bool HasClass(char32_t character, CharacterClass bit) {
  return (CharacterClasses()[character] & bit) != 0;
}

}  // namespace

AddedTokenMatcher::AddedTokenMatcher(std::vector<Pattern> patterns) : patterns_(std::move(patterns)) {
  // Backwards, since the vocabulary keeps the later of two equal texts.
  for (std::size_t i = patterns_.size(); i-- > 0;) {
    lookup_.Add(patterns_[i].text, static_cast<std::int32_t>(i));
    lengths_[FirstByte(patterns_[i].text)].push_back(patterns_[i].text.size());
  }
  lookup_.Build("");
  int first_bytes = 0;
  for (std::size_t byte = 0; byte < lengths_.size(); ++byte) {
    std::vector<std::size_t>& lengths = lengths_[byte];
    if (lengths.empty()) continue;
    std::sort(lengths.begin(), lengths.end(), std::greater<>());
    lengths.erase(std::unique(lengths.begin(), lengths.end()), lengths.end());
    only_first_byte_ = ++first_bytes == 1 ? static_cast<int>(byte) : -1;
  }
}

AddedTokenMatcher::Match AddedTokenMatcher::FindNext(std::string_view text, std::size_t from) const {
  for (std::size_t begin = from; begin < text.size(); ++begin) {
    if (only_first_byte_ >= 0) {
      const void* found = std::memchr(text.data() + begin, only_first_byte_, text.size() - begin);
      if (found == nullptr) break;
      begin = static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
    }
    for (const std::size_t length : lengths_[FirstByte(text.substr(begin))]) {
      if (length > text.size() - begin) continue;
      const std::int32_t index = lookup_.Find(text.substr(begin, length));
      if (index != Vocabulary::kMissing) {
        return {begin, begin + length, &patterns_[static_cast<std::size_t>(index)]};
      }
    }
  }
  return {};
}

bool AddedTokenMatcher::IsSingleWord(std::string_view text, std::size_t begin, std::size_t end) {
  if (begin > 0) {
    const DecodedCharacter before = DecodeValidCharacter(text, PreviousCharacter(text, begin));
    if (HasClass(before.value, kWordCharacter)) return false;
  }
  return end == text.size() || !HasClass(DecodeValidCharacter(text, end).value, kWordCharacter);
}

std::size_t AddedTokenMatcher::SpaceBegin(std::string_view text, std::size_t floor, std::size_t end) {
  while (end > floor) {
    const std::size_t previous = PreviousCharacter(text, end);
    if (!HasClass(DecodeValidCharacter(text, previous).value, kWhitespace)) break;
    end = previous;
  }
  // `end` may lie before `floor`, in white space that the token before took.
  return std::max(end, floor);
}

std::size_t AddedTokenMatcher::SpaceEnd(std::string_view text, std::size_t begin) {
  while (begin < text.size()) {
    const DecodedCharacter next = DecodeValidCharacter(text, begin);
    if (!HasClass(next.value, kWhitespace)) break;
    begin += next.bytes;
  }
  return begin;
}

AddedTokenMatcher MatcherOf(std::span<const AddedToken> tokens, bool normalized,
                            const std::function<std::string(const std::string& content)>& normalise,
                            const std::string& where) {
  std::vector<AddedTokenMatcher::Pattern> patterns;
  for (const AddedToken& token : tokens) {
    if (token.normalized != normalized) continue;
    std::string text = normalized ? normalise(token.content) : token.content;
    if (normalized && text.empty()) {
      Fail(ErrorCode::kUnsupported,
           "{}: added token \"{}\" is to be matched in normalised text, but the normaliser leaves nothing "
           "of it",
           where, token.content);
    }
    patterns.push_back({std::move(text), token.id, token.single_word, token.lstrip, token.rstrip});
  }
  return AddedTokenMatcher(std::move(patterns));
}

}  // namespace lengthwise
