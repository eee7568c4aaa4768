#include "text/text_folder.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string_view>
#include <utility>

#include "base/fail.h"
#include "base/file.h"
#include "text/binary_formats.h"
#include "text/line_reader.h"
#include "text/utf8.h"

namespace lengthwise {
namespace {

namespace fs = std::filesystem;

// Names, in the order of the alphabet, of what a folder holds.
struct Listing {
  std::vector<fs::path> texts;
  std::vector<std::string> no_files;  // named .txt, but a folder, a pipe or a device
  std::vector<std::string> others;
};

Listing List(const std::string& folder) {
  Listing listing;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const fs::path& path = entry->path();
    if (path.extension() != ".txt") {
      listing.others.push_back(path.filename().string());
      continue;
    }
    std::error_code unreadable;
    const fs::file_status status = fs::status(path, unreadable);
    if (status.type() == fs::file_type::not_found) {
      Fail(ErrorCode::kIo, "{}: a link to a file that is not there; mend it or take it away", path.string());
    }
    if (unreadable) Fail(ErrorCode::kIo, "cannot read {}: {}", path.string(), unreadable.message());
    if (status.type() == fs::file_type::regular) {
      listing.texts.push_back(path);
    } else {
      listing.no_files.push_back(path.filename().string());
    }
  }
  if (error) Fail(ErrorCode::kIo, "cannot list {}: {}", folder, error.message());
  std::sort(listing.texts.begin(), listing.texts.end());
  std::sort(listing.no_files.begin(), listing.no_files.end());
  std::sort(listing.others.begin(), listing.others.end());
  return listing;
}

void CheckFile(std::string_view text, const std::string& path) {
  RejectUtf16(text, path);
  RefuseBinary(text, path);
  const std::size_t bad = std::min({FindInvalidUtf8(text), text.find('\0'), text.size()});
  if (bad == text.size()) return;
  const auto line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(bad), '\n') + 1;
  CheckText(text, fmt::format("{}:{}", path, line), "the file", false);
}

}  // namespace

void ReadTextFolder(const std::string& folder, const DocumentCallback& callback,
                    std::vector<std::string>& notes) {
  const Listing listing = List(folder);
  if (listing.texts.empty()) {
    Fail(ErrorCode::kBadInput, "{}: holds no .txt file{}", folder,
         listing.others.empty()
             ? ""
             : fmt::format("; to read one of its {} others ({}{}), give that file", listing.others.size(),
                           listing.others[0], listing.others.size() > 1 ? ", ..." : ""));
  }
  if (!listing.no_files.empty()) {
    notes.push_back(fmt::format("{}: left out, since no file though named .txt: {} (first: {})", folder,
                                listing.no_files.size(), listing.no_files[0]));
  }
  if (!listing.others.empty()) {
    notes.push_back(fmt::format("{}: {} .txt files were read, {} others left out (first: {})", folder,
                                listing.texts.size(), listing.others.size(), listing.others[0]));
  }
  for (const fs::path& path : listing.texts) {
    Document document;
    document.id = path.filename().string();
    document.text = ReadFile(path);
    CheckFile(document.text, path.string());
    document.text.erase(0, ByteOrderMarkSize(document.text));
    callback(std::move(document));
  }
}

}  // namespace lengthwise
