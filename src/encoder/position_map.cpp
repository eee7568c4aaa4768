#include "lengthwise/position_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "base/fail.h"
#include "base/parse_number.h"

namespace lengthwise {
namespace {

constexpr const char* kMapChoices =
    "choose none, squeeze:FIRST:LAST (such as squeeze:96:126), group:FIRST:LAST, repeat:FIRST:LAST, "
    "clamp:LAST, "
    "interpolate:COUNT or group:COUNT, each with @POSITIONS where the model is to have more of them";

// The names of kinds with so many numbers.
struct MapName {
  PositionMapKind kind;
  std::string_view name;
  std::size_t numbers;
};
constexpr std::array kMapNames = {
    MapName{PositionMapKind::kSqueeze, "squeeze", 2},
    MapName{PositionMapKind::kSqueezeGroup, "group", 2},
    MapName{PositionMapKind::kRepeat, "repeat", 2},
    MapName{PositionMapKind::kClamp, "clamp", 1},
    MapName{PositionMapKind::kInterpolate, "interpolate", 1},
    MapName{PositionMapKind::kGroup, "group", 1},
};

std::size_t ParseRow(std::string_view digits, std::string_view text) {
  const std::optional<std::size_t> value = NumberOf<std::size_t>(digits);
  if (!value) {
    Fail(ErrorCode::kBadInput, "position map \"{}\": \"{}\" is not a whole number; {}", text, digits,
         kMapChoices);
  }
  return *value;
}

// A place in the model's table: `part` of the way from row `below` to the next.
struct Place {
  std::size_t below = 0;
  double part = 0;
};

// first + steps length / of
Place Along(std::size_t first, std::size_t steps, std::size_t length, std::size_t of) {
  if (of == 0) return {first, 0};
  return {first + steps * length / of, static_cast<double>(steps * length % of) / static_cast<double>(of)};
}

// Of position i of `rows`.
Place PlaceOf(const PositionMap& map, std::size_t i, std::size_t rows) {
  Place place{i, 0};
  switch (map.kind) {
    case PositionMapKind::kNone:
    case PositionMapKind::kTable:
      break;
    case PositionMapKind::kSqueeze:
    case PositionMapKind::kSqueezeGroup:
      if (i >= map.first) place = Along(map.first, i - map.first, map.last - map.first, rows - 1 - map.first);
      break;
    case PositionMapKind::kRepeat:
      if (i > map.last) place.below = map.first + (i - map.last - 1) % (map.last - map.first + 1);
      break;
    case PositionMapKind::kClamp:
      place.below = std::min(i, map.last);
      break;
    case PositionMapKind::kInterpolate:
    case PositionMapKind::kGroup:
      place = Along(0, i, map.count, rows);
      // A table of `count` rows ends with the last of them.
      if (place.below == map.count - 1) place.part = 0;
      break;
  }
  if (map.kind == PositionMapKind::kSqueezeGroup || map.kind == PositionMapKind::kGroup) place.part = 0;
  return place;
}

void CheckTable(const PositionMap& map, std::size_t hidden) {
  if (map.dimension != hidden) {
    Fail(ErrorCode::kBadInput, "the table of positions has rows of {} numbers, but the model's have {}",
         map.dimension, hidden);
  }
  if (map.rows == 0 || map.table.size() != map.rows * map.dimension) {
    Fail(ErrorCode::kBadInput, "the table of positions has {} numbers, not {} rows of {}", map.table.size(),
         map.rows, map.dimension);
  }
  if (!std::all_of(map.table.begin(), map.table.end(), [](float value) { return std::isfinite(value); })) {
    Fail(ErrorCode::kBadInput, "the table of positions holds NaN or infinity");
  }
}

}  // namespace

void PositionMap::Check(std::size_t positions, std::size_t hidden) const {
  if (IsIdentity()) return;
  const std::string name = FormatPositionMap(*this);
  if (positions == 0) {
    Fail(ErrorCode::kBadInput,
         "the position map {} has no effect: the model has no table of learned positions; take it out", name);
  }
  if (rows > kMostPositions) {
    Fail(ErrorCode::kBadInput, "the position map {} gives {} positions; the most is {}", name, rows,
         kMostPositions);
  }
  if (kind == PositionMapKind::kTable) return CheckTable(*this, hidden);
  const bool counts = kind == PositionMapKind::kInterpolate || kind == PositionMapKind::kGroup;
  if (first > last || last >= positions || (counts && (count == 0 || count > positions))) {
    Fail(ErrorCode::kBadInput,
         "the position map {} does not fit a model with positions 0 to {}: its rows must lie among them and "
         "go "
         "up",
         name, positions - 1);
  }
  const std::size_t mapped = rows == 0 ? positions : rows;
  if ((kind == PositionMapKind::kSqueeze || kind == PositionMapKind::kSqueezeGroup) && last >= mapped) {
    Fail(ErrorCode::kBadInput, "the position map {} squeezes nothing into row {}: it leaves {} positions",
         name, last, mapped);
  }
  bool moved = mapped != positions;
  for (std::size_t i = 0; i < mapped && !moved; ++i) {
    const Place place = PlaceOf(*this, i, mapped);
    moved = place.below != i || place.part != 0;
  }
  if (!moved) {
    Fail(ErrorCode::kBadInput,
         "the position map {} moves none of the model's {} positions; take it out, or choose an earlier row",
         name, positions);
  }
}

std::vector<float> PositionMap::Apply(const std::vector<float>& model_table, std::size_t offset,
                                      std::size_t hidden) const {
  if (IsIdentity()) return model_table;
  const std::size_t mapped = rows == 0 ? model_table.size() / hidden - offset : rows;
  std::vector<float> made((offset + mapped) * hidden);
  std::copy_n(model_table.begin(), offset * hidden, made.begin());
  float* const to = made.data() + offset * hidden;
  if (kind == PositionMapKind::kTable) {
    std::copy(table.begin(), table.end(), to);
    return made;
  }
  const float* const from = model_table.data() + offset * hidden;
  for (std::size_t i = 0; i < mapped; ++i) {
    const Place place = PlaceOf(*this, i, mapped);
    const float* const below = from + place.below * hidden;
    for (std::size_t c = 0; c < hidden; ++c) {
      to[i * hidden + c] =
          place.part == 0 ? below[c]
                          : static_cast<float>((1 - place.part) * below[c] + place.part * below[hidden + c]);
    }
  }
  return made;
}

std::vector<double> PositionMap::Places(std::size_t positions) const {
  const std::size_t mapped = rows == 0 ? positions : rows;
  std::vector<double> places;
  places.reserve(mapped);
  for (std::size_t i = 0; i < mapped; ++i) {
    const Place place = PlaceOf(*this, i, mapped);
    // Beyond the last row of a table there is nothing to mix; angles go on.
    const bool onward = kind == PositionMapKind::kInterpolate;
    places.push_back(onward ? static_cast<double>(i * count) / static_cast<double>(mapped)
                            : static_cast<double>(place.below) + place.part);
  }
  return places;
}

PositionMap ParsePositionMap(std::string_view text) {
  PositionMap map;
  if (text == "none") return map;
  if (text == "table") {
    Fail(ErrorCode::kBadInput, "a table of positions is given by a repair file, with its numbers; {}",
         kMapChoices);
  }
  std::string_view rest = text;
  if (const std::size_t at = rest.find('@'); at != std::string_view::npos) {
    map.rows = ParseRow(rest.substr(at + 1), text);
    rest = rest.substr(0, at);
    if (map.rows == 0) Fail(ErrorCode::kBadInput, "position map \"{}\": leaves no position", text);
  }
  std::vector<std::size_t> numbers;
  const std::string_view name = rest.substr(0, rest.find(':'));
  rest.remove_prefix(name.size());
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const std::string_view digits = rest.substr(0, rest.find(':'));
    numbers.push_back(ParseRow(digits, text));
    rest.remove_prefix(digits.size());
  }
  const auto found = std::find_if(kMapNames.begin(), kMapNames.end(), [&](const MapName& known) {
    return known.name == name && known.numbers == numbers.size();
  });
  if (found == kMapNames.end())
    Fail(ErrorCode::kBadInput, "unknown position map \"{}\"; {}", text, kMapChoices);
  map.kind = found->kind;
  if (map.kind == PositionMapKind::kInterpolate || map.kind == PositionMapKind::kGroup) {
    map.count = numbers[0];
    if (map.count == 0) Fail(ErrorCode::kBadInput, "position map \"{}\": of no row; give 1 or more", text);
  } else {
    map.first = numbers.size() == 2 ? numbers[0] : 0;
    map.last = numbers.back();
    if (map.first > map.last) {
      Fail(ErrorCode::kBadInput, "position map \"{}\": row {} comes after row {}; give the lower one first",
           text, map.first, map.last);
    }
  }
  return map;
}

std::string FormatPositionMap(const PositionMap& map) {
  if (map.kind == PositionMapKind::kNone) return "none";
  if (map.kind == PositionMapKind::kTable) return "table";
  const auto found = std::find_if(kMapNames.begin(), kMapNames.end(),
                                  [&](const MapName& known) { return known.kind == map.kind; });
  std::string text(found->name);
  if (map.kind == PositionMapKind::kInterpolate || map.kind == PositionMapKind::kGroup) {
    text += fmt::format(":{}", map.count);
  } else if (found->numbers == 2) {
    text += fmt::format(":{}:{}", map.first, map.last);
  } else {
    text += fmt::format(":{}", map.last);
  }
  if (map.rows != 0) text += fmt::format("@{}", map.rows);
  return text;
}

}  // namespace lengthwise
