// Reading .safetensors files (format: huggingface/safetensors README) through a memory map.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "checkpoint/data_type.h"

namespace lengthwise {

// One tensor inside a mapped file. Valid as long as the SafeTensors it came from.
struct Tensor {
  std::string name;
  DataType type = DataType::kOther;
  std::string type_name;           // as in the file, for messages
  std::vector<std::size_t> shape;  // row-major
  std::span<const std::byte> bytes;

  std::size_t size() const;  // number of elements
  // Elements [first, first + out.size()), which must lie inside, as float32. Throws kUnsupported for a type
  // other than F32, F16, BF16.
  void Read(std::size_t first, std::span<float> out) const;
};

class SafeTensors {
 public:
  // Reads the header alone. Throws kIo; kBadCheckpoint if the file is cut, its header is not JSON, lies about
  // sizes, names a tensor twice, or the tensors overlap or leave bytes unclaimed; kUnsupported for an unknown
  // element type.
  explicit SafeTensors(const std::filesystem::path& path);

  bool Has(std::string_view name) const;
  // Throws kBadCheckpoint, naming file and tensor, if it is missing or has another shape.
  const Tensor& Get(std::string_view name, std::span<const std::size_t> shape) const;
  const std::map<std::string, Tensor, std::less<>>& tensors() const { return tensors_; }
  // The strings under "__metadata__".
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  const MappedFile& file() const { return file_; }

 private:
  MappedFile file_;
  std::map<std::string, std::string> metadata_;
  std::map<std::string, Tensor, std::less<>> tensors_;
};

}  // namespace lengthwise
