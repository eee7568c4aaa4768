// A token of a piece of text that a model was given.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lengthwise {

struct PieceToken {
  std::int32_t id;
  std::size_t begin;  // bytes of the piece
  std::size_t end;
};

}  // namespace lengthwise
