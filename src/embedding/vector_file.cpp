#include <fmt/format.h>

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "base/fail.h"
#include "base/json.h"
#include "base/output_target.h"
#include "lengthwise/vectors.h"

namespace lengthwise {
namespace {

static_assert(std::endian::native == std::endian::little, "rows are written as they lie in memory");

// Room for any two 64-bit numbers, and what numpy.save itself takes for ordinary shapes, so that the number
// of rows can be filled in when it is known.
constexpr std::size_t kNpyHeaderBytes = 128;

// NumPy Enhancement Proposal 1, version 1.0: magic, version, header length, a Python dict padded with spaces
// to a multiple of 64 bytes and closed by a new line.
std::string NpyHeader(std::size_t rows, std::size_t dimension) {
  constexpr std::size_t kPreamble = 10;
  std::string header("\x93NUMPY\x01\x00", 8);
  constexpr std::size_t kLength = kNpyHeaderBytes - kPreamble;
  header += static_cast<char>(kLength & 0xFFU);
  header += static_cast<char>(kLength >> 8);
  header += fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}), }}", rows, dimension);
  header.resize(kNpyHeaderBytes - 1, ' ');
  return header + '\n';
}

std::string JsonString(const std::string& text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

// The shortest decimal that reads back as the same float32.
void AppendNumber(float value, std::string* line) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  line->append(digits.data(), end);
  // JSON readers take -0 for an integer, which has no sign.
  if (value == 0 && std::signbit(value)) *line += ".0";
}

void CheckFinite(std::span<const float> row, const std::string& id) {
  for (const float value : row) {
    if (!std::isfinite(value)) Fail(ErrorCode::kInternal, "the vector of \"{}\" is not finite", id);
  }
}

std::size_t TextOf(const Embeddings& rows, std::size_t row) {
  return rows.parts.empty() ? row : static_cast<std::size_t>(rows.parts[row].text);
}

// Members that say where a row comes from, where texts have several; texts are numbered from `first`.
std::string PlaceOf(const Embeddings& rows, std::size_t row, std::size_t first) {
  if (rows.parts.empty()) return "";
  return fmt::format(",\"text\":{},\"window\":{}", first + rows.parts[row].text, rows.parts[row].window);
}

}  // namespace

VectorFormat VectorFormatOf(const std::filesystem::path& path) {
  const std::string extension = path.extension().string();
  if (extension == ".npy") return VectorFormat::kNpy;
  if (extension == ".jsonl") return VectorFormat::kJsonl;
  Fail(ErrorCode::kBadInput, "cannot tell the format of {} from its name; it must end in .npy or .jsonl",
       path.string());
}

std::filesystem::path TokenFileOf(const std::filesystem::path& npy) {
  return std::filesystem::path(npy).replace_extension(".tokens.jsonl");
}

namespace {

// Before the file is opened, since a pipe waits for its reader.
VectorFormat FormatFor(const std::filesystem::path& path) {
  const VectorFormat format = VectorFormatOf(path);
  if (format == VectorFormat::kNpy && FindOutputTarget(path).kind != OutputTarget::Kind::kFile) {
    Fail(ErrorCode::kBadInput,
         "cannot write {}: the number of rows stands at the start of a .npy, and is known at the end, so it "
         "needs a file; write .jsonl into a pipe or a device",
         path.string());
  }
  return format;
}

}  // namespace

VectorWriter::VectorWriter(const std::filesystem::path& path, std::size_t dimension)
    : path_(path), format_(FormatFor(path)), dimension_(dimension), vectors_(path) {
  if (format_ == VectorFormat::kNpy) {
    tokens_ = std::make_unique<AtomicFile>(TokenFileOf(path));
    vectors_.Write(NpyHeader(0, dimension_));
  }
}

void VectorWriter::Append(std::span<const std::string> ids, const Embeddings& rows) {
  if (ids.size() != rows.texts() || rows.dimension != dimension_ ||
      rows.values.size() != rows.rows() * dimension_) {
    Fail(ErrorCode::kInternal, "{} ids for {} texts and {} rows of dimension {} in a file of dimension {}",
         ids.size(), rows.texts(), rows.rows(), rows.dimension, dimension_);
  }
  if (ids.empty()) return;
  for (std::size_t i = 0; i < rows.rows(); ++i) CheckFinite(rows.row(i), ids[TextOf(rows, i)]);
  if (format_ == VectorFormat::kNpy) {
    AppendNpy(ids, rows);
  } else {
    AppendJsonl(ids, rows);
  }
  rows_ += rows.rows();
  texts_ += ids.size();
}

void VectorWriter::AppendNpy(std::span<const std::string> ids, const Embeddings& rows) {
  vectors_.Write({reinterpret_cast<const char*>(rows.values.data()), rows.values.size() * sizeof(float)});
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    const TokenUse& use = rows.tokens[i];
    tokens_->Write(fmt::format("{{\"_id\":{},\"row\":{}{},\"used\":{},\"dropped\":{},\"windows\":{}}}\n",
                               JsonString(ids[TextOf(rows, i)]), rows_ + i, PlaceOf(rows, i, texts_),
                               use.used, use.dropped, use.windows));
  }
}

void VectorWriter::AppendJsonl(std::span<const std::string> ids, const Embeddings& rows) {
  std::string line;
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    line = fmt::format("{{\"_id\":{}{},\"embedding\":[", JsonString(ids[TextOf(rows, i)]),
                       PlaceOf(rows, i, texts_));
    const std::span<const float> row = rows.row(i);
    for (std::size_t j = 0; j < row.size(); ++j) {
      if (j > 0) line += ',';
      AppendNumber(row[j], &line);
    }
    const TokenUse& use = rows.tokens[i];
    line += fmt::format("],\"tokens_used\":{},\"tokens_dropped\":{},\"windows\":{}}}\n", use.used,
                        use.dropped, use.windows);
    vectors_.Write(line);
  }
}

std::size_t VectorWriter::Commit() {
  if (tokens_ != nullptr) vectors_.WriteAt(0, NpyHeader(rows_, dimension_));
  // The token counts first, so that whoever finds the vectors finds them too.
  CommitTogether({tokens_.get(), &vectors_});
  return rows_;
}

}  // namespace lengthwise
