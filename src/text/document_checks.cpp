#include "text/document_checks.h"

#include <algorithm>

#include "base/fail.h"
#include "base/hash.h"
#include "text/unicode.h"
#include "text/utf8.h"
#include "text/words.h"

namespace lengthwise {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kPercentOfUnknown = 5;
constexpr std::size_t kPercentOfRepeated = 1;

// What ends a word, whatever the tokenizer: white space, punctuation, and ideographs, which are words.
bool EndsWord(char32_t character) {
  return (CharacterClasses()[character] & (kWhitespace | kPunctuation | kChinese)) != 0;
}

bool HasLongWord(std::string_view text) {
  std::size_t length = 0;
  for (std::size_t position = 0; position < text.size();) {
    const DecodedCharacter character = DecodeValidCharacter(text, position);
    position += character.bytes;
    length = EndsWord(character.value) ? 0 : length + 1;
    if (length > DocumentChecks::kLongWord) return true;
  }
  return false;
}

bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Elements of HTML that text brings along when it was not taken out of a page.
bool IsElement(std::string_view name) {
  constexpr std::string_view kElements[] = {
      "a",      "article", "b",      "body",    "br",    "center", "code",   "dd",    "div", "dl",  "dt",
      "em",     "font",    "footer", "form",    "h1",    "h2",     "h3",     "h4",    "h5",  "h6",  "head",
      "header", "hr",      "html",   "i",       "img",   "li",     "link",   "meta",  "nav", "ol",  "option",
      "p",      "pre",     "script", "section", "small", "span",   "strong", "style", "sub", "sup", "table",
      "tbody",  "td",      "th",     "thead",   "title", "tr",     "u",      "ul"};
  char lower[8] = {};
  if (name.empty() || name.size() > sizeof(lower)) return false;
  for (std::size_t i = 0; i < name.size(); ++i)
    lower[i] = static_cast<char>(name[i] >= 'A' && name[i] <= 'Z' ? name[i] - 'A' + 'a' : name[i]);
  return std::find(std::begin(kElements), std::end(kElements), std::string_view(lower, name.size())) !=
         std::end(kElements);
}

// "<p>", "</p>", "<a href=...", "<br/>".
std::size_t CountTags(std::string_view text) {
  std::size_t tags = 0;
  for (std::size_t open = text.find('<'); open != std::string_view::npos; open = text.find('<', open + 1)) {
    std::size_t begin = open + 1;
    if (begin < text.size() && text[begin] == '/') ++begin;
    std::size_t end = begin;
    while (end < text.size() && end - begin < 9 &&
           (IsLetter(text[end]) || (end > begin && text[end] >= '1' && text[end] <= '6'))) {
      ++end;
    }
    const bool closed = end < text.size() && " />\n\t\r"sv.find(text[end]) != std::string_view::npos;
    if (closed && IsElement(text.substr(begin, end - begin))) ++tags;
  }
  return tags;
}

bool IsMarkup(std::string_view text) {
  constexpr std::size_t kBytesPerTag = 200;
  const std::size_t tags = CountTags(text);
  return tags >= 2 && tags * kBytesPerTag >= text.size();
}

// The beginning of a text, for a message.
std::string Excerpt(std::string_view text) {
  constexpr std::size_t kMost = 40;
  std::string excerpt;
  for (const std::string_view word : Words(text, kMost)) {
    if (!excerpt.empty()) excerpt += ' ';
    excerpt += word;
    if (excerpt.size() > kMost) break;
  }
  const bool cut = excerpt.size() > kMost;
  if (cut) {
    std::size_t end = kMost;
    while (end > 0 && !IsCharacterStart(excerpt[end])) --end;
    excerpt.resize(end);
  }
  return excerpt + (cut ? "..." : "");
}

}  // namespace

std::uint64_t& KeptHashes::SlotOf(std::uint64_t hash) {
  std::size_t slot = hash & (slots_.size() - 1);
  while (slots_[slot] != 0 && slots_[slot] != hash) slot = (slot + 1) & (slots_.size() - 1);
  return slots_[slot];
}

bool KeptHashes::Meet(std::uint64_t hash) {
  hash = std::max<std::uint64_t>(hash, 1);
  std::uint64_t& slot = SlotOf(hash);
  if (slot == hash) return true;
  if (count_ == most_) return false;
  slot = hash;
  if (++count_ * 2 <= slots_.size()) return false;
  std::vector<std::uint64_t> before(slots_.size() * 2);
  before.swap(slots_);
  for (const std::uint64_t kept : before) {
    if (kept != 0) SlotOf(kept) = kept;
  }
  return false;
}

void DocumentChecks::Note(Found& found, std::string_view id) {
  if (found.count++ == 0) found.first = id;
}

void DocumentChecks::Add(std::string_view id, std::string_view title, std::string_view text) {
  ++texts_;
  if (Trimmed(text).empty() && Trimmed(title).empty()) {
    Note(blank_, id);
    return;
  }
  Hasher hasher;
  hasher.Add(title);
  hasher.Add(text);
  if (hashes_.Meet(hasher.Value().first)) Note(repeated_, id);
  if (text.size() > kLongWord && HasLongWord(text)) Note(long_words_, id);
  if (text.find('\0') != std::string_view::npos) Note(nul_, id);
  if (text.find("\xEF\xBF\xBD") != std::string_view::npos) Note(replacement_, id);
  if (IsMarkup(text)) Note(markup_, id);
}

std::vector<InputWarning> DocumentChecks::Warnings() const {
  std::vector<InputWarning> warnings;
  const auto add = [&](const char* kind, const Found& found, std::string_view what) {
    if (found.count == 0) return;
    warnings.push_back(
        {kind, found.count,
         fmt::format("{} of {} texts {} (first: {})", found.count, texts_, what, found.first)});
  };
  add("blank_texts", blank_, "are blank: their vectors are those of no content");
  if (repeated_.count * 100 >= texts_ * kPercentOfRepeated) {
    add("repeated_texts", repeated_, "are the same as one before them");
  }
  add("long_words", long_words_,
      "hold a word of more than 1,000 characters, which becomes one unknown token: encoded data, or a script "
      "that the tokenizer does not split");
  add("nul_characters", nul_, "hold NUL characters, which are no text");
  add("replacement_characters", replacement_,
      "hold U+FFFD, which stands where text was decoded in the wrong encoding");
  add("markup", markup_, "look like HTML: tags are embedded as if they were text");
  return warnings;
}

void UnknownTokens::Add(std::string_view text, std::span<const std::int32_t> ids, std::int32_t unknown_id) {
  const auto unknown = static_cast<std::size_t>(std::count(ids.begin(), ids.end(), unknown_id));
  tokens_ += ids.size();
  unknown_ += unknown;
  if (first_.empty() && unknown * 100 > ids.size() * kPercentOfUnknown) first_ = Excerpt(text);
}

std::optional<InputWarning> UnknownTokens::Warning() const {
  if (unknown_ * 100 <= tokens_ * kPercentOfUnknown) return std::nullopt;
  return InputWarning{
      "unknown_tokens", unknown_,
      fmt::format(
          "{} of {} tokens ({:.0f} %) are unknown to the model's vocabulary, and what they say is lost "
          "(first in the text that begins \"{}\"): another language than the model's, or not its "
          "tokenizer.json?",
          unknown_, tokens_, 100.0 * static_cast<double>(unknown_) / static_cast<double>(tokens_), first_)};
}

}  // namespace lengthwise
