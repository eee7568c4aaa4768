#include "embedding/long_input.h"

#include <algorithm>
#include <utility>

#include "base/fail.h"

namespace lengthwise {
namespace {

std::size_t WindowLength(const LongInput& policy, std::size_t length_in_force) {
  return policy.window == 0 ? length_in_force : policy.window;
}

// Cuts one text that is longer than a window.
class Cutter {
 public:
  // `size`: content tokens that a window holds.
  Cutter(std::size_t content, std::size_t size, const LongInput& policy, const TextStructure& structure)
      : content_(content), size_(size), room_(size - structure.title), ends_(structure.sentence_ends) {
    const std::size_t stride = policy.stride == 0 ? size : policy.stride;
    overlap_ = room_ - (stride * room_ + size - 1) / size;
  }

  std::vector<Window> Cut() const {
    std::vector<Window> windows = {{0, EndOf(0, size_, 0)}};
    while (windows.back().end < content_) {
      const std::size_t begin = BeginAfter(windows.back());
      windows.push_back({begin, EndOf(begin, room_, windows.back().end)});
    }
    return windows;
  }

 private:
  // The last end of a sentence after `before` that leaves the window no larger than `room`; where there is
  // none, the window is full.
  std::size_t EndOf(std::size_t begin, std::size_t room, std::size_t before) const {
    const std::size_t most = std::min(begin + room, content_);
    const auto beyond = std::upper_bound(ends_.begin(), ends_.end(), most);
    return beyond != ends_.begin() && *(beyond - 1) > before ? *(beyond - 1) : most;
  }

  std::size_t BeginAfter(const Window& window) const {
    const std::size_t earliest =
        std::max(window.begin + 1, window.end - std::min(overlap_, window.end - window.begin));
    const auto last = std::lower_bound(ends_.begin(), ends_.end(), window.end);
    if (last == ends_.end() || *last != window.end) return earliest;
    const std::size_t next = *(last + 1);
    for (auto end = std::lower_bound(ends_.begin(), last, earliest); end != last; ++end) {
      if (*end + room_ >= next) return *end;
    }
    return window.end;
  }

  std::size_t content_;
  std::size_t size_;
  std::size_t room_;  // beside the title
  std::size_t overlap_;
  const std::vector<std::size_t>& ends_;
};

void CheckOnlyOfWindows(const LongInput& policy) {
  const std::pair<bool, const char*> members[] = {
      {policy.window != 0 || policy.stride != 0, "a window or stride"},
      {policy.window_ends != WindowEnds::kTokens, "where windows end"},
      {policy.repeat_title, "a title before every window"},
      {policy.late_chunking, "late chunking"}};
  for (const auto& [given, what] : members) {
    if (!given) continue;
    Fail(ErrorCode::kBadInput,
         "{} has no effect with the long-input policy {}; choose window-mean, lead-body or windows, or leave "
         "it out",
         what, LongInputKindName(policy.kind));
  }
}

}  // namespace

LongInputKind ParseLongInputKind(std::string_view name) {
  for (const LongInputKind kind :
       {LongInputKind::kError, LongInputKind::kTruncate, LongInputKind::kWindowMean, LongInputKind::kLeadBody,
        LongInputKind::kWindows}) {
    if (name == LongInputKindName(kind)) return kind;
  }
  Fail(ErrorCode::kBadInput,
       "unknown long-input policy \"{}\"; choose error, truncate, window-mean, lead-body or windows", name);
}

const char* LongInputKindName(LongInputKind kind) {
  switch (kind) {
    case LongInputKind::kError:
      return "error";
    case LongInputKind::kTruncate:
      return "truncate";
    case LongInputKind::kWindowMean:
      return "window-mean";
    case LongInputKind::kLeadBody:
      return "lead-body";
    case LongInputKind::kWindows:
      return "windows";
  }
  return "truncate";
}

WindowEnds ParseWindowEnds(std::string_view name) {
  for (const WindowEnds ends : {WindowEnds::kTokens, WindowEnds::kSentences}) {
    if (name == WindowEndsName(ends)) return ends;
  }
  Fail(ErrorCode::kBadInput, "windows do not end at \"{}\"; choose tokens or sentences", name);
}

const char* WindowEndsName(WindowEnds ends) {
  return ends == WindowEnds::kSentences ? "sentences" : "tokens";
}

bool HasWindows(LongInputKind kind) {
  return kind == LongInputKind::kWindowMean || MixesUnitVectors(kind);
}

bool MixesUnitVectors(LongInputKind kind) {
  return kind == LongInputKind::kLeadBody || kind == LongInputKind::kWindows;
}

void CheckLongInput(const LongInput& policy, std::size_t special_tokens, std::size_t length_in_force) {
  if (length_in_force <= special_tokens) {
    Fail(ErrorCode::kBadInput,
         "a length of {} tokens leaves no room beside the model's {} special tokens; the least is {}",
         length_in_force, special_tokens, special_tokens + 1);
  }
  // Written so that NaN is refused too.
  if (!(policy.lead >= 0 && policy.lead <= 1)) {
    Fail(ErrorCode::kBadInput, "the lead is a share of the vector, from 0 to 1, not {}", policy.lead);
  }
  const bool has_lead = policy.kind == LongInputKind::kLeadBody || policy.add_body;
  if (!has_lead && policy.lead != kDefaultLead) {
    Fail(ErrorCode::kBadInput,
         "a lead has no effect with the long-input policy {}; choose lead-body or leave it out",
         LongInputKindName(policy.kind));
  }
  if (policy.kind != LongInputKind::kWindows && (policy.vectors > 0 || policy.add_body)) {
    Fail(ErrorCode::kBadInput,
         "a number of vectors, and a body added to each, have no effect with the long-input policy {}, which "
         "gives "
         "one vector a text; choose windows or leave them out",
         LongInputKindName(policy.kind));
  }
  if (!HasWindows(policy.kind)) {
    CheckOnlyOfWindows(policy);
    return;
  }
  if (policy.late_chunking && policy.repeat_title) {
    Fail(ErrorCode::kBadInput,
         "late chunking reads windows together, with the title at their beginning; a title before every "
         "window "
         "has no place there: leave one of them out");
  }
  const std::size_t window = WindowLength(policy, length_in_force);
  if (window <= special_tokens) {
    Fail(ErrorCode::kBadInput,
         "a window of {} tokens leaves no room beside the model's {} special tokens; the least is {}", window,
         special_tokens, special_tokens + 1);
  }
  if (window > length_in_force) {
    Fail(ErrorCode::kBadInput,
         "a window of {} tokens is longer than the {} in force; shorten it or raise the maximum length",
         window, length_in_force);
  }
  if (policy.stride > window - special_tokens) {
    Fail(ErrorCode::kBadInput,
         "a stride of {} would skip tokens: a window of {} holds {} beside the special tokens", policy.stride,
         window, window - special_tokens);
  }
}

void CheckOneVector(const LongInput& policy) {
  if (policy.kind != LongInputKind::kWindows) return;
  Fail(
      ErrorCode::kBadInput,
      "the long-input policy windows gives several vectors a text, where one is expected; choose window-mean "
      "or lead-body");
}

std::size_t RepeatedTitle(std::size_t tokens, std::size_t special_tokens, std::size_t length_in_force,
                          const LongInput& policy) {
  return std::min(tokens, (WindowLength(policy, length_in_force) - special_tokens) / 2);
}

std::vector<Window> MakeWindows(std::size_t content_tokens, std::size_t special_tokens,
                                std::size_t length_in_force, const LongInput& policy, std::size_t text,
                                const TextStructure& structure) {
  const std::size_t limit = HasWindows(policy.kind) ? WindowLength(policy, length_in_force) : length_in_force;
  if (content_tokens + special_tokens <= limit) return {{0, content_tokens}};
  switch (policy.kind) {
    case LongInputKind::kError:
      Fail(ErrorCode::kBadInput,
           "text {} has {} tokens, special tokens included, but {} are in force; choose another long-input "
           "policy or raise the maximum length",
           text + 1, content_tokens + special_tokens, length_in_force);
    case LongInputKind::kTruncate:
      return {{0, length_in_force - special_tokens}};
    case LongInputKind::kWindowMean:
    case LongInputKind::kLeadBody:
    case LongInputKind::kWindows:
      break;
  }
  return Cutter(content_tokens, limit - special_tokens, policy, structure).Cut();
}

// Windows follow each other without a gap and the last one ends last.
std::size_t CoveredTokens(std::span<const Window> windows) {
  return windows.empty() ? 0 : windows.back().end;
}

}  // namespace lengthwise
