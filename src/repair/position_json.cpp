#include "repair/position_json.h"

#include <cstddef>

#include "repair/post_process_json.h"

namespace lengthwise {
namespace {

// The widest table that is read: far beyond any model, and it can still be held.
constexpr std::size_t kMostColumns = 65536;

PositionMap ReadPositionTable(const Json& object, const std::string& where) {
  PositionMap map;
  map.kind = PositionMapKind::kTable;
  map.rows = ReadCount(object, "rows", where);
  map.dimension = ReadCount(object, "dimension", where);
  if (map.rows == 0 || map.rows > kMostPositions) {
    Fail(ErrorCode::kBadInput, "{}.rows: must be a whole number from 1 to {}", where, kMostPositions);
  }
  if (map.dimension == 0 || map.dimension > kMostColumns) {
    Fail(ErrorCode::kBadInput, "{}.dimension: must be a whole number from 1 to {}", where, kMostColumns);
  }
  map.table = ReadFloats(object, "table", map.rows * map.dimension, where);
  map.model = JsonMember<std::string>(object, "model", "", where, ErrorCode::kBadInput);
  return map;
}

}  // namespace

PositionMap ReadPositions(const Json& object, const std::string& file) {
  const std::string where = file + ": positions";
  CheckKeys(object, {"map", "rows", "dimension", "table", "model"}, where);
  const auto text = RequiredJsonMember<std::string>(object, "map", where, ErrorCode::kBadInput);
  if (text == "table") return ReadPositionTable(object, where);
  if (object.size() > 1) {
    Fail(ErrorCode::kBadInput, "{}: other members have no effect with map \"{}\"; take them out", where,
         text);
  }
  return ReadAt(where + ".map", [&] { return ParsePositionMap(text); });
}

OrderedJson FormatPositions(const PositionMap& map) {
  OrderedJson object = {{"map", FormatPositionMap(map)}};
  if (map.kind != PositionMapKind::kTable) return object;
  if (!map.model.empty()) object["model"] = map.model;
  object["rows"] = map.rows;
  object["dimension"] = map.dimension;
  object["table"] = FormatFloats(map.table);
  return object;
}

}  // namespace lengthwise
