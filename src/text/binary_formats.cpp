#include "text/binary_formats.h"

#include "base/fail.h"

namespace lengthwise {
namespace {

using namespace std::string_view_literals;

struct BinaryFormat {
  std::string_view magic;
  // What follows the magic, which alone may also begin a text, is a control character.
  bool control_follows;
  std::string_view name;
  std::string_view advice;
};

constexpr std::string_view kTable =
    "write its texts as JSONL (in Python: pandas.read_{}(F).to_json(\"F.jsonl\", orient=\"records\", "
    "lines=True))";
constexpr std::string_view kArray = "it holds numbers, not texts: give the texts";
constexpr std::string_view kPicture = "it holds no text: give the text";
constexpr std::string_view kSheet =
    "extract its text first (a sheet: save it as CSV; a document: save it as plain text; an archive: unzip "
    "it)";

constexpr BinaryFormat kFormats[] = {
    {"PAR1"sv, true, "a Parquet file", "parquet"},
    {"ARROW1"sv, true, "an Arrow file", "feather"},
    {"FEA1"sv, true, "a Feather file", "feather"},
    {"\x89HDF\r\n\x1A\n"sv, false, "an HDF5 file", "hdf"},
    {"Obj\x01"sv, false, "an Avro file", "write its texts as JSONL"},
    {"SQLite format 3\0"sv, false, "an SQLite database",
     "write the texts as CSV (sqlite3 -csv -header F \"select ...\")"},
    {"%PDF-"sv, false, "a PDF file", "extract its text first (pdftotext F.pdf F.txt)"},
    {"PK\x03\x04"sv, false, "a zip archive (or .docx, .xlsx, .epub, which are such)", kSheet},
    {"PK\x05\x06"sv, false, "an empty zip archive", "give the texts"},
    {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv, false, "an old Office file (.doc, .xls, .ppt)", kSheet},
    {"{\\rtf"sv, false, "an RTF document", "save it as plain text first"},
    {"\x89PNG\r\n\x1A\n"sv, false, "a PNG image", kPicture},
    {"\xFF\xD8\xFF"sv, false, "a JPEG image", kPicture},
    {"GIF87a"sv, false, "a GIF image", kPicture},
    {"GIF89a"sv, false, "a GIF image", kPicture},
    {"\x93NUMPY"sv, false, "a NumPy array", kArray},
    {"\x7F"
     "ELF"sv,
     false, "a program", "give the texts"},
    {"\xFD"
     "7zXZ\0"sv,
     false, "an xz archive", "unpack it first (xz -dc F | lengthwise ..., from standard input)"},
    {"BZh91AY&SY"sv, false, "a bzip2 archive",
     "unpack it first (bzip2 -dc F | lengthwise ..., from standard input)"},
    {"7z\xBC\xAF\x27\x1C"sv, false, "a 7z archive", "unpack it first"},
    {"\x04\x22\x4D\x18"sv, false, "an LZ4 archive",
     "unpack it first (lz4 -dc F | lengthwise ..., from standard input)"},
    {"\x1F\x8B"sv, false, "a gzip archive inside another archive", "unpack it first"},
    {"\x28\xB5\x2F\xFD"sv, false, "a zstd archive inside another archive", "unpack it first"},
    {"version https://git-lfs.github.com/"sv, false, "a pointer of Git LFS instead of the file",
     "fetch the file itself (git lfs pull)"},
};

bool IsControl(char byte) {
  return static_cast<unsigned char>(byte) < 0x20;
}

bool Matches(const BinaryFormat& format, std::string_view start) {
  if (!start.starts_with(format.magic)) return false;
  if (!format.control_follows) return true;
  const std::size_t next = format.magic.size();
  return next < start.size() && (IsControl(start[next]) || static_cast<unsigned char>(start[next]) >= 0x80);
}

// Opcodes of Python's pickle, protocols 2 to 5.
bool IsPickle(std::string_view start) {
  return start.size() >= 2 && start[0] == '\x80' && start[1] >= 2 && start[1] <= 5;
}

bool IsTar(std::string_view start) {
  return start.size() >= 262 && start.substr(257, 5) == "ustar";
}

bool IsTable(const BinaryFormat& format) {
  return format.advice == "parquet" || format.advice == "feather" || format.advice == "hdf";
}

}  // namespace

void RefuseBinary(std::string_view start, const std::string& where) {
  for (const BinaryFormat& format : kFormats) {
    if (!Matches(format, start)) continue;
    const std::string advice =
        IsTable(format) ? fmt::format(fmt::runtime(kTable), format.advice) : std::string(format.advice);
    Fail(ErrorCode::kBadInput, "{}: {}, which is not read; {}", where, format.name, advice);
  }
  if (IsPickle(start)) {
    Fail(ErrorCode::kBadInput, "{}: a Python pickle, which is not read; write its texts as JSONL from Python",
         where);
  }
  if (IsTar(start)) {
    Fail(ErrorCode::kBadInput,
         "{}: a tar archive, which is not read; unpack it first (tar -xf F), then give a file or folder",
         where);
  }
}

}  // namespace lengthwise
