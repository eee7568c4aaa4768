// The normalisers of tokenizer.json as stages, each of which changes a text in place.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "text/normal_forms.h"
#include "tokenizer/bert_normalizer.h"
#include "tokenizer/character_map.h"
#include "tokenizer/characters.h"

namespace lengthwise {

using NormalizerStage = std::function<void(Characters*)>;

// A text, or the character at its end `least` times and more (" {2,}").
struct TextPattern {
  std::u32string text;
  bool repeats = false;
  std::size_t least = 1;
};

NormalizerStage BertStage(const BertNormalizerOptions& options);
NormalizerStage NormalFormStage(NormalForm form);
// Drops controls and makes spaces of what separates, as SentencePiece's rules of that name do.
NormalizerStage NmtStage();
NormalizerStage PrecompiledStage(std::shared_ptr<const CharacterMap> map);
NormalizerStage ReplaceStage(TextPattern pattern, std::u32string content);
NormalizerStage StripStage(bool left, bool right);
NormalizerStage StripAccentsStage();
NormalizerStage LowercaseStage();
NormalizerStage PrependStage(std::u32string content);

// Puts `content` before a text that is not empty.
void Prepend(std::u32string_view content, Characters* characters);

}  // namespace lengthwise
