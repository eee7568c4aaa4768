#include "checkpoint/safetensors.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <set>
#include <utility>

#include "base/json.h"
#include "checkpoint/model_file.h"
#include "checkpoint/quantized.h"

namespace lengthwise {
namespace {

constexpr std::size_t kLengthBytes = sizeof(std::uint64_t);
// The limit of the format's reference implementation; a longer header is an attack or a mistake.
constexpr std::uint64_t kMostHeaderBytes = 100'000'000;
// header > tensor > shape: what is deeper is not a safetensors header.
constexpr int kMostDepth = 3;

// The header's text, once its length is known to fit into the file.
std::string_view HeaderText(const MappedFile& file) {
  const std::span<const std::byte> bytes = file.bytes();
  const std::string path = file.path().string();
  if (bytes.size() < kLengthBytes) {
    Fail(ErrorCode::kBadCheckpoint, "{}: {} bytes, too few for a safetensors file; fetch it again", path,
         bytes.size());
  }
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), kLengthBytes);
  if (length > kMostHeaderBytes) {
    Fail(ErrorCode::kBadCheckpoint,
         "{}: a header of {} bytes is announced, more than the format's limit of {}: not a safetensors file",
         path, length, kMostHeaderBytes);
  }
  if (length > bytes.size() - kLengthBytes) {
    Fail(
        ErrorCode::kBadCheckpoint,
        "{}: the header should have {} bytes, but only {} follow its length: the file is cut; fetch it again",
        path, length, bytes.size() - kLengthBytes);
  }
  return {reinterpret_cast<const char*>(bytes.data()) + kLengthBytes, static_cast<std::size_t>(length)};
}

// nlohmann's parser keeps the last of two equal keys without a word, so the keys are watched as they come.
Json ParseHeader(std::string_view text, const std::string& path) {
  std::vector<std::set<std::string>> keys_of_open_objects;
  const auto watch = [&](int depth, Json::parse_event_t event, const Json& value) {
    if (depth > kMostDepth) Fail(ErrorCode::kBadCheckpoint, "{}: the header is nested too deeply", path);
    switch (event) {
      case Json::parse_event_t::object_start:
        keys_of_open_objects.emplace_back();
        break;
      case Json::parse_event_t::object_end:
        keys_of_open_objects.pop_back();
        break;
      case Json::parse_event_t::key: {
        const auto& key = value.get_ref<const std::string&>();
        if (!keys_of_open_objects.back().insert(key).second) {
          Fail(ErrorCode::kBadCheckpoint, "{}: the header names \"{}\" twice", path, key);
        }
        break;
      }
      default:
        break;
    }
    return true;
  };
  Json header;
  try {
    header = Json::parse(text, watch);
  } catch (const nlohmann::json::exception& error) {
    Fail(ErrorCode::kBadCheckpoint, "{}: the header is not valid JSON ({})", path, error.what());
  }
  if (!header.is_object()) Fail(ErrorCode::kBadCheckpoint, "{}: the header is not a JSON object", path);
  return header;
}

// A member that must be a list of non-negative integers.
std::vector<std::size_t> Sizes(const Json& info, const char* member, const std::string& where) {
  const auto found = info.find(member);
  const bool is_list =
      found != info.end() && found->is_array() &&
      std::all_of(found->begin(), found->end(), [](const Json& value) { return value.is_number_unsigned(); });
  if (!is_list) {
    Fail(ErrorCode::kBadCheckpoint, "{}: \"{}\" is not a list of non-negative integers", where, member);
  }
  return found->get<std::vector<std::size_t>>();
}

// Bytes of a tensor of this shape, rounded up from bits.
std::size_t BytesOfShape(std::span<const std::size_t> shape, std::size_t bits, const std::string& where) {
  // A zero anywhere makes the product zero, however large the other sizes are.
  if (std::find(shape.begin(), shape.end(), 0U) != shape.end()) return 0;
  std::size_t total = bits;
  for (const std::size_t size : shape) {
    if (size > std::numeric_limits<std::size_t>::max() / total) {
      Fail(ErrorCode::kBadCheckpoint, "{}: shape {} has more elements than can be addressed", where, shape);
    }
    total *= size;
  }
  return total / 8 + (total % 8 != 0 ? 1 : 0);
}

Tensor ParseTensor(const std::string& name, const Json& info, std::span<const std::byte> data,
                   const std::string& path) {
  const std::string where = fmt::format("{}: tensor \"{}\"", path, name);
  if (!info.is_object()) Fail(ErrorCode::kBadCheckpoint, "{}: its header entry is not a JSON object", where);
  Tensor tensor;
  tensor.name = name;
  tensor.type_name = RequiredJsonMember<std::string>(info, "dtype", where, ErrorCode::kBadCheckpoint);
  tensor.type = DataTypeFromName(tensor.type_name);
  const std::size_t bits = DataTypeBits(tensor.type_name);
  if (bits == 0) Fail(ErrorCode::kUnsupported, "{}: unknown element type \"{}\"", where, tensor.type_name);
  tensor.shape = Sizes(info, "shape", where);

  const std::vector<std::size_t> offsets = Sizes(info, "data_offsets", where);
  if (offsets.size() != 2 || offsets[0] > offsets[1]) {
    Fail(ErrorCode::kBadCheckpoint, "{}: data_offsets {} is not a begin and an end", where, offsets);
  }
  if (offsets[1] > data.size()) {
    Fail(ErrorCode::kBadCheckpoint,
         "{}: ends at byte {} of the data, but the file has {}: it is cut; fetch it again", where, offsets[1],
         data.size());
  }
  tensor.bytes = data.subspan(offsets[0], offsets[1] - offsets[0]);
  const std::size_t needed = BytesOfShape(tensor.shape, bits, where);
  if (needed != tensor.bytes.size()) {
    Fail(ErrorCode::kBadCheckpoint, "{}: shape {} of {} needs {} bytes, but the header gives it {}", where,
         tensor.shape, tensor.type_name, needed, tensor.bytes.size());
  }
  return tensor;
}

// Every byte of the data belongs to one tensor: the format allows neither overlaps nor holes.
void CheckCoverage(const std::map<std::string, Tensor, std::less<>>& tensors, std::span<const std::byte> data,
                   const std::string& path) {
  std::vector<const Tensor*> in_file_order;
  in_file_order.reserve(tensors.size());
  for (const auto& [name, tensor] : tensors) in_file_order.push_back(&tensor);
  std::sort(in_file_order.begin(), in_file_order.end(), [](const Tensor* a, const Tensor* b) {
    return std::pair(a->bytes.data(), a->bytes.size()) < std::pair(b->bytes.data(), b->bytes.size());
  });
  std::size_t covered = 0;
  const Tensor* before = nullptr;
  for (const Tensor* tensor : in_file_order) {
    const auto begin = static_cast<std::size_t>(tensor->bytes.data() - data.data());
    if (begin < covered) {
      Fail(ErrorCode::kBadCheckpoint, "{}: tensors \"{}\" and \"{}\" overlap", path, before->name,
           tensor->name);
    }
    if (begin > covered) {
      Fail(ErrorCode::kBadCheckpoint, "{}: {} bytes before tensor \"{}\" belong to no tensor", path,
           begin - covered, tensor->name);
    }
    covered = begin + tensor->bytes.size();
    before = tensor;
  }
  if (covered != data.size()) {
    Fail(ErrorCode::kBadCheckpoint, "{}: the last {} bytes belong to no tensor", path, data.size() - covered);
  }
}

// Which file of the folder each tensor is in, as an index says it.
std::map<std::string, std::string> PlacesOfTensors(const std::filesystem::path& index) {
  const std::string where = index.string();
  const Json document = ReadJsonObject(index, ErrorCode::kBadCheckpoint);
  const auto found = document.find("weight_map");
  if (found == document.end() || !found->is_object() || found->empty())
    Fail(ErrorCode::kBadCheckpoint, "{}: \"weight_map\" is not an object of tensors and files", where);
  std::map<std::string, std::string> places;
  for (const auto& [tensor, file] : found->items()) {
    if (!file.is_string()) {
      Fail(ErrorCode::kBadCheckpoint, "{}: the file of tensor \"{}\" is not a text", where, tensor);
    }
    const std::filesystem::path name = file.get<std::string>();
    if (name.empty() || name != name.filename() || name == "..") {
      Fail(ErrorCode::kBadCheckpoint, "{}: tensor \"{}\" is in \"{}\", not a file beside the index", where,
           tensor, name.string());
    }
    places.emplace(tensor, name.string());
  }
  return places;
}

}  // namespace

std::size_t Tensor::size() const {
  std::size_t elements = 1;
  for (const std::size_t size : shape) elements *= size;
  return elements;
}

void Tensor::Read(std::size_t first, std::span<float> out) const {
  if (type == DataType::kOther) {
    Fail(ErrorCode::kUnsupported,
         "tensor \"{}\": element type {} cannot be read as numbers; supported: F32, F16, BF16", name,
         type_name);
  }
  if (first > size() || out.size() > size() - first) {
    Fail(ErrorCode::kInternal, "tensor \"{}\": elements {} to {} asked of {}", name, first,
         first + out.size(), size());
  }
  if (paired_rows == 0) return ReadStored(first, out);
  const std::size_t width = size() / shape.front();
  for (std::size_t done = 0; done < out.size();) {
    const std::size_t row = (first + done) / width, column = (first + done) % width;
    const std::size_t of_head = row % paired_rows, half = paired_rows / 2;
    const std::size_t stored = row - of_head + (of_head < half ? 2 * of_head : 2 * (of_head - half) + 1);
    const std::size_t count = std::min(width - column, out.size() - done);
    ReadStored(stored * width + column, out.subspan(done, count));
    done += count;
  }
}

void Tensor::ReadStored(std::size_t first, std::span<float> out) const {
  if (BlockBytes(type) > 0) return DequantizeBlocks(type, bytes.data(), first, out);
  const std::size_t element_bytes = type == DataType::kF32 ? 4 : 2;
  ConvertToFloat(type, bytes.data() + first * element_bytes, out);
}

SafeTensors::SafeTensors(const std::filesystem::path& path) : path_(path) {
  Add(path);
}

SafeTensors SafeTensors::FromIndex(const std::filesystem::path& index) {
  const std::map<std::string, std::string> places = PlacesOfTensors(index);
  SafeTensors all;
  all.path_ = index;
  std::set<std::string> names;
  for (const auto& [tensor, file] : places) names.insert(file);
  for (const std::string& name : names) {
    const std::filesystem::path path = index.parent_path() / name;
    RequireModelFile(path);
    SafeTensors one(path);
    for (const auto& [tensor, value] : one.tensors_) {
      const auto place = places.find(tensor);
      if (place == places.end() || place->second != name) {
        Fail(ErrorCode::kBadCheckpoint,
             "{}: holds tensor \"{}\", which {} {}; fetch all files again, from one place", path.string(),
             tensor, index.string(),
             place == places.end() ? "does not list" : fmt::format("places in {}", place->second));
      }
    }
    all.tensors_.merge(one.tensors_);
    all.metadata_.merge(one.metadata_);
    all.files_.push_back(std::move(one.files_.front()));
  }
  for (const auto& [tensor, file] : places) {
    if (!all.Has(tensor)) {
      Fail(ErrorCode::kBadCheckpoint, "{}: tensor \"{}\" is not in {}; fetch all files again, from one place",
           index.string(), tensor, file);
    }
  }
  return all;
}

SafeTensors SafeTensors::OfFile(MappedFile file, std::map<std::string, Tensor, std::less<>> tensors) {
  SafeTensors all;
  all.path_ = file.path();
  all.tensors_ = std::move(tensors);
  all.files_.push_back(std::move(file));
  return all;
}

void SafeTensors::Add(const std::filesystem::path& path) {
  const MappedFile& file = files_.emplace_back(path);
  const std::string_view header = HeaderText(file);
  const std::span<const std::byte> data = file.bytes().subspan(kLengthBytes + header.size());
  const Json entries = ParseHeader(header, path.string());
  for (const auto& [name, info] : entries.items()) {
    if (name == "__metadata__") {
      if (!info.is_object()) continue;
      for (const auto& [key, value] : info.items()) {
        if (value.is_string()) metadata_.emplace(key, value.get<std::string>());
      }
      continue;
    }
    tensors_.emplace(name, ParseTensor(name, info, data, path.string()));
  }
  CheckCoverage(tensors_, data, path.string());
}

void SafeTensors::Release(const Tensor& tensor) const {
  for (const MappedFile& file : files_) {
    const std::span<const std::byte> bytes = file.bytes();
    if (tensor.bytes.data() >= bytes.data() && tensor.bytes.data() < bytes.data() + bytes.size())
      file.Release(tensor.bytes);
  }
}

bool SafeTensors::Has(std::string_view name) const {
  return tensors_.contains(name);
}

const Tensor& SafeTensors::Get(std::string_view name, std::span<const std::size_t> shape) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) {
    Fail(ErrorCode::kBadCheckpoint, "{}: tensor \"{}\" is missing", path_.string(), name);
  }
  if (!std::equal(shape.begin(), shape.end(), found->second.shape.begin(), found->second.shape.end())) {
    Fail(ErrorCode::kBadCheckpoint, "{}: tensor \"{}\" has shape {}, but config.json asks for {}",
         path_.string(), name, found->second.shape, shape);
  }
  return found->second;
}

}  // namespace lengthwise
