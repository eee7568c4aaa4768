#include "checkpoint/gguf.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fail.h"
#include "text/utf8.h"

namespace lengthwise {
namespace {

constexpr std::string_view kMagic = "GGUF";
constexpr std::uint64_t kDefaultAlignment = 32;
// Far more than any model has; a header that announces more is damaged.
constexpr std::uint64_t kMostEntries = 1 << 16;
constexpr std::uint64_t kMostListed = 1 << 24;
constexpr std::uint64_t kMostNameBytes = 1 << 16;
constexpr std::uint32_t kMostDimensions = 4;

// What ggml numbers so: elements of a block, and its bytes.
struct BlockType {
  std::uint32_t number;
  const char* name;
  std::size_t elements, bytes;
};
constexpr std::array<BlockType, 30> kTypes = {
    {{0, "F32", 1, 4},         {1, "F16", 1, 2},         {2, "Q4_0", 32, 18},      {3, "Q4_1", 32, 20},
     {6, "Q5_0", 32, 22},      {7, "Q5_1", 32, 24},      {8, "Q8_0", 32, 34},      {9, "Q8_1", 32, 40},
     {10, "Q2_K", 256, 84},    {11, "Q3_K", 256, 110},   {12, "Q4_K", 256, 144},   {13, "Q5_K", 256, 176},
     {14, "Q6_K", 256, 210},   {15, "Q8_K", 256, 292},   {16, "IQ2_XXS", 256, 66}, {17, "IQ2_XS", 256, 74},
     {18, "IQ3_XXS", 256, 98}, {19, "IQ1_S", 256, 50},   {20, "IQ4_NL", 32, 18},   {21, "IQ3_S", 256, 110},
     {22, "IQ2_S", 256, 82},   {23, "IQ4_XS", 256, 136}, {24, "I8", 1, 1},         {25, "I16", 1, 2},
     {26, "I32", 1, 4},        {27, "I64", 1, 8},        {28, "F64", 1, 8},        {29, "IQ1_M", 256, 56},
     {30, "BF16", 1, 2},       {39, "MXFP4", 32, 17}}};

// The types of metadata.
enum ValueType : std::uint32_t {
  kUint8 = 0,
  kInt8,
  kUint16,
  kInt16,
  kUint32,
  kInt32,
  kFloat32,
  kBool,
  kString,
  kArray,
  kUint64,
  kInt64,
  kFloat64
};

class Reader {
 public:
  Reader(std::span<const std::byte> bytes, std::string path) : path_(std::move(path)), bytes_(bytes) {}

  const std::string& path() const { return path_; }
  std::size_t place() const { return place_; }
  std::uint64_t left() const { return bytes_.size() - place_; }

  template <typename T>
  T Number(std::string_view what) {
    T value{};
    Need(sizeof(T), what);
    std::memcpy(&value, bytes_.data() + place_, sizeof(T));
    place_ += sizeof(T);
    return value;
  }

  std::string Text(std::uint64_t most, std::string_view what) {
    const auto length = Number<std::uint64_t>(what);
    if (length > most) {
      Fail(ErrorCode::kBadCheckpoint, "{}: {} of {} bytes, more than the {} that are possible", path_, what,
           length, most);
    }
    Need(length, what);
    const std::string_view text(reinterpret_cast<const char*>(bytes_.data()) + place_, length);
    if (const std::size_t invalid = FindInvalidUtf8(text); invalid != text.size())
      Fail(ErrorCode::kBadCheckpoint, "{}: {} at byte {} is not valid UTF-8", path_, what, place_ + invalid);
    place_ += length;
    return std::string(text);
  }

  // A count of things of `least` bytes each.
  std::uint64_t Count(std::uint64_t most, std::uint64_t least, std::string_view what) {
    const auto count = Number<std::uint64_t>(fmt::format("the number of {}", what));
    if (count > most || count > left() / least) {
      Fail(ErrorCode::kBadCheckpoint, "{}: {} {} are announced, more than the file can hold; fetch it again",
           path_, count, what);
    }
    return count;
  }

 private:
  void Need(std::uint64_t bytes, std::string_view what) const {
    if (bytes <= left()) return;
    Fail(ErrorCode::kBadCheckpoint, "{}: the file ends at byte {}, within {}: it is cut; fetch it again",
         path_, bytes_.size(), what);
  }

  std::string path_;
  std::span<const std::byte> bytes_;
  std::size_t place_ = 0;
};

Json ReadValue(Reader& reader, std::uint32_t type, const std::string& what, bool in_array = false) {
  switch (type) {
    case kUint8:
      return reader.Number<std::uint8_t>(what);
    case kInt8:
      return reader.Number<std::int8_t>(what);
    case kUint16:
      return reader.Number<std::uint16_t>(what);
    case kInt16:
      return reader.Number<std::int16_t>(what);
    case kUint32:
      return reader.Number<std::uint32_t>(what);
    case kInt32:
      return reader.Number<std::int32_t>(what);
    case kFloat32:
      return reader.Number<float>(what);
    case kBool:
      return reader.Number<std::uint8_t>(what) != 0;
    case kString:
      return reader.Text(std::numeric_limits<std::uint32_t>::max(), what);
    case kUint64:
      return reader.Number<std::uint64_t>(what);
    case kInt64:
      return reader.Number<std::int64_t>(what);
    case kFloat64:
      return reader.Number<double>(what);
    case kArray: {
      if (in_array) {
        Fail(ErrorCode::kUnsupported, "{}: {} is a list of lists, which is not supported", reader.path(),
             what);
      }
      const auto of = reader.Number<std::uint32_t>(what);
      const std::uint64_t count = reader.Count(kMostListed, 1, fmt::format("values of {}", what));
      Json list = Json::array();
      for (std::uint64_t i = 0; i < count; ++i) list.push_back(ReadValue(reader, of, what, true));
      return list;
    }
    default:
      Fail(ErrorCode::kBadCheckpoint, "{}: {} is of type {}, which the format does not define", reader.path(),
           what, type);
  }
}

Json ReadMetadata(Reader& reader, std::uint64_t count) {
  Json metadata = Json::object();
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::string key = reader.Text(kMostNameBytes, fmt::format("key {} of the metadata", i));
    if (metadata.contains(key))
      Fail(ErrorCode::kBadCheckpoint, "{}: the metadata names \"{}\" twice", reader.path(), key);
    const std::string what = fmt::format("\"{}\"", key);
    const auto type = reader.Number<std::uint32_t>(what);
    metadata[key] = ReadValue(reader, type, what);
  }
  return metadata;
}

std::uint64_t AlignmentOf(const Json& metadata, const std::string& path) {
  const auto found = metadata.find("general.alignment");
  if (found == metadata.end()) return kDefaultAlignment;
  // A power of two, which pages hold.
  constexpr std::uint64_t kMost = 1 << 16;
  const std::uint64_t alignment = found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
  if (alignment == 0 || alignment > kMost || (alignment & (alignment - 1)) != 0) {
    Fail(ErrorCode::kBadCheckpoint, "{}: \"general.alignment\" is {}, not a power of two up to {}", path,
         found->dump(), kMost);
  }
  return alignment;
}

// A tensor as the header describes it, and where its bytes are to begin, from the data's begin on.
struct Described {
  Tensor tensor;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

Described ReadTensorInfo(Reader& reader, std::uint64_t number, std::uint64_t alignment) {
  Described described;
  Tensor& tensor = described.tensor;
  tensor.name = reader.Text(kMostNameBytes, fmt::format("the name of tensor {}", number));
  const std::string what = fmt::format("tensor \"{}\"", tensor.name);
  const auto dimensions = reader.Number<std::uint32_t>(what);
  if (dimensions == 0 || dimensions > kMostDimensions) {
    Fail(ErrorCode::kBadCheckpoint, "{}: {} has {} dimensions, not 1 to {}", reader.path(), what, dimensions,
         kMostDimensions);
  }
  for (std::uint32_t d = 0; d < dimensions; ++d) tensor.shape.push_back(reader.Number<std::uint64_t>(what));
  const auto number_of_type = reader.Number<std::uint32_t>(what);
  described.offset = reader.Number<std::uint64_t>(what);
  const auto type = std::find_if(kTypes.begin(), kTypes.end(),
                                 [&](const BlockType& known) { return known.number == number_of_type; });
  if (type == kTypes.end()) {
    Fail(ErrorCode::kUnsupported, "{}: {} has elements of type {}, which is not known here", reader.path(),
         what, number_of_type);
  }
  tensor.type_name = type->name;
  tensor.type = DataTypeFromName(type->name);
  // The innermost first, in the file.
  if (tensor.shape.front() == 0 || tensor.shape.front() % type->elements != 0) {
    Fail(ErrorCode::kBadCheckpoint,
         "{}: {} has rows of {} elements, not a multiple of the {} of a block of {}", reader.path(), what,
         tensor.shape.front(), type->elements, type->name);
  }
  std::uint64_t blocks = tensor.shape.front() / type->elements;
  const std::uint64_t most = std::numeric_limits<std::int64_t>::max() / (type->bytes * type->elements);
  for (std::uint32_t d = 1; d < dimensions; ++d) {
    if (tensor.shape[d] == 0 || tensor.shape[d] > most / blocks) {
      Fail(ErrorCode::kBadCheckpoint, "{}: {} has a dimension of {} elements", reader.path(), what,
           tensor.shape[d]);
    }
    blocks *= tensor.shape[d];
  }
  if (blocks > most)
    Fail(ErrorCode::kBadCheckpoint, "{}: {} has rows of {} elements", reader.path(), what, tensor.shape[0]);
  described.bytes = blocks * type->bytes;
  std::reverse(tensor.shape.begin(), tensor.shape.end());
  if (described.offset % alignment != 0) {
    Fail(ErrorCode::kBadCheckpoint, "{}: {} begins at byte {} of the data, not at a multiple of {}",
         reader.path(), what, described.offset, alignment);
  }
  return described;
}

// Every byte of the data belongs to one tensor, but for what fills it up to the alignment.
void CheckLayout(const std::vector<Described>& described, std::uint64_t size, std::uint64_t alignment,
                 const std::string& path) {
  std::vector<const Described*> in_file_order;
  in_file_order.reserve(described.size());
  for (const Described& one : described) in_file_order.push_back(&one);
  std::sort(in_file_order.begin(), in_file_order.end(), [](const Described* a, const Described* b) {
    return std::pair(a->offset, a->bytes) < std::pair(b->offset, b->bytes);
  });
  std::uint64_t covered = 0;
  const Described* before = nullptr;
  for (const Described* one : in_file_order) {
    const std::string& name = one->tensor.name;
    if (one->offset > size || one->bytes > size - one->offset) {
      Fail(ErrorCode::kBadCheckpoint,
           "{}: tensor \"{}\" takes {} bytes from byte {} of the data on, of which the file has {}: it is "
           "cut; "
           "fetch it again",
           path, name, one->bytes, one->offset, size);
    }
    if (one->offset < covered) {
      Fail(ErrorCode::kBadCheckpoint, "{}: tensors \"{}\" and \"{}\" overlap", path, before->tensor.name,
           name);
    }
    if (one->offset - covered >= alignment) {
      Fail(ErrorCode::kBadCheckpoint, "{}: {} bytes before tensor \"{}\" belong to no tensor", path,
           one->offset - covered, name);
    }
    covered = one->offset + one->bytes;
    before = one;
  }
  if (size - covered >= alignment)
    Fail(ErrorCode::kBadCheckpoint, "{}: the last {} bytes belong to no tensor", path, size - covered);
}

void CheckHead(Reader& reader, std::span<const std::byte> bytes) {
  if (bytes.size() < kMagic.size() || std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0) {
    Fail(ErrorCode::kBadCheckpoint, "{}: not a GGUF file, which begins with \"{}\"; fetch it again",
         reader.path(), kMagic);
  }
  reader.Number<std::uint32_t>("the magic number");
  const auto version = reader.Number<std::uint32_t>("the version");
  if ((version & 0xFFFFU) == 0)
    Fail(ErrorCode::kUnsupported, "{}: a big-endian GGUF file; supported: little-endian ones", reader.path());
  if (version != 2 && version != 3)
    Fail(ErrorCode::kUnsupported, "{}: version {} of GGUF; supported: 2, 3", reader.path(), version);
}

}  // namespace

Gguf ReadGguf(std::span<const std::byte> bytes, const std::string& where) {
  Reader reader(bytes, where);
  CheckHead(reader, bytes);
  // Of the shortest entries: a name, and what must follow it.
  constexpr std::uint64_t kLeastTensor = 8 + 4 + 8 + 4 + 8;
  constexpr std::uint64_t kLeastKey = 8 + 4 + 1;
  const std::uint64_t tensors = reader.Count(kMostEntries, kLeastTensor, "tensors");
  const std::uint64_t keys = reader.Count(kMostEntries, kLeastKey, "keys of metadata");
  Gguf gguf;
  gguf.metadata = ReadMetadata(reader, keys);
  const auto parts = gguf.metadata.find("split.count");
  if (parts != gguf.metadata.end() && *parts != 1 && *parts != 0) {
    Fail(ErrorCode::kUnsupported, "{}: one of {} parts of a model; join them with: llama-gguf-split --merge",
         reader.path(), parts->dump());
  }
  const std::uint64_t alignment = AlignmentOf(gguf.metadata, reader.path());
  std::vector<Described> described;
  for (std::uint64_t i = 0; i < tensors; ++i) described.push_back(ReadTensorInfo(reader, i, alignment));
  const std::uint64_t padding = (alignment - reader.place() % alignment) % alignment;
  if (padding > reader.left() && tensors > 0) {
    Fail(ErrorCode::kBadCheckpoint, "{}: the file ends before its tensors: it is cut; fetch it again",
         reader.path());
  }
  const std::span<const std::byte> data = bytes.subspan(reader.place() + std::min(padding, reader.left()));
  CheckLayout(described, data.size(), alignment, reader.path());
  for (Described& one : described) {
    one.tensor.bytes = data.subspan(one.offset, one.bytes);
    const std::string name = one.tensor.name;
    if (!gguf.tensors.emplace(name, std::move(one.tensor)).second)
      Fail(ErrorCode::kBadCheckpoint, "{}: tensor \"{}\" is named twice", reader.path(), name);
  }
  return gguf;
}

}  // namespace lengthwise
