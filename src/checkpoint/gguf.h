// Reading .gguf files (format: ggml's docs/gguf.md, versions 2 and 3, little-endian): one file with a model's
// configuration, its tokenizer and its weights, which may be quantised in blocks.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <span>
#include <string>

#include "base/json.h"
#include "checkpoint/safetensors.h"

namespace lengthwise {

struct Gguf {
  Json metadata;                                       // an object: keys and values as the file has them
  std::map<std::string, Tensor, std::less<>> tensors;  // by the file's names; shapes row-major, as elsewhere
};

// Reads all of a file but its weights, which stay in `bytes`; `where` names it in messages. Throws
// kBadCheckpoint, saying where, if the file is no GGUF, is cut, announces more than it can hold, names a key
// or a tensor twice, or has tensors that overlap, leave bytes unclaimed, lie beyond its end, or are not
// aligned; kUnsupported for another version or byte order, one of several parts, and an element type that the
// format does not define.
Gguf ReadGguf(std::span<const std::byte> bytes, const std::string& where);

}  // namespace lengthwise
