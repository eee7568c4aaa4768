#include "embedding/long_input.h"

#include <algorithm>

#include "base/fail.h"

namespace lengthwise {
namespace {

std::size_t WindowLength(const LongInput& policy, std::size_t length_in_force) {
  return policy.window == 0 ? length_in_force : policy.window;
}

}  // namespace

LongInputKind ParseLongInputKind(std::string_view name) {
  for (const LongInputKind kind : {LongInputKind::kError, LongInputKind::kTruncate,
                                   LongInputKind::kWindowMean, LongInputKind::kLeadBody}) {
    if (name == LongInputKindName(kind)) return kind;
  }
  Fail(ErrorCode::kBadInput,
       "unknown long-input policy \"{}\"; choose error, truncate, window-mean or lead-body", name);
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
  if (policy.kind == LongInputKind::kWindows) {
    Fail(ErrorCode::kUnsupported,
         "several vectors a text are what an evaluation tries; here a text has one: choose window-mean or "
         "lead-body");
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
    if (policy.window == 0 && policy.stride == 0) return;
    Fail(
        ErrorCode::kBadInput,
        "a window or stride has no effect with the long-input policy {}; choose window-mean or lead-body, or "
        "leave them out",
        LongInputKindName(policy.kind));
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

std::vector<Window> MakeWindows(std::size_t content_tokens, std::size_t special_tokens,
                                std::size_t length_in_force, const LongInput& policy, std::size_t text) {
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
  const std::size_t size = limit - special_tokens;
  const std::size_t stride = policy.stride == 0 ? size : policy.stride;
  std::vector<Window> windows;
  for (std::size_t begin = 0;; begin += stride) {
    windows.push_back({begin, std::min(begin + size, content_tokens)});
    if (windows.back().end == content_tokens) return windows;
  }
}

// Windows follow each other without a gap and the last one ends last.
std::size_t CoveredTokens(std::span<const Window> windows) {
  return windows.empty() ? 0 : windows.back().end;
}

}  // namespace lengthwise
