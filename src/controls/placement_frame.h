// Texts of one length, that hold the same passage at different places.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "controls/length_sample.h"
#include "embedding/session.h"
#include "lengthwise/measure_options.h"

namespace lengthwise {

// Where a passage stands in its text: the share of the rest that stands before it.
inline constexpr double kPlaces[] = {0, 0.25, 0.5, 0.75, 1};
inline constexpr std::size_t kPlaceCount = sizeof(kPlaces) / sizeof(kPlaces[0]);

// Throws kBadInput for a model whose positions, or a prompt whose tokens, leave no room for a passage.
void CheckPlacement(const ControlOptions& options, const Session& embedder);

// A passage is the first tokens of a document, and the query that asks for it those that follow them there.
// What stands around a passage is the beginning of another document, which gives no passage.
struct PlacementFrame {
  std::size_t length = 0;    // of a text, special tokens included
  std::size_t passage = 0;   // content tokens of a passage, and of a query
  std::size_t eligible = 0;  // documents that are long enough
  std::vector<std::vector<std::int32_t>>
      documents;  // content: those that give passages first, then the fillers

  std::size_t passages() const { return documents.size() / 2; }
  std::vector<std::vector<std::int32_t>> Queries() const;
  // Content of every passage's text, the passage at kPlaces[place].
  std::vector<std::vector<std::int32_t>> Texts(std::size_t place) const;
};

class PlacementSample {
 public:
  PlacementSample(const Session& embedder, const ControlOptions& options, std::uint64_t seed);

  void Add(const TokenizedDocument& document) { sample_.Add(document); }

  // Of the longest of 512, 256 and 128 tokens that enough documents have, and the model has positions for;
  // without documents where none has, which `notes` then says.
  PlacementFrame Frame(std::size_t minimum_documents, std::vector<std::string>& notes) const;

 private:
  std::vector<std::size_t> lengths_;  // special tokens included
  std::size_t specials_;
  LengthSample sample_;
};

}  // namespace lengthwise
