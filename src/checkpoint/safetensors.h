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
  // If > 0: of each so many rows, a head's, the halves are stored side by side: rows 0, 1, 2, ... of d here
  // are rows 0, 2, 4, ..., 1, 3, ... of the file (llama.cpp's order of queries and keys). Not of rows that
  // are cut within a block.
  std::size_t paired_rows = 0;

  std::size_t size() const;  // number of elements
  // Elements [first, first + out.size()), which must lie inside, as float32. Throws kUnsupported for a type
  // other than F32, F16, BF16, Q4_0, Q4_1, Q8_0.
  void Read(std::size_t first, std::span<float> out) const;

 private:
  void ReadStored(std::size_t first, std::span<float> out) const;
};

// The tensors of one file, or of several that an index lists.
class SafeTensors {
 public:
  // Reads the header alone. Throws kIo; kBadCheckpoint if the file is cut, its header is not JSON, lies about
  // sizes, names a tensor twice, or the tensors overlap or leave bytes unclaimed; kUnsupported for an unknown
  // element type.
  explicit SafeTensors(const std::filesystem::path& path);
  // Of the files beside `index` that its "weight_map" names (model.safetensors.index.json). Throws as for one
  // file, and kBadCheckpoint where the index and the files contradict each other.
  static SafeTensors FromIndex(const std::filesystem::path& index);
  // Of a file of another format, whose tensors are known.
  static SafeTensors OfFile(MappedFile file, std::map<std::string, Tensor, std::less<>> tensors);

  bool Has(std::string_view name) const;
  // Throws kBadCheckpoint, naming file and tensor, if it is missing or has another shape.
  const Tensor& Get(std::string_view name, std::span<const std::size_t> shape) const;
  const std::map<std::string, Tensor, std::less<>>& tensors() const { return tensors_; }
  // The strings under "__metadata__".
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  // The file or the index.
  const std::filesystem::path& path() const { return path_; }
  const std::vector<MappedFile>& files() const { return files_; }
  // Tells the system that a tensor is not needed soon.
  void Release(const Tensor& tensor) const;

 private:
  SafeTensors() = default;
  void Add(const std::filesystem::path& path);

  std::filesystem::path path_;
  std::vector<MappedFile> files_;
  std::map<std::string, std::string> metadata_;
  std::map<std::string, Tensor, std::less<>> tensors_;
};

}  // namespace lengthwise
