// Writing .safetensors files (format: huggingface/safetensors README).
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace lengthwise {

// One tensor to be written; the bytes belong to the caller.
struct TensorToWrite {
  std::string name;
  std::string type_name;           // "F32", ...
  std::vector<std::size_t> shape;  // row-major
  std::span<const std::byte> bytes;
};

// Float32 numbers as a tensor.
TensorToWrite FloatTensor(std::string name, std::vector<std::size_t> shape, std::span<const float> values);

// Writes the tensors, wider element types first and by name within a type, so that every tensor is aligned to
// its elements; the same tensors give the same bytes. transformers asks for metadata "format": "pt". Appears
// under its name when complete. Throws kIo; kInternal where shape, type and bytes disagree or a name is given
// twice.
void WriteSafeTensors(const std::filesystem::path& path, std::vector<TensorToWrite> tensors,
                      const std::map<std::string, std::string>& metadata);

}  // namespace lengthwise
