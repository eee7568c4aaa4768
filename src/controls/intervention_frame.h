// The texts of the interventions: the same documents throughout, of which one thing at a time is changed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "controls/length_sample.h"
#include "embedding/session.h"
#include "lengthwise/measure_options.h"

namespace lengthwise {

// Throws kBadInput for a model whose positions, or a prompt whose tokens, leave no room for two parts.
void CheckInterventions(const ControlOptions& options, const Session& embedder);

// Lengths count special tokens.
struct InterventionFrame {
  std::size_t part = 0;                      // tokens that are moved, and that others follow
  std::vector<std::int32_t> prefix, suffix;  // special tokens
  std::size_t positions = 0;                 // of the model
  bool position_table = false;
  std::string architecture;
  std::size_t longest = 0;                           // that the documents have
  std::vector<std::vector<std::int32_t>> documents;  // content
  std::size_t eligible = 0;                          // documents that are long enough

  // Of every document the first tokens, special tokens around them.
  std::vector<std::vector<std::int32_t>> Cut(std::size_t length) const;

  // How far the part is moved: 0, and steps of half of it, or an eighth of the positions where that is more.
  // Empty without a table of positions, or without documents.
  std::vector<std::size_t> Offsets() const;
  // Tokens that follow the part: 0 and up to three times as many as it has.
  std::vector<std::size_t> Further() const;
  // Of the texts as they are: powers of two from 32 on, those that Further leads to, and the longest.
  std::vector<std::size_t> Lengths() const;
  // Tokens of all texts.
  std::size_t CountTokens() const;
};

class InterventionSample {
 public:
  InterventionSample(const Session& embedder, const ControlOptions& options, std::uint64_t seed);

  void Add(const TokenizedDocument& document) { sample_.Add(document); }

  // Where fewer than `minimum_documents` have as many tokens as the model has positions, shorter ones are
  // taken; a frame without documents where too few have two parts. `notes` then says so, and where the model
  // has no table of positions.
  InterventionFrame Frame(std::size_t minimum_documents, std::vector<std::string>& notes) const;

 private:
  InterventionFrame frame_;  // without documents
  std::vector<std::size_t> lengths_;
  LengthSample sample_;
};

}  // namespace lengthwise
