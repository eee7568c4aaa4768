#include "tokenizer/vocabulary.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include "base/fail.h"

namespace lengthwise {
namespace {

// The middle of a 128-bit product mixes every bit of both factors (the step of wyhash and its kin).
std::uint64_t Mix(std::uint64_t a, std::uint64_t b) {
  const __uint128_t product = static_cast<__uint128_t>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

template <typename T>
std::uint64_t Load(const char* data) {
  T value;
  std::memcpy(&value, data, sizeof(value));
  return value;
}

// Words are short: up to 16 bytes take two overlapping loads and one product. The odd constants are the
// fractional bits of sqrt(2), sqrt(3) and sqrt(5).
std::uint64_t Hash(std::string_view text) {
  constexpr std::uint64_t kSeed = 0x6A09E667F3BCC909U;
  constexpr std::uint64_t kFirst = 0xBB67AE8584CAA73BU;
  constexpr std::uint64_t kSecond = 0x3C6EF372FE94F82BU;
  const char* data = text.data();
  std::size_t left = text.size();
  std::uint64_t hash = kSeed ^ left;
  while (left > 16) {
    hash = Mix(Load<std::uint64_t>(data) ^ kFirst ^ hash, Load<std::uint64_t>(data + 8) ^ kSecond);
    data += 16;
    left -= 16;
  }
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  if (left >= 8) {
    a = Load<std::uint64_t>(data);
    b = Load<std::uint64_t>(data + left - 8);
  } else if (left >= 4) {
    a = Load<std::uint32_t>(data);
    b = Load<std::uint32_t>(data + left - 4);
  } else if (left > 0) {
    a = Load<std::uint8_t>(data) | (Load<std::uint8_t>(data + left / 2) << 8) |
        (Load<std::uint8_t>(data + left - 1) << 16);
  }
  return Mix(a ^ kFirst ^ hash, b ^ kSecond);
}

}  // namespace

void StringTable::Reserve(std::size_t count) {
  slots_.assign(std::bit_ceil(std::max<std::size_t>(2 * count, 2)), Slot{});
  mask_ = slots_.size() - 1;
}

template <typename TextOf>
std::size_t StringTable::FindSlot(std::string_view text, std::uint64_t hash, const TextOf& text_of) const {
  const auto tag = static_cast<std::uint32_t>(hash >> 32);
  for (std::size_t i = static_cast<std::size_t>(hash) & mask_;; i = (i + 1) & mask_) {
    const Slot& slot = slots_[i];
    if (slot.index == kMissing || (slot.hash == tag && text_of(slot.index) == text)) return i;
  }
}

template <typename TextOf>
void StringTable::Insert(std::string_view text, std::uint32_t index, const TextOf& text_of) {
  const std::uint64_t hash = Hash(text);
  slots_[FindSlot(text, hash, text_of)] = {static_cast<std::uint32_t>(hash >> 32), index};
}

template <typename TextOf>
std::uint32_t StringTable::Find(std::string_view text, const TextOf& text_of) const {
  return slots_[FindSlot(text, Hash(text), text_of)].index;
}

std::string_view Vocabulary::Text(std::uint32_t index) const {
  const Entry& entry = entries_[index];
  return {pool_.data() + entry.begin, entry.size};
}

void Vocabulary::Add(std::string_view token, std::int32_t id) {
  if (id < 0 || id > kMaxId) Fail(ErrorCode::kInternal, "token id {} is out of range", id);
  if (pool_.size() + token.size() > std::numeric_limits<std::uint32_t>::max()) {
    Fail(ErrorCode::kBadCheckpoint, "the vocabulary holds more than 4 GiB of text");
  }
  entries_.push_back(
      {static_cast<std::uint32_t>(pool_.size()), static_cast<std::uint32_t>(token.size()), id});
  pool_.append(token);
}

void Vocabulary::BuildTokens() {
  tokens_.Reserve(entries_.size());
  const auto text_of = [this](std::uint32_t index) { return Text(index); };
  for (std::uint32_t index = 0; index < entries_.size(); ++index) tokens_.Insert(Text(index), index, text_of);
  for (std::uint32_t index = 0; index < entries_.size(); ++index) {
    const std::string_view text = Text(index);
    if (tokens_.Find(text, text_of) != index) continue;  // a later entry of the same text replaced this one
    ++token_count_;
    SetName(entries_[index].id, index);
    longest_token_ = std::max(longest_token_, text.size());
  }
}

void Vocabulary::Build() {
  BuildTokens();
}

void Vocabulary::Build(std::string_view continuing_prefix) {
  BuildTokens();
  prefix_size_ = continuing_prefix.size();
  const auto text_of = [this](std::uint32_t index) { return Text(index); };
  std::size_t continuing = 0;
  for (std::uint32_t index = 0; index < entries_.size(); ++index)
    continuing += Text(index).starts_with(continuing_prefix) ? 1 : 0;
  continuing_.Reserve(continuing);
  const auto piece_of = [this](std::uint32_t index) { return Text(index).substr(prefix_size_); };
  for (std::uint32_t index = 0; index < entries_.size(); ++index) {
    const std::string_view text = Text(index);
    if (!text.starts_with(continuing_prefix) || tokens_.Find(text, text_of) != index) continue;
    continuing_.Insert(text.substr(prefix_size_), index, piece_of);
    longest_continuing_ = std::max(longest_continuing_, text.size() - prefix_size_);
  }
}

void Vocabulary::SetName(std::int32_t id, std::uint32_t index) {
  const auto place = static_cast<std::size_t>(id);
  if (place >= entry_of_id_.size()) entry_of_id_.resize(place + 1, StringTable::kMissing);
  entry_of_id_[place] = index;
}

void Vocabulary::Rename(std::string_view token, std::int32_t id) {
  Add(token, id);
  SetName(id, static_cast<std::uint32_t>(entries_.size() - 1));
}

std::int32_t Vocabulary::Find(std::string_view token) const {
  const std::uint32_t index = tokens_.Find(token, [this](std::uint32_t i) { return Text(i); });
  return index == StringTable::kMissing ? kMissing : entries_[index].id;
}

std::int32_t Vocabulary::FindContinuing(std::string_view piece) const {
  const std::uint32_t index =
      continuing_.Find(piece, [this](std::uint32_t i) { return Text(i).substr(prefix_size_); });
  return index == StringTable::kMissing ? kMissing : entries_[index].id;
}

std::string_view Vocabulary::token(std::int32_t id) const {
  const std::uint32_t index = entry_of_id_[static_cast<std::size_t>(id)];
  return index == StringTable::kMissing ? std::string_view() : Text(index);
}

}  // namespace lengthwise
