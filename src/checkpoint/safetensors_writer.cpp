#include "checkpoint/safetensors_writer.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/file.h"
#include "base/json.h"
#include "checkpoint/data_type.h"

namespace lengthwise {
namespace {

// The data begin at a multiple of this, which suits every element type.
constexpr std::size_t kAlignment = 8;

std::string_view Characters(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void CheckTensor(const TensorToWrite& tensor) {
  std::size_t bits = DataTypeBits(tensor.type_name);
  for (const std::size_t size : tensor.shape) bits *= size;
  if ((bits + 7) / 8 != tensor.bytes.size()) {
    Fail(ErrorCode::kInternal, "tensor \"{}\" of type {} has {} bytes where its shape asks for {}",
         tensor.name, tensor.type_name, tensor.bytes.size(), (bits + 7) / 8);
  }
}

}  // namespace

TensorToWrite FloatTensor(std::string name, std::vector<std::size_t> shape, std::span<const float> values) {
  return {std::move(name), "F32", std::move(shape), std::as_bytes(values)};
}

void WriteSafeTensors(const std::filesystem::path& path, std::vector<TensorToWrite> tensors,
                      const std::map<std::string, std::string>& metadata) {
  std::sort(tensors.begin(), tensors.end(), [](const TensorToWrite& a, const TensorToWrite& b) {
    const std::size_t a_bits = DataTypeBits(a.type_name);
    const std::size_t b_bits = DataTypeBits(b.type_name);
    return std::tie(b_bits, a.name) < std::tie(a_bits, b.name);
  });
  OrderedJson header = OrderedJson::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::size_t offset = 0;
  for (const TensorToWrite& tensor : tensors) {
    CheckTensor(tensor);
    if (header.contains(tensor.name)) {
      Fail(ErrorCode::kInternal, "tensor \"{}\" is to be written twice", tensor.name);
    }
    header[tensor.name] = {{"dtype", tensor.type_name},
                           {"shape", tensor.shape},
                           {"data_offsets", {offset, offset + tensor.bytes.size()}}};
    offset += tensor.bytes.size();
  }
  std::string text = header.dump();
  text.resize((text.size() + kAlignment - 1) / kAlignment * kAlignment, ' ');

  AtomicFile file(path);
  const std::uint64_t length = text.size();
  file.Write(Characters(std::as_bytes(std::span(&length, 1))));
  file.Write(text);
  for (const TensorToWrite& tensor : tensors) file.Write(Characters(tensor.bytes));
  file.Commit();
}

}  // namespace lengthwise
