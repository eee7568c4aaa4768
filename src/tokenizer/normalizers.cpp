#include "tokenizer/normalizers.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "text/unicode.h"

namespace lengthwise {
namespace {

// Keeps the characters that `keep` approves of.
template <typename Keep>
void Filter(Characters* characters, const Keep& keep) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < characters->size(); ++i) {
    if (!keep(characters->text[i])) continue;
    characters->text[kept] = characters->text[i];
    characters->spans[kept++] = characters->spans[i];
  }
  characters->Cut(0, kept);
}

bool NmtDrops(char32_t c) {
  return (c >= 0x1 && c <= 0x8) || c == 0xB || (c >= 0xE && c <= 0x1F) || c == 0x7F || c == 0x8F || c == 0x9F;
}

bool NmtSpace(char32_t c) {
  if (c < 0x80) return c == 0x9 || c == 0xA || c == 0xC || c == 0xD;
  return c == 0x1680 || (c >= 0x200B && c <= 0x200F) || c == 0x2028 || c == 0x2029 || c == 0x2581 ||
         c == 0xFEFF || c == 0xFFFD;
}

bool IsWhitespace(char32_t c) {
  return (CharacterClasses()[c] & kWhitespace) != 0;
}

// Where `pattern` ends that begins at `begin`; `begin` itself: it does not begin there.
std::size_t MatchEnd(const TextPattern& pattern, std::u32string_view text, std::size_t begin) {
  if (text.compare(begin, pattern.text.size(), pattern.text) != 0) return begin;
  std::size_t end = begin + pattern.text.size();
  if (!pattern.repeats) return end;
  std::size_t count = 1;
  for (; end < text.size() && text[end] == pattern.text.back(); ++end) ++count;
  return count >= pattern.least ? end : begin;
}

// What the map makes of `part`, and how its characters stand for those.
bool AppendMapped(const CharacterMap& map, std::u32string_view part, std::vector<ChangedCharacter>* changed) {
  std::string bytes;
  for (const char32_t character : part) AppendUtf8(character, &bytes);
  const std::optional<std::string_view> mapped = map.Find(bytes);
  if (!mapped) return false;
  const std::u32string content = DecodeText(*mapped);
  for (std::size_t i = 0; i < content.size(); ++i) changed->push_back({content[i], i < part.size() ? 0 : 1});
  if (content.size() < part.size() && !changed->empty())
    changed->back().change -= static_cast<int>(part.size() - content.size());
  return true;
}

std::size_t Utf8Bytes(char32_t c) {
  return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
}

}  // namespace

NormalizerStage BertStage(const BertNormalizerOptions& options) {
  return [options](Characters* characters) {
    Characters normalized;
    BertNormalizer<Characters> normalizer(options, &normalized);
    for (std::size_t i = 0; i < characters->size(); ++i)
      normalizer.Add(characters->text[i], characters->spans[i]);
    normalizer.Finish();
    *characters = std::move(normalized);
  };
}

NormalizerStage NormalFormStage(NormalForm form) {
  return [form](Characters* characters) {
    constexpr char32_t kFirstChanged = 0xA0;  // ASCII is in every form
    const bool plain = std::all_of(characters->text.begin(), characters->text.end(),
                                   [](char32_t c) { return c < kFirstChanged; });
    if (!plain) characters->Change(ToNormalForm(form, characters->text));
  };
}

NormalizerStage NmtStage() {
  return [](Characters* characters) {
    Filter(characters, [](char32_t c) { return !NmtDrops(c); });
    for (char32_t& c : characters->text) {
      if (NmtSpace(c)) c = U' ';
    }
  };
}

NormalizerStage PrecompiledStage(std::shared_ptr<const CharacterMap> map) {
  // What each ASCII character alone becomes: mostly itself.
  std::array<bool, 0x80> ascii_stays{};
  for (std::size_t c = 0; c < ascii_stays.size(); ++c)
    ascii_stays[c] = !map->Find(std::string(1, static_cast<char>(c)));
  return [map = std::move(map), ascii_stays](Characters* characters) {
    const std::u32string& text = characters->text;
    const auto stays = [&](char32_t c) { return c < 0x80 && ascii_stays[c]; };
    // Carriage returns are joined with line feeds, and both may be mapped.
    if (std::all_of(text.begin(), text.end(), [&](char32_t c) { return stays(c) && c != U'\r'; })) return;
    std::vector<ChangedCharacter> changed;
    changed.reserve(text.size());
    for (std::size_t begin = 0; begin < text.size();) {
      // Between ASCII characters there is nothing to be joined.
      if (stays(text[begin]) && text[begin] != U'\r' && begin + 1 < text.size() && text[begin + 1] < 0x80) {
        changed.push_back({text[begin++], 0});
        continue;
      }
      const std::size_t end = GraphemeEnd(text, begin);
      std::size_t bytes = 0;
      for (std::size_t i = begin; i < end; ++i) bytes += Utf8Bytes(text[i]);
      constexpr std::size_t kLongestCluster =
          5;  // in bytes; the reference maps longer ones character by character
      const std::u32string_view view(text);
      if (bytes > kLongestCluster || !AppendMapped(*map, view.substr(begin, end - begin), &changed)) {
        for (std::size_t i = begin; i < end; ++i) {
          if (!AppendMapped(*map, view.substr(i, 1), &changed)) changed.push_back({text[i], 0});
        }
      }
      begin = end;
    }
    characters->Change(changed);
  };
}

NormalizerStage ReplaceStage(TextPattern pattern, std::u32string content) {
  return [pattern = std::move(pattern), content = std::move(content)](Characters* characters) {
    const std::u32string& text = characters->text;
    if (text.find(pattern.text) == std::u32string::npos) return;
    Characters replaced;
    for (std::size_t i = 0; i < text.size();) {
      const std::size_t end = MatchEnd(pattern, text, i);
      if (end == i) {
        replaced.Add(text[i], characters->spans[i]);
        ++i;
        continue;
      }
      for (const char32_t c : content) replaced.Add(c, characters->spans[end - 1]);
      i = end;
    }
    *characters = std::move(replaced);
  };
}

NormalizerStage StripStage(bool left, bool right) {
  return [left, right](Characters* characters) {
    std::size_t begin = 0;
    std::size_t end = characters->size();
    while (left && begin < end && IsWhitespace(characters->text[begin])) ++begin;
    while (right && begin < end && IsWhitespace(characters->text[end - 1])) --end;
    characters->Cut(begin, end);
  };
}

NormalizerStage StripAccentsStage() {
  return [](Characters* characters) { Filter(characters, [](char32_t c) { return !IsMark(c); }); };
}

NormalizerStage LowercaseStage() {
  return [](Characters* characters) {
    std::vector<ChangedCharacter> changed;
    for (const char32_t c : characters->text) {
      changed.push_back({LowerCase(c), 0});
      if (c == kCapitalIWithDot) changed.push_back({kCombiningDotAbove, 1});
    }
    characters->Change(changed);
  };
}

NormalizerStage PrependStage(std::u32string content) {
  return [content = std::move(content)](Characters* characters) { Prepend(content, characters); };
}

void Prepend(std::u32string_view content, Characters* characters) {
  if (characters->text.empty()) return;
  characters->text.insert(0, content);
  characters->spans.insert(characters->spans.begin(), content.size(), characters->spans[0]);
}

}  // namespace lengthwise
