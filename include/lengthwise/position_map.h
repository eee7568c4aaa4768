// A repair of learned positions, as a value: which row of its table a model reads at each position.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lengthwise {

// The positions that a map may give a model.
inline constexpr std::size_t kMostPositions = 16384;

// With R the positions of the mapped model, position i reads
enum class PositionMapKind {
  kNone,
  kSqueeze,       // row i before row `first`, then place first + (i - first) (last - first) / (R - 1 - first)
  kSqueezeGroup,  // the same with the place's whole part
  kRepeat,        // row i up to row `last`, then rows first..last over and over
  kClamp,         // row i up to row `last`, then that row
  kInterpolate,   // place i count / R: linear position interpolation (PI of LongEmbed, arXiv 2404.12096)
  kGroup,  // its whole part (LongEmbed's grouped positions, GP; its recurrent ones, RP: kRepeat from 0)
  kTable,  // row i of `table`, in place of the model's own
};

// Rows are counted as the model counts positions: row 0 is that of a text's first token, special tokens
// included. A place between two rows reads both, weighted linearly. Position 0 and those that a map leaves in
// their places read the same numbers bit for bit. A position bias beside the table (MPNet) stays that of the
// distance between two tokens; its last bucket holds all distances from 128 on, so it has one for any length.
struct PositionMap {
  PositionMapKind kind = PositionMapKind::kNone;
  std::size_t first = 0;
  std::size_t last = 0;
  std::size_t count = 0;
  // Positions of the mapped model; 0: as many as the model has.
  std::size_t rows = 0;
  // kTable alone: [rows x dimension], row-major.
  std::size_t dimension = 0;
  std::vector<float> table = {};
  // kTable alone: Fingerprint of the checkpoint that the table was learned for; empty: not known.
  std::string model = {};

  bool IsIdentity() const { return kind == PositionMapKind::kNone; }
  bool operator==(const PositionMap&) const = default;

  // Where the positions of a model that has so many stand under this map, not kTable, in its own count: what
  // rotary positions turn by. The map has passed Check.
  std::vector<double> Places(std::size_t positions) const;

  // Throws kBadInput, naming the map, unless it fits a model with a table of so many `positions` (0: a model
  // without one), and changes one of them.
  void Check(std::size_t positions, std::size_t hidden) const;

  // `table` [offset + positions x hidden] as this map makes it, its first `offset` rows as they are. The map
  // has passed Check.
  std::vector<float> Apply(const std::vector<float>& model_table, std::size_t offset,
                           std::size_t hidden) const;
};

// "none", "squeeze:FIRST:LAST", "group:FIRST:LAST" (kSqueezeGroup), "repeat:FIRST:LAST", "clamp:LAST",
// "interpolate:COUNT", "group:COUNT", each of the latter six also with the positions of the mapped model, as
// in "interpolate:512@4096". Throws kBadInput, naming the choices, for anything else.
PositionMap ParsePositionMap(std::string_view text);
// The same text; "table" for a table.
std::string FormatPositionMap(const PositionMap& map);

}  // namespace lengthwise
