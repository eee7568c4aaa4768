// Runs a fuzz target without a fuzzer: over the files of a folder, their beginnings, and seeded mutations of
// them.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/random.h"
#include "lengthwise/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr int kMutationsOfEachFile = 2000;

void Run(const std::string& bytes) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

// One to four changes: a byte replaced, a part removed, repeated, or taken from another file.
std::string Mutate(std::string bytes, const std::string& other, lengthwise::Random* random) {
  for (std::uint64_t changes = 1 + random->Below(4); changes > 0; --changes) {
    const std::size_t at = random->Below(bytes.size() + 1);
    const std::size_t length = std::min<std::size_t>(bytes.size() - at, 1 + random->Below(16));
    switch (random->Below(4)) {
      case 0:
        if (at < bytes.size()) bytes[at] = static_cast<char>(random->Below(256));
        break;
      case 1:
        bytes.erase(at, length);
        break;
      case 2:
        bytes.insert(at, bytes.substr(at, length));
        break;
      default: {
        const std::size_t from = random->Below(other.size() + 1);
        bytes.insert(at, other.substr(from, 1 + random->Below(32)));
      }
    }
  }
  return bytes;
}

int RunFolder(const char* folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> files;
  files.reserve(paths.size());
  for (const auto& path : paths) files.push_back(lengthwise::ReadFile(path));
  if (files.empty()) {
    std::fprintf(stderr, "%s: no corpus\n", folder);
    return 1;
  }
  lengthwise::Random random(1);
  for (const std::string& file : files) {
    for (std::size_t size = 0; size <= file.size(); ++size) Run(file.substr(0, size));
    for (int i = 0; i < kMutationsOfEachFile; ++i)
      Run(Mutate(file, files[random.Below(files.size())], &random));
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s CORPUS_FOLDER\n", argv[0]);
    return 2;
  }
  try {
    return RunFolder(argv[1]);
  } catch (const lengthwise::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
